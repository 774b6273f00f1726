"""How many tokens an answer took, by the `usage` of a Chat Completions stream, wherever vendors put it."""

from collections.abc import Iterator

from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.model.prices import vendor_cost
from agent.model.protocol import Usage


def find_usage(chunk: JsonObject) -> Iterator[JsonObject]:
    """The usage objects of a chunk: its own, of a choice (Moonshot), or of Groq's extension."""
    extension = chunk.get("x_groq")
    choices = chunk.get("choices")
    holders: list[JsonValue] = [chunk, extension, *(choices if isinstance(choices, list) else [])]
    for holder in holders:
        usage = holder.get("usage") if is_object(holder) else None
        if is_object(usage):
            yield usage


def read_usage(usage: JsonObject) -> Usage:
    """The counts of one usage object.

    Args:
        usage: As it came; counts that are missing or no numbers are 0.
    """
    prompt = _object(usage, "prompt_tokens_details")
    completion = _object(usage, "completion_tokens_details")
    return Usage(
        input_tokens=_count(usage, "prompt_tokens", "input_tokens"),
        output_tokens=_count(usage, "completion_tokens", "output_tokens"),
        # The second is DeepSeek's, the third Moonshot's.
        cached_tokens=_count(prompt, "cached_tokens")
        or _count(usage, "prompt_cache_hit_tokens", "cached_tokens"),
        reasoning_tokens=_count(completion, "reasoning_tokens"),
        cost=vendor_cost(usage),
        # The first is OpenRouter's, the second Anthropic's.
        written_tokens=_count(prompt, "cache_write_tokens") or _count(usage, "cache_creation_input_tokens"),
    )


def join_usage(one: Usage | None, other: Usage) -> Usage:
    """The higher of each count: endpoints count up, and some end with an object of zeros.

    Args:
        one: What was said before, if anything.
        other: What is said now.
    """
    if one is None:
        return other
    costs = [cost for cost in (one.cost, other.cost) if cost is not None]
    return Usage(
        input_tokens=max(one.input_tokens, other.input_tokens),
        output_tokens=max(one.output_tokens, other.output_tokens),
        cached_tokens=max(one.cached_tokens, other.cached_tokens),
        reasoning_tokens=max(one.reasoning_tokens, other.reasoning_tokens),
        cost=max(costs, default=None),
        written_tokens=max(one.written_tokens, other.written_tokens),
    )


def _object(of: JsonObject, key: str) -> JsonObject:
    value = of.get(key)
    return value if is_object(value) else {}


def _count(of: JsonObject, *keys: str) -> int:
    for key in keys:
        value = of.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e15:
            return int(value)
    return 0
