"""How many tokens a conversation takes, counted on this machine.

`tiktoken` would fetch its encoding over the network without a time-out, so the encoding ships with the
program. Loading it takes most of a second: call this in a thread, and only when somebody asks.
"""

import base64
import gzip
import hashlib
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from agent.conversation import AssistantMessage, Message, ToolMessage, UserMessage
from agent.errors import AgentError
from agent.jsontypes import dump
from agent.model.protocol import FunctionDefinition

if TYPE_CHECKING:
    from tiktoken import Encoding

_NAME = "o200k_base"
_SHA256 = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
_ENVELOPE = 4
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


def count_tokens(system: str, messages: Iterable[Message], functions: Iterable[FunctionDefinition]) -> int:
    """Estimate the tokens of a request, as o200k_base counts them.

    Args:
        system: The system prompt.
        messages: The history.
        functions: Counted as the JSON of their parameters, which is near the truth for endpoints whose
            template writes them out, and too high for OpenAI.
    """
    texts = [system, *(_text(message) for message in messages)]
    texts += [f"{function.name} {function.description} {dump(function.parameters)}" for function in functions]
    encoded = load_encoding().encode_ordinary_batch(texts, num_threads=1)
    return sum(len(tokens) + _ENVELOPE for tokens in encoded)


def _text(message: Message) -> str:
    match message:
        case UserMessage(text, context):
            return f"{context}\n{text}"
        case AssistantMessage(text, calls):
            return "\n".join((text, *(f"{call.name} {call.arguments}" for call in calls)))
        case ToolMessage(text=text):
            return text
