"""Data that is no text, found inside text and JSON, and named instead of shown.

Servers put pictures and files into results as base64 where MCP has blocks for them. A model can do
nothing with it, and each kilobyte of it takes hundreds of tokens.
"""

import re

from agent.jsontypes import JsonValue

LONGEST = 4_096
"""The longest run of base64 that may be something to read, such as an id or a signature."""

# A data URL of any length (RFC 2397), one long run of base64, or lines of it as MIME wraps them.
_CANDIDATE = re.compile(
    r"data:(?P<type>[\w.+-]+/[\w.+-]+)?(?:;[\w=.+-]+)*;base64,(?P<data>[A-Za-z0-9+/_=%-]{64,})"
    rf"|(?<![A-Za-z0-9+/_-])(?P<run>[A-Za-z0-9+/_-]{{{LONGEST},}}={{0,2}})"
    r"|(?<![A-Za-z0-9+/])(?P<lines>(?:[A-Za-z0-9+/]{60,76}\r?\n){16,}[A-Za-z0-9+/]*={0,2})"
)
# The beginnings of files in base64.
_TYPES = (
    ("iVBORw0KGgo", "image/png"),
    ("/9j/", "image/jpeg"),
    ("R0lGOD", "image/gif"),
    ("UklGR", "image/webp"),
    ("JVBERi0", "application/pdf"),
    ("UEsDB", "application/zip"),
    ("H4sI", "application/gzip"),
)


def describe_size(size: int) -> str:
    """A number of bytes in words."""
    if size < 1_000:
        return f"{size} bytes"
    return f"{size / 1_000:,.0f} KB" if size < 1_000_000 else f"{size / 1_000_000:,.1f} MB"


def describe_data(kind: str, mime_type: str, encoded: str) -> str:
    """Name data in brackets: what it is, its type and its size.

    Args:
        kind: What it is, such as “image”.
        mime_type: Its type; may be empty.
        encoded: The data in base64.
    """
    size = len(encoded.rstrip("=")) * 3 // 4
    return "[" + ", ".join(part for part in (kind, mime_type, describe_size(size)) if part) + "]"


def name_opaque_text(text: str) -> str:
    """Name the data inside a text, and leave the rest as it is."""
    return text if len(text) < 64 else _CANDIDATE.sub(_name, text)


def name_opaque(value: JsonValue) -> JsonValue:
    """Name the data inside the texts of a JSON value; what holds none is the same object."""
    match value:
        case str():
            return name_opaque_text(value)
        case list():
            items = [name_opaque(item) for item in value]
            return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
        case dict():
            members = {key: name_opaque(item) for key, item in value.items()}
            return members if any(members[key] is not value[key] for key in value) else value
        case _:
            return value


def _name(found: re.Match[str]) -> str:
    if data := found["data"]:
        mime_type = found["type"] or ""
        return describe_data(_kind(mime_type), mime_type, data)
    encoded = found["run"] or "".join(found["lines"].split())
    if not _is_encoded(encoded):
        return found[0]
    mime_type = next((each for beginning, each in _TYPES if encoded.startswith(beginning)), "")
    return describe_data(_kind(mime_type), mime_type, encoded)


def _kind(mime_type: str) -> str:
    kind = mime_type.partition("/")[0]
    return kind if kind in ("image", "audio", "video") else "data"


def _is_encoded(run: str) -> bool:
    # A long word or a ruler is no data; data has every kind of character, and soon.
    sample = run[:256]
    return (
        any(each.isdigit() for each in sample)
        and any(each.isupper() for each in sample)
        and any(each.islower() for each in sample)
        and len(set(sample)) > 16
    ) or (len(set(sample)) >= 12 and all(each in "0123456789abcdefABCDEF" for each in run))
