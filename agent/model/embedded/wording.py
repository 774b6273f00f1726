"""A function as the one line that the model reads."""

import re
from typing import Final

from agent.model.embedded.naming import Parameter, Role, Signature

_DESCRIPTION: Final = 90
_VALUES_SHOWN: Final = 12


def write_line(signature: Signature, *, with_optional: bool = True, with_description: bool = True) -> str:
    """Write a function: its name, its parameters in words, and the first sentence of its description.

    Args:
        signature: The function.
        with_optional: Name the parameters that may be left out too.
        with_description: Write the description.
    """
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
            text += ":" + "|".join(str(value) for value in values[:_VALUES_SHOWN])
            text += "|…" if len(values) > _VALUES_SHOWN else ""
        elif kind in ("boolean", "integer", "number"):
            text += f":{kind}"
    return text
