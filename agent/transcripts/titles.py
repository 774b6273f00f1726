"""What a conversation is about, in a few words: taken from the first message that says something.

No model is asked, so that nothing leaves the machine and the name of a conversation never changes.
"""

import re
import unicodedata
from collections.abc import Iterable
from itertools import islice

from agent.jsontypes import JsonObject
from agent.mentions.mention import without_ids
from agent.transcripts.lines import text_of

EMPTY = "(empty)"
"""The title where nothing was said."""

MOST_MESSAGES = 5
"""How many messages are looked at; who has said nothing in five of them has no topic."""

_LENGTH = 60
_SHORTEST_SENTENCE = 12
# What others wrote, what was pasted, what is drawn in place of either.
_NOT_SAID = re.compile(
    r"""(?xs)
    <data\ from="[^"<>]*"[^<>]*>.*?(?:</data>|\Z)
    | ^```.*?(?:^```|\Z)
    | \[[Pp]asted[^\]\n]*\]
    """,
    re.MULTILINE,
)
_GREETINGS = (
    *(
        "hi",
        "hello",
        "hey",
        "hiya",
        "good morning",
        "good afternoon",
        "good evening",
        "good day",
        "greetings",
    ),
    *("hallo", "guten morgen", "guten tag", "guten abend", "servus", "moin", "bonjour", "salut", "hola"),
    *("ciao", "olá", "ola", "hej", "привет", "你好", "こんにちは", "안녕하세요"),
)
_FILLERS = (
    *("yes", "no", "ok", "okay", "thanks", "thank you", "thx", "please", "sure", "hm", "hmm", "so", "well"),
    *("test", "testing", "ping", "there", "all", "everyone", "everybody", "again", "now"),
    *("how are you", "are you there", "can you help me", "could you help me", "help", "help me", "let's go"),
    *(
        "who are you",
        "what can you do",
        "i have a question",
        "one question",
        "quick question",
        "bitte",
        "danke",
    ),
)


def _any_of(words: Iterable[str]) -> str:
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in sorted(words, key=len, reverse=True))


_EDGE = r"[\s,.;:!?…–—-]"
_GREETING = re.compile(
    rf"{_EDGE}*(?:(?:{_any_of(_GREETINGS)})(?:\s+(?:there|all|everyone))?(?!\w){_EDGE}*)+", re.I
)
_NOTHING = re.compile(rf"(?:(?:{_any_of((*_GREETINGS, *_FILLERS))})(?!\w){_EDGE}*)+", re.I)
_REQUEST = re.compile(
    r"""(?xi)
    (?: please\b[,\s]*
      | (?:can|could|would|will)\s+you\s+(?:please\s+|kindly\s+)?
      | i(?:\s+would|'d|’d)\s+like\s+(?:you\s+)?to\s+
      | i\s+(?:want|need)\s+(?:you\s+)?to\s+
    )+
    """
)
# What the program itself writes down of a call that the user made; see `Loop.call` and `Loop.undo`.
_BY_HAND = re.compile(r"\(I (?:ran (?:astravue_)?(?P<tool>.+) by hand\.|undo (?P<did>.+) by hand, to .*)\)")
_WORD_STARTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[_.-]+")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=\S)|(?<=[。！？])")
_CALLED = re.compile(r"/([a-z][\w.-]*)(?:\s+(.*))?", re.DOTALL | re.IGNORECASE)
_NAMED = re.compile(r"(?:^|\s)[a-z][a-z0-9_]*=.*", re.DOTALL | re.IGNORECASE)


def title_of(turns: Iterable[JsonObject]) -> str:
    """Name a conversation.

    Args:
        turns: The events that its turns begin with, oldest first; only the first few are looked at.
    """
    fallback = ""
    for turn in islice(turns, MOST_MESSAGES):
        message = text_of(turn, "text")
        typed = text_of(turn, "typed")
        title = _name_call(typed, message) or _name_message(typed or message)
        if title:
            return title
        fallback = fallback or _name_by_hand(" ".join(message.split()))
    return _cut(fallback) or EMPTY


def _name_call(typed: str, message: str) -> str:
    """A workflow's own title, or a prompt's name in words, and what it was called with."""
    called = _CALLED.fullmatch(typed.strip())
    if called is None:
        return ""
    title, _, rest = message.partition("\n")
    if not rest.startswith("\n") or len(title) > _LENGTH:
        title = re.sub(r"[_.-]+", " ", called[1]).strip().capitalize()
    argument = " ".join(_NAMED.sub("", called[2] or "").split())
    return _cut(f"{title.strip()}: {argument}" if argument else title.strip())


def _name_message(message: str) -> str:
    text = without_ids(" ".join(_NOT_SAID.sub(" ", message).split()))
    if (
        _BY_HAND.fullmatch(text)
        or not any(map(str.isalnum, text))
        or _NOTHING.fullmatch(text.lstrip(" ,.;:!?…–—-"))
    ):
        return ""
    asked = _without(_REQUEST, _without(_GREETING, text))
    if asked != text:
        asked = asked[:1].upper() + asked[1:]
    return _cut(_first_sentence(asked).removesuffix("."))


def _name_by_hand(message: str) -> str:
    """A call that the user made by the tool's name in words; any other message as it is."""
    found = _BY_HAND.fullmatch(message)
    if found is None:
        return message
    if found["did"]:
        return f"Undo {found['did']}"
    return _WORD_STARTS.sub(" ", found["tool"]).strip().capitalize()


def _without(beginning: re.Pattern[str], text: str) -> str:
    found = beginning.match(text)
    return (found and text[found.end() :]) or text


def _first_sentence(text: str) -> str:
    for end in _SENTENCE_END.finditer(text):
        sentence = text[: end.start()].rstrip()
        if len(sentence) > _LENGTH:
            break
        if len(sentence) >= _SHORTEST_SENTENCE:
            return sentence
    return text


def _cut(text: str) -> str:
    """Cut a text between words, or inside one where there is no other way."""
    if len(text) <= _LENGTH:
        return text
    cut = _LENGTH - 1
    space = text.rfind(" ", _LENGTH // 2, cut + 1)
    if space > 0:
        return text[:space].rstrip(" ,;:–—-") + "…"
    while cut > 1 and (
        unicodedata.combining(text[cut]) or text[cut] in "\u200d\ufe0f" or text[cut - 1] == "\u200d"
    ):
        cut -= 1
    return text[:cut] + "…"
