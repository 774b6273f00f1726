"""How long the first request to a model is: with the core of the tools, and with every tool of the server.

The length does not depend on the machine; each is measured once.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agent.usage.tokens import load_encoding
from evals.bench.endpoint import offered_by
from evals.bench.figures import Figure, summarise
from evals.bench.one_shot import ask
from evals.bench.processes import run_well
from evals.bench.program import ASK, signed_in

_OFFER_ALL = "[tools]\nthreshold = 1000\n"


@dataclass(frozen=True, slots=True)
class Length:
    """How long a request is.

    Args:
        functions: How many functions it offers.
        tool_bytes: Their JSON.
        tool_tokens: The tokens of that.
        tokens: Tokens of the whole request, as JSON.
    """

    functions: int
    tool_bytes: int
    tool_tokens: int
    tokens: int


def measure_request(body: Mapping[str, Any]) -> Length:
    """Measure a request's body, written as compactly as JSON can be, in tokens of o200k_base."""
    tools = _write(body["tools"])
    return Length(len(offered_by(body)), len(tools.encode()), _count(tools), _count(_write(body)))


def _write(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _count(text: str) -> int:
    return len(load_encoding().encode_ordinary(text))


def measure() -> list[Figure]:
    """Ask a question in both ways and look at what was sent."""
    with signed_in() as program:
        ask(program)
        core = measure_request(program.endpoint.first)
        settings = program.folder / "all.toml"
        settings.write_text(_OFFER_ALL, encoding="utf-8")
        program.endpoint.begin()
        run_well([*ASK, "--config", str(settings)], program.environ)
        whole = measure_request(program.endpoint.first)
    figures: list[Figure] = []
    for name, unit, few, many in (
        ("functions", "", core.functions, whole.functions),
        ("their JSON", "bytes", core.tool_bytes, whole.tool_bytes),
        ("tokens of it", "", core.tool_tokens, whole.tool_tokens),
        ("tokens of the whole request", "", core.tokens, whole.tokens),
    ):
        all_of_them = summarise(f"{name}, every tool", unit, [many])
        figures += [all_of_them, summarise(f"{name}, as sent", unit, [few], base=all_of_them)]
    return figures
