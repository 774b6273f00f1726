"""Fixtures: the embedded model with a child whose answers are written down."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fake_completion_server import requests_file
from fake_workspace import Chat, FakeWorkspace

from agent.model.embedded.model import EmbeddedModel
from agent.model.embedded.weights import Weights
from agent.system.folders import Folders

TINY = Weights("tiny", "tiny.gguf", 4, "unused: the file is there", "none/none", "none", "0", 4)
NOON = 1_795_431_600.0
"""2026-11-23, 12:00 in Berlin."""


@dataclass
class FakeChild:
    """The child's answers and what it was asked.

    Args:
        folder: Where its files are.
    """

    folder: Path
    progress: list[tuple[str, float | None]] = field(default_factory=list[tuple[str, float | None]])

    @property
    def answers(self) -> Path:
        return self.folder / "answers.json"

    @property
    def folders(self) -> Folders:
        root = self.folder
        return Folders(root, root / "data", root / "cache", root / "logs")

    @property
    def states(self) -> list[Path]:
        return sorted((self.folders.models / "states").iterdir())

    def will_answer(self, **answers: Any) -> None:
        """Answer these requests so, beside those said before; what is no text is written as JSON."""
        known: dict[str, str] = json.loads(self.answers.read_text()) if self.answers.exists() else {}
        texts = {said: a if isinstance(a, str) else json.dumps(a) for said, a in answers.items()}
        self.answers.write_text(json.dumps(known | texts))

    def will_call(self, said: str, *calls: tuple[str, dict[str, Any]]) -> None:
        """Answer a request with calls."""
        self.will_answer(**{said: {"calls": [{"tool": t, "arguments": a} for t, a in calls]}})

    def asked(self, path: str = "/v1/chat/completions") -> list[dict[str, Any]]:
        """What it was asked at a path."""
        file = requests_file(self.answers)
        lines = file.read_text().splitlines() if file.exists() else []
        return [item for line in lines if (item := json.loads(line))["path"] == path]

    async def is_asked(self, times: int, path: str = "/v1/chat/completions") -> None:
        """Wait until it was asked that often at a path."""
        await asyncio.to_thread(self._wait, times, path)

    def _wait(self, times: int, path: str) -> None:
        while len(self.asked(path)) < times:
            time.sleep(0.01)

    def model(self) -> EmbeddedModel:
        """A model whose weights are there and whose child is this one."""
        self.folders.models.mkdir(parents=True, exist_ok=True)
        TINY.path(self.folders.models).write_bytes(b"GGUF")
        if not self.answers.exists():
            self.will_answer()
        script = Path(__file__).parent / "fake_completion_server.py"
        return EmbeddedModel(
            self.folders,
            on_progress=lambda text, fraction: self.progress.append((text, fraction)),
            clock=lambda: NOON,
            weights=TINY,
            command=(sys.executable, str(script), str(self.answers)),
        )


@pytest.fixture
def child(tmp_path: Path) -> FakeChild:
    return FakeChild(tmp_path)


@pytest.fixture
async def model(child: FakeChild) -> AsyncIterator[EmbeddedModel]:
    model = child.model()
    yield model
    await model.aclose()


@pytest.fixture
def chat(model: EmbeddedModel) -> Chat:
    return Chat(model, FakeWorkspace())
