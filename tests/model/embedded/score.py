"""Scores the embedded model with its real weights on `requests.json`; not collected by pytest.

    python tests/model/embedded/score.py [--set NAME] [--verbose]

The sets are `shaping` and `held_out`, `further_shaping` and `further_held_out` for what is not in the core,
and `dialogues`. Requests that are held out have no part in shaping the prompt.

The weights are fetched into the folders of this installation (see `ASTRAVUE_HOME`) when they are missing.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from fake_workspace import CONTEXT, Chat, FakeWorkspace, load_functions

from agent.folders import find_folders
from agent.jsontypes import JsonValue
from agent.model.embedded.choice import ChosenCall
from agent.model.embedded.dates import find_duration, find_moment, find_period
from agent.model.embedded.dialogue import Dialogue, Focus, read_moment
from agent.model.embedded.entities import Entity
from agent.model.embedded.lookup import points
from agent.model.embedded.matching import content_tokens, is_mentioned, similarity, tokens
from agent.model.embedded.model import EmbeddedModel
from agent.model.embedded.naming import PARENTS, Parameter, Role, Signature, read_signatures
from agent.model.embedded.repairs import complete
from agent.model.embedded.values import settle_value

SETS = ("shaping", "held_out", "further_shaping", "further_held_out")
NOW = read_moment(CONTEXT, time.time)
SIGNATURES = {signature.tool: signature for signature in read_signatures(load_functions())}


def tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def meaning(parameter: Parameter, value: JsonValue, request: str, last_task: str) -> object:
    """What a value comes down to once code has dealt with it; `None` when it is dropped."""
    if parameter.role is Role.REFERENCE:
        words = [str(item) for item in value] if isinstance(value, list) else [str(value)]
        kept = [
            w
            for w in words
            if is_mentioned(w, request) or points(w) or (last_task and similarity(w, last_task) > 0.85)
        ]
        pointing = [points(w) or bool(last_task and similarity(w, last_task) > 0.85) for w in kept]
        named = {" ".join(content_tokens(w)) for w, p in zip(kept, pointing, strict=True) if not p}
        return sorted(named) or (["it"] if last_task and parameter.kind == "task" else None)
    if parameter.role is Role.LITERAL:
        settled = settle_value(parameter, value, request)
        return tokens(settled) if isinstance(settled, str) else settled
    if not set(tokens(str(value))) & set(tokens(request)):
        return None
    if parameter.role is Role.FIELD_VALUE:
        return tokens(str(value))
    if parameter.role is Role.DURATION:
        return find_duration(str(value))
    if parameter.role is Role.PERIOD:
        return find_period(str(value), NOW.date())
    return find_moment(str(value), NOW)


def simplify(call: ChosenCall, request: str, last_task: str) -> tuple[str, dict[str, object]]:
    signature: Signature | None = SIGNATURES.get(call.tool)
    if signature is None:
        return call.tool, {}
    call = complete(call, signature, request)
    found = {
        p.shown: value
        for p in signature.parameters
        if p.shown in call.arguments
        and (value := meaning(p, call.arguments[p.shown], request, last_task)) is not None
    }
    for parameter in signature.parameters if last_task else ():
        # Code looks a part up on what was talked about last when nothing else is named.
        if parameter.kind == "task" and any(PARENTS.get(p.kind) == ("task",) for p in signature.parameters):
            found.setdefault(parameter.shown, ["it"])
    return call.tool, found


async def score(model: EmbeddedModel, name: str, cases: list[Any], verbose: bool) -> None:
    right = tool_right = needless = wanted = 0
    seconds: list[float] = []
    for case in cases:
        request, last_task = case["request"], case.get("last_task", "")
        focus = Focus(
            Entity("task", 1, last_task) if last_task else None,
            Entity("project", 2, case["last_project"]) if last_task else None,
        )
        begun = time.monotonic()
        choice = await model.choose(load_functions(), Dialogue(request, NOW, focus=focus))
        seconds.append(time.monotonic() - begun)
        got = [simplify(call, request, last_task) for call in choice.calls]
        expected = [
            simplify(ChosenCall(c["tool"], c["arguments"]), request, last_task) for c in case["calls"]
        ]
        if "or" in case and got and got[0][0] == case["or"]:
            # Another function tells the same.
            expected = [(case["or"], expected[0][1])]
        if not expected:
            needless += bool(got)
        else:
            wanted += 1
            right += got == expected
            tool_right += [tool for tool, _ in got] == [tool for tool, _ in expected]
        if got != expected or verbose:
            tell(f"{'ok  ' if got == expected else 'MISS'} {request!r}\n     {choice.to_json()}")
    none = len(cases) - wanted
    tell(
        f"{name}: {right} of {wanted} full ({right / wanted:.0%}), {tool_right} right tool; "
        f"{needless} needless calls of {none}; median {statistics.median(seconds):.1f} s",
    )


async def converse(model: EmbeddedModel, dialogues: list[Any]) -> None:
    wanted = ["create_task", "update_task", "start_timer", "update_task", "delete_task"]
    for number, dialogue in enumerate(dialogues, 1):
        chat = Chat(model, FakeWorkspace())
        for text in dialogue["says"]:
            answer = await chat.say(text)
            tell(f"  > {text}\n    {answer.splitlines()[0]}")
        made = [name for name, _ in chat.workspace.writes]
        numbers = {a.get("taskId", 501) for _, a in chat.workspace.writes}
        owner = chat.workspace.writes[1][1].get("owners") if len(made) > 1 else None
        is_right = made == wanted and numbers == {501} and owner == [15] and 501 not in chat.workspace.tasks
        tell(f"dialogue {number}: {'right' if is_right else 'WRONG'} {chat.workspace.writes}")


async def main(only: str | None, verbose: bool) -> None:
    requests = json.loads((Path(__file__).parent / "requests.json").read_text(encoding="utf-8"))
    shown: set[str] = set()

    def on_progress(text: str, fraction: float | None) -> None:
        if text not in shown and len(shown) < 20:
            shown.add(text)
            tell(text)

    model = EmbeddedModel(find_folders(os.environ), on_progress=on_progress)
    try:
        for name in SETS:
            if only in (None, name):
                await score(model, name, requests[name], verbose)
        if only in (None, "dialogues"):
            await converse(model, requests["dialogues"])
    finally:
        await model.aclose()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--set", choices=(*SETS, "dialogues"))
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    asyncio.run(main(options.set, options.verbose))
