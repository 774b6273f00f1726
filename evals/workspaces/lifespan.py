"""Runs the lifespan of an application that is served beside others.

Source: ASGI specification, lifespan protocol 2.0.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from starlette.types import ASGIApp, Message


@asynccontextmanager
async def lifespan(app: ASGIApp) -> AsyncGenerator[None]:
    """Start an application, and stop it at the end.

    Args:
        app: What is served.
    """
    asked: asyncio.Queue[Message] = asyncio.Queue()
    answered: asyncio.Queue[Message] = asyncio.Queue()
    scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
    running = asyncio.create_task(_run(app, scope, asked, answered))
    await asked.put({"type": "lifespan.startup"})
    await answered.get()
    try:
        yield
    finally:
        await asked.put({"type": "lifespan.shutdown"})
        await running


async def _run(
    app: ASGIApp, scope: Message, asked: "asyncio.Queue[Message]", answered: "asyncio.Queue[Message]"
) -> None:
    await app(scope, asked.get, answered.put)
