"""How many tokens a conversation takes, counted on this machine.

`tiktoken` would fetch its encoding over the network without a time-out, so the encoding ships with the
program. Loading it takes most of a second and holds up every thread for a part of it, so a counter
estimates until it is told to load.
"""

import asyncio
import base64
import gzip
import hashlib
import json
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Protocol, TypeAlias

from agent.conversation import AssistantMessage, Message, ToolMessage, UserMessage
from agent.errors import AgentError
from agent.model.addresses import reads_typescript
from agent.model.protocol import FunctionDefinition
from agent.model.typescript import render_functions

if TYPE_CHECKING:
    from tiktoken import Encoding

_LOGGER = logging.getLogger(__name__)
_NAME = "o200k_base"
_SHA256 = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
_BYTES_PER_TOKEN = 4
# What stands around each message, each call, each result and the beginning of the answer.
# Source: "How to count tokens with tiktoken", OpenAI Cookbook; https://github.com/openai/harmony.
_MESSAGE = 4
_CALL = 8
_RESULT = 8
_REPLY = 3
_MOST_COUNTS = 10_000
# A text's length and hash stand for it, so that no message outlives its conversation here.
_TextKey: TypeAlias = tuple[int, int]
# The pattern of o200k_base, as tiktoken's `tiktoken_ext.openai_public` defines it.
_PATTERN = "|".join(
    (
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
        r"\p{N}{1,3}",
        r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
        r"\s*[\r\n]+",
        r"\s+(?!\S)",
        r"\s+",
    )
)


@cache
def load_encoding() -> "Encoding":
    """Load the encoding that ships with the program.

    Raises:
        AgentError: The file is not what it should be.
    """
    import tiktoken

    packed = resources.files("agent").joinpath("data", f"{_NAME}.tiktoken.gz").read_bytes()
    data = gzip.decompress(packed)
    if hashlib.sha256(data).hexdigest() != _SHA256:
        raise AgentError(f"The {_NAME} encoding is damaged.", "Install astravue-agent again.")
    ranks = {base64.b64decode(token): int(rank) for token, rank in map(bytes.split, data.splitlines())}
    special = {"<|endoftext|>": 199999, "<|endofprompt|>": 200018}
    return tiktoken.Encoding(_NAME, pat_str=_PATTERN, mergeable_ranks=ranks, special_tokens=special)


class TextEncoding(Protocol):
    """What a counter needs of an encoding."""

    def encode_ordinary(self, text: str) -> Sequence[int]:
        """The tokens of a text."""
        ...


class TokenCounter:
    """Counts the tokens of requests, and never holds up the event loop.

    Until the encoding is loaded, four bytes are taken for a token. After that each text is encoded once,
    in a thread, and its count is remembered, so that a long history costs no more than its last message.

    Args:
        base_url: The endpoint, which decides how function definitions are written out.
        model: The model's name there.
        load: Loads the encoding.
    """

    def __init__(
        self, base_url: str, model: str, *, load: Callable[[], TextEncoding] = load_encoding
    ) -> None:
        self._typescript = reads_typescript(base_url, model)
        self._load_encoding = load
        self._thread: threading.Thread | None = None
        self._encoding: TextEncoding | None = None
        self._counts: OrderedDict[_TextKey, int] = OrderedDict()
        # Requests are fitted and counted in threads.
        self._lock = threading.Lock()

    @property
    def is_exact(self) -> bool:
        """Whether the encoding is loaded."""
        return self._encoding is not None

    def start_loading(self) -> None:
        """Load the encoding in a thread; best while something else is waited for anyway."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._load, name="token encoding")
            self._thread.start()

    async def load(self) -> None:
        """Wait until the encoding is loaded; after a failure, which is logged, estimates go on."""
        self.start_loading()
        assert self._thread is not None
        await asyncio.to_thread(self._thread.join)

    def _load(self) -> None:
        try:
            self._encoding = self._load_encoding()
        except Exception as error:
            # Nobody waits for this thread who could be told, and what it raised would go to the screen.
            _LOGGER.warning("tokens are estimated, as the encoding cannot be loaded: %s", error)

    async def count(
        self, system: str, messages: Iterable[Message], functions: Sequence[FunctionDefinition]
    ) -> int:
        """The tokens of a request, or an estimate while the encoding is not loaded.

        Args:
            system: The system prompt.
            messages: The history.
            functions: Counted as the endpoint shows them to its model.
        """
        parts = list(_parts(system, messages, functions, typescript=self._typescript))
        if self._encoding is None or all(_key(text) in self._counts for text, _ in parts):
            return _REPLY + self._count(parts)
        return _REPLY + await asyncio.to_thread(self._count, parts)

    def count_now(
        self, system: str, messages: Iterable[Message], functions: Sequence[FunctionDefinition]
    ) -> int:
        """Count a part of a request in the caller's thread, without the beginning of the answer."""
        return self._count(list(_parts(system, messages, functions, typescript=self._typescript)))

    def count_bytes(
        self, system: str, messages: Iterable[Message], functions: Sequence[FunctionDefinition]
    ) -> int:
        """What a request takes at the very most: a token is at least one byte."""
        parts = _parts(system, messages, functions, typescript=self._typescript)
        return _REPLY + sum(len(text.encode(errors="surrogatepass")) + extra for text, extra in parts)

    def _count(self, parts: Sequence[tuple[str, int]]) -> int:
        encoding = self._encoding
        if encoding is None:
            return sum(_estimate(text) + extra for text, extra in parts)
        texts = {_key(text): text for text, _ in parts}
        with self._lock:
            counts = {key: self._counts[key] for key in texts if key in self._counts}
        new = {key: text for key, text in texts.items() if key not in counts}
        counts.update(zip(new, _encode(encoding, new.values()), strict=True))
        self._remember(counts)
        return sum(counts[_key(text)] + extra for text, extra in parts)

    def _remember(self, counts: dict[_TextKey, int]) -> None:
        with self._lock:
            for key, count in counts.items():
                self._counts[key] = count
                self._counts.move_to_end(key)
            while len(self._counts) > _MOST_COUNTS:
                self._counts.popitem(last=False)


def _parts(
    system: str, messages: Iterable[Message], functions: Sequence[FunctionDefinition], *, typescript: bool
) -> Iterator[tuple[str, int]]:
    """The texts of a request, each with the tokens that stand around it."""
    if system:
        yield system, _MESSAGE
    if functions:
        yield render_functions(functions) if typescript else _as_json(functions), _MESSAGE
    for message in messages:
        match message:
            case UserMessage(text, context):
                yield f"{context}\n{text}", _MESSAGE
            case AssistantMessage(text, calls):
                spoken = "\n".join((text, *(f"{call.name} {call.arguments}" for call in calls)))
                yield spoken, _MESSAGE + _CALL * len(calls)
            case ToolMessage(name=name, text=text):
                yield f"{name}\n{text}", _RESULT


def _as_json(functions: Iterable[FunctionDefinition]) -> str:
    # As chat templates write it: with blanks, and one definition after the other.
    return "\n".join(
        json.dumps(
            {
                "type": "function",
                "function": {
                    "name": function.name,
                    "description": function.description,
                    "parameters": function.parameters,
                },
            },
            ensure_ascii=False,
        )
        for function in functions
    )


def _key(text: str) -> _TextKey:
    return len(text), hash(text)


def _estimate(text: str) -> int:
    return -(-len(text.encode(errors="surrogatepass")) // _BYTES_PER_TOKEN)


def _encode(encoding: TextEncoding, texts: Iterable[str]) -> list[int]:
    return [len(encoding.encode_ordinary(text)) for text in texts]
