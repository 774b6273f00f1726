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
from agent.model.embedded.naming import Parameter, Role, Signature

_BUDGET: Final = 20_000
"""Characters of prefix that surely leave room in the context for the request and the answer."""
_DESCRIPTION: Final = 90
_LONGEST_REQUEST: Final = 4_000
_LONGEST_LABEL: Final = 100


@dataclass(frozen=True, slots=True)
class Example:
    """One exchange that shows the model what is wanted."""

    request: str
    answer: str


def load_prompt() -> str:
    """The text of `prompts/embedded.md`."""
    package = Path(__file__).parents[2]
    installed, checkout = package / "prompts", package.parent / "prompts"
    folder = installed if installed.is_dir() else checkout
    return (folder / "embedded.md").read_text(encoding="utf-8")


def build_prefix(signatures: Sequence[Signature]) -> list[JsonObject]:
    """Write the messages that every request begins with.

    Args:
        signatures: The functions on offer, in a stable order.
    """
    instructions, _, rest = load_prompt().partition("\n## Examples\n")
    tools = {signature.tool for signature in signatures}
    for with_optional, with_description in ((True, True), (True, False), (False, False)):
        lines = [_signature_line(signature, with_optional, with_description) for signature in signatures]
        system = f"{instructions.strip()}\n\nFunctions:\n" + "\n".join(lines)
        if len(system) <= _BUDGET:
            break
    messages: list[JsonObject] = [{"role": "system", "content": system}]
    for example in _read_examples(rest):
        if _tools_of(example) <= tools:
            messages.append({"role": "user", "content": example.request})
            messages.append({"role": "assistant", "content": example.answer})
    return messages


def write_tail(dialogue: Dialogue) -> str:
    """Write the message that follows the prefix: what was talked about last, and the request."""
    focus = dialogue.focus
    last = [
        f"last {entity.kind}: {' '.join(entity.label.split())[:_LONGEST_LABEL]}"
        for entity in (focus.task, focus.project)
        if entity is not None
    ]
    context = f"[{'; '.join(last)}]\n" if last else ""
    return f"{context}{dialogue.request.strip()[:_LONGEST_REQUEST]}"


def _signature_line(signature: Signature, with_optional: bool, with_description: bool) -> str:
    shown = [
        _parameter_text(parameter)
        for parameter in signature.parameters
        if with_optional or parameter.required
    ]
    line = f"{signature.tool}({', '.join(shown)})"
    description = re.split(r"(?<=[.!?])\s", signature.function.description.strip(), maxsplit=1)[0]
    if with_description and description:
        line += f" - {description[:_DESCRIPTION].rstrip('.')}"
    return line


def _parameter_text(parameter: Parameter) -> str:
    text = parameter.shown
    if not parameter.required:
        text += "?"
    if parameter.many:
        text += "[]"
    if parameter.role is Role.LITERAL:
        values = parameter.schema.get("enum")
        kind = parameter.schema.get("type")
        if isinstance(values, list):
            text += ":" + "|".join(str(value) for value in values)
        elif kind in ("boolean", "integer", "number"):
            text += f":{kind}"
    return text


def _read_examples(text: str) -> list[Example]:
    """Read the pairs that begin with `User:` and `Answer:`; a user's part may have several lines."""
    pairs: list[tuple[str, str]] = re.findall(r"^User: (.+(?:\n.+)*?)\nAnswer: (\{.+\})$", text, re.MULTILINE)
    return [Example(request, json.dumps(json.loads(answer), ensure_ascii=False)) for request, answer in pairs]


def _tools_of(example: Example) -> set[str]:
    calls: JsonValue = parse_object(example.answer).get("calls")
    if not isinstance(calls, list):
        return set()
    return {str(call.get("tool")) for call in calls if is_object(call)}
