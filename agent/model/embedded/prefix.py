"""The part of the prompt that every request begins with, byte for byte the same.

Evaluating it takes the better part of a minute, reading its saved state a moment; so nothing in it may
depend on the user, the day or the conversation.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agent.jsontypes import JsonObject, JsonValue, is_object, parse_object
from agent.model.embedded.dialogue import Dialogue
from agent.model.embedded.naming import Signature
from agent.model.embedded.offer import Offer, write_further
from agent.model.embedded.wording import write_line

_BUDGET: Final = 20_000
"""Characters of prefix that surely leave room in the context for the request and the answer."""
_LONGEST_REQUEST: Final = 4_000
_LONGEST_LABEL: Final = 100


@dataclass(frozen=True, slots=True)
class Example:
    """One exchange that shows the model what is wanted."""

    request: str
    answer: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """The parts of `prompts/embedded.md`.

    Args:
        instructions: What the model is told before the functions.
        core: Short names of the functions that are always told of, in this order, when not all can be.
        examples: Exchanges that follow the functions.
    """

    instructions: str
    core: tuple[str, ...]
    examples: tuple[Example, ...]

    @staticmethod
    def load() -> "Prompt":
        """Read the file."""
        package = Path(__file__).parents[2]
        installed, checkout = package / "prompts", package.parent / "prompts"
        folder = installed if installed.is_dir() else checkout
        text = (folder / "embedded.md").read_text(encoding="utf-8")
        instructions, *sections = re.split(r"^## ", text, flags=re.MULTILINE)
        parts = {title: rest for section in sections for title, _, rest in [section.partition("\n")]}
        core = re.findall(r"\w+", parts["Core functions"])
        return Prompt(instructions.strip(), tuple(core), _read_examples(parts["Examples"]))


def divide(signatures: Sequence[Signature]) -> Offer:
    """Divide functions into those that the prefix has and those that a request brings with it."""
    return Offer.divide(signatures, Prompt.load().core)


def build_prefix(offer: Offer) -> list[JsonObject]:
    """Write the messages that every request begins with.

    An example is introduced with the further functions that its request points at, as any request is.

    Args:
        offer: The functions on offer, in a stable order.
    """
    prompt = Prompt.load()
    for with_optional, with_description in ((True, True), (True, False), (False, False)):
        lines = [
            write_line(signature, with_optional=with_optional, with_description=with_description)
            for signature in offer.core
        ]
        system = f"{prompt.instructions}\n\nFunctions:\n" + "\n".join(lines)
        if len(system) <= _BUDGET:
            break
    messages: list[JsonObject] = [{"role": "system", "content": system}]
    core = {signature.tool for signature in offer.core}
    for example in prompt.examples:
        further = offer.pointed_at(example.request)
        if _tools_of(example) <= core | {signature.tool for signature in further}:
            messages.append({"role": "user", "content": _introduce(further) + example.request})
            messages.append({"role": "assistant", "content": example.answer})
    return messages


def write_tail(dialogue: Dialogue, further: Sequence[Signature] = ()) -> str:
    """Write the message that follows the prefix: what was talked about last, and the request.

    Args:
        dialogue: The conversation.
        further: Functions that the request points at and the prefix does not have.
    """
    focus = dialogue.focus
    last = [
        f"last {entity.kind}: {' '.join(entity.label.split())[:_LONGEST_LABEL]}"
        for entity in (focus.task, focus.project)
        if entity is not None
    ]
    context = f"[{'; '.join(last)}]\n" if last else ""
    return f"{_introduce(further)}{context}{dialogue.request.strip()[:_LONGEST_REQUEST]}"


def _introduce(further: Sequence[Signature]) -> str:
    return f"[further functions, if one of them is meant:\n{write_further(further)}]\n" if further else ""


def _read_examples(text: str) -> tuple[Example, ...]:
    """Read the pairs that begin with `User:` and `Answer:`; a user's part may have several lines."""
    pairs: list[tuple[str, str]] = re.findall(r"^User: (.+(?:\n.+)*?)\nAnswer: (\{.+\})$", text, re.MULTILINE)
    return tuple(
        Example(request, json.dumps(json.loads(answer), ensure_ascii=False)) for request, answer in pairs
    )


def _tools_of(example: Example) -> set[str]:
    calls: JsonValue = parse_object(example.answer).get("calls")
    if not isinstance(calls, list):
        return set()
    return {str(call.get("tool")) for call in calls if is_object(call)}
