"""Text from outside, made recognisable: what a tool returns is data and never an instruction.

A result goes to the model between `<data from="...">` and `</data>`. A text cannot close its own fence,
because a closing tag inside it is written with a backslash, which in JSON is the same text. The fence
holds no clock and nothing random, so the same result is always the same bytes, and prompt caches,
resumed conversations and replays go on working.

What a person could not see is taken out: control characters, bidirectional controls, characters without
width, tags and variation selectors that smuggle text. A chat template's special tokens are broken up.

Sources: Unicode Technical Report 36, section 3.5; Unicode Technical Standard 39, section 5.2.
"""

import re

from agent.jsontypes import JsonObject, JsonValue

_TAG = "data"
_PROMPT_TAG = "prompt"
_OPENING = re.compile(r'<data from="[^"<>]*"(?: error="true")?>\n')
_FENCED = re.compile(
    rf'(?:{_OPENING.pattern}.*?\n</{_TAG}>|<{_PROMPT_TAG} from="[^"<>]*">\n.*?\n</{_PROMPT_TAG}>)', re.DOTALL
)
# Letters of other scripts and widths that read like the ones of a closing tag.
_CLOSING = re.compile(r"([<＜﹤‹〈])(\s*)[/／⁄∕](?=\s*(?:data|prompt))", re.IGNORECASE)
_SPECIAL_TOKEN = re.compile(r"<(?=[|｜])")
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 without line feed and tab, delete, C1
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"  # no width, or a direction
    "\ufe00-\ufe0d\U000e0000-\U000e0fff"  # tags and variation selectors but those of emoji
    "\ud800-\udfff]"
    # One joiner shapes letters and emoji; several in a row only carry bits.
    "|[\u200c\u200d]{2,}"
)
_LINE_ENDS = re.compile("\r\n?|[\u2028\u2029]")
_ODD_NAME = re.compile(r"[^\w.-]")
_DESCRIBING = ("description", "title")


def clean(text: str) -> str:
    """Take out of a text for the model what nobody would see of it."""
    if text.isascii() and text.isprintable() and "<|" not in text:
        return text
    return _SPECIAL_TOKEN.sub("< ", _HIDDEN.sub("", _LINE_ENDS.sub("\n", text)))


def clean_schema(schema: JsonObject) -> JsonObject:
    """Clean the descriptions and titles of a schema; what arguments are checked against stays."""
    try:
        return _cleaned(schema)
    except RecursionError:
        # Nothing can be called by such a schema.
        return schema


def _cleaned(schema: JsonObject) -> JsonObject:
    return {
        key: clean(value) if key in _DESCRIBING and isinstance(value, str) else _cleaned_inside(value)
        for key, value in schema.items()
    }


def _cleaned_inside(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return _cleaned(value)
    return [_cleaned_inside(item) for item in value] if isinstance(value, list) else value


def fence(text: str, source: str, *, is_error: bool = False) -> str:
    """Label a text as data.

    Args:
        text: What came from outside.
        source: Where it came from: a function's name.
        is_error: It says what went wrong.
    """
    kept = _CLOSING.sub(r"\1\2\\/", clean(text))
    mark = ' error="true"' if is_error else ""
    return f'<{_TAG} from="{_ODD_NAME.sub("_", source)}"{mark}>\n{kept}\n</{_TAG}>'


def mark_prompt(text: str, name: str) -> str:
    """Label a text as a prompt of the server: the user wants it done, but did not write it.

    Args:
        text: The prompt.
        name: Its name.
    """
    kept = _CLOSING.sub(r"\1\2\\/", clean(text))
    return f'<{_PROMPT_TAG} from="{_ODD_NAME.sub("_", name)}">\n{kept}\n</{_PROMPT_TAG}>'


def is_fenced(text: str) -> bool:
    """Say whether a text came from outside."""
    return _OPENING.match(text) is not None


def holds_fenced(text: str) -> bool:
    """Say whether a part of a text came from outside."""
    return _FENCED.search(text) is not None


def unfence(text: str) -> str:
    """The text inside a fence, without what follows it; any other text as it is."""
    opening = _OPENING.match(text)
    if opening is None:
        return text
    return text[opening.end() :].partition(f"\n</{_TAG}>")[0]


def behind_fence(text: str) -> str:
    """What this program says behind the first fence of a text; empty for any other text."""
    return text.partition(f"\n</{_TAG}>")[2] if is_fenced(text) else ""


def without_fenced(text: str) -> str:
    """A text without what in it came from outside."""
    return _FENCED.sub("\n", text)
