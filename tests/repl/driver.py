"""A program that chats with a `FakeHost`; the terminal tests run it through a pseudo-terminal."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

from agent.model.embedded.weights import QWEN_CODER
from agent.repl.opening import ChatOptions, run_chat
from agent.workflows.library import read_library
from tests.repl.fake_host import FakeHost


async def main(folder: Path, *, loads: bool, model: str) -> int:
    """Chat, then write down what the host saw.

    Args:
        folder: Where the history and the host's log go.
        loads: The host is not ready until a SIGUSR1 comes.
        model: The name of the model in use.
    """
    host = FakeHost(model=model)
    if loads:
        host.loading = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, host.loading.set)
    try:
        return await run_chat(
            host,
            ChatOptions(
                folder / "data" / "history",
                suggestions=["overdue"],
                greeting="Welcome to the demo.",
                workflows=read_library(folder / "workflows"),
                theme=os.environ.get("ASTRAVUE_THEME", ""),
                keep_theme=lambda name: str((folder / "theme").write_text(name) and folder / "theme"),
            ),
        )
    finally:
        (folder / "log.json").write_text(json.dumps(host.log))


if __name__ == "__main__":
    given = sys.argv[2:]
    name = QWEN_CODER.name if "embedded" in given else "scripted-model"
    sys.exit(asyncio.run(main(Path(sys.argv[1]), loads="loads" in given, model=name)))
