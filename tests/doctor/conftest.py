"""An installation to look at, and servers that answer in one way only."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from agent.doctor.case import Case
from agent.settings.settings import Settings
from agent.system.folders import Folders, find_folders

KEY = "5a" * 32
NOW = 1_800_000_000.0

Serve = Callable[..., AbstractAsyncContextManager[int]]


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return find_folders({"ASTRAVUE_HOME": str(tmp_path / "home")})


@pytest.fixture
def make_case(folders: Folders, tmp_path: Path) -> Callable[..., Case]:
    """Make the case of a new installation in a folder without a project."""

    def make(server: str = "http://127.0.0.1:9/mcp", settings: Settings | None = None) -> Case:
        return Case(
            replace(settings or Settings(), server=server),
            folders,
            {"ASTRAVUE_VAULT_KEY": KEY},
            clock=lambda: NOW,
            working_folder=tmp_path,
        )

    return make


@pytest.fixture
def serve() -> Serve:
    """Serve the same bytes to every connection, or nothing at all."""

    @contextlib.asynccontextmanager
    async def serving(answer: bytes | None, context: ssl.SSLContext | None = None) -> AsyncGenerator[int]:
        handlers: set[asyncio.Task[None]] = set()
        writers: list[asyncio.StreamWriter] = []

        async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await reader.read(65_536)
                if answer is None:
                    await reader.read()
                else:
                    writer.write(answer)
                    await writer.drain()
            finally:
                writer.close()
                await writer.wait_closed()

        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writers.append(writer)
            handlers.add(asyncio.ensure_future(take(reader, writer)))

        server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=context)
        async with server:
            yield server.sockets[0].getsockname()[1]
            # A connection that the client has closed again may not have been taken yet.
            await asyncio.sleep(0)
        for handler in handlers:
            handler.cancel()
        # What is cancelled before it has begun closes nothing.
        for writer in writers:
            writer.close()
        await asyncio.gather(*handlers, *(each.wait_closed() for each in writers), return_exceptions=True)

    return serving
