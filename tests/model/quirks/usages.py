"""How many tokens it took: where vendors say so, and when."""

from agent.jsontypes import JsonObject, JsonValue
from agent.model.protocol import Usage
from tests.model.quirks.shape import Answer, Quirk, sent
from tests.model.stream_chunks import delta, end

COUNTED: JsonObject = {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15}
ZERO: JsonObject = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
HI = Answer("Hi", usage=Usage(12, 3))


def _with_usage(chunk: JsonObject, usage: JsonValue) -> JsonObject:
    return {**chunk, "usage": usage}


USAGES = (
    Quirk(
        "usage in a last chunk without choices",
        "OpenAI, vLLM, Ollama",
        sent(
            _with_usage(delta(content="Hi"), None),
            _with_usage(end("stop"), None),
            {"choices": [], "usage": COUNTED},
        ),
        HI,
    ),
    Quirk(
        "usage in a last chunk whose choices are null",
        "gateways for Bedrock",
        sent(delta(content="Hi"), end("stop"), {"choices": None, "usage": COUNTED}),
        HI,
    ),
    Quirk(
        "usage in a last chunk that has no choices at all",
        "Fireworks, gateways in Go",
        sent(delta(content="Hi"), end("stop"), {"object": "chat.completion.chunk", "usage": COUNTED}),
        HI,
    ),
    Quirk(
        "usage on every chunk",
        "vLLM with continuous usage, xAI, DeepSeek",
        sent(
            _with_usage(delta(content="H"), {"prompt_tokens": 12, "completion_tokens": 1}),
            _with_usage(delta(content="i"), {"prompt_tokens": 12, "completion_tokens": 2}),
            _with_usage(end("stop"), COUNTED),
        ),
        HI,
    ),
    Quirk(
        "usage with the reason",
        "Mistral, Together, Groq",
        sent(delta(content="Hi"), _with_usage(end("stop"), COUNTED)),
        HI,
    ),
    Quirk(
        "usage inside of the choice",
        "Moonshot",
        sent(
            delta(content="Hi"),
            {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop", "usage": COUNTED}]},
        ),
        HI,
    ),
    Quirk(
        "usage in an extension",
        "Groq",
        sent(delta(content="Hi"), {**end("stop"), "x_groq": {"id": "req_1", "usage": COUNTED}}),
        HI,
    ),
    Quirk(
        "zeros after the usage",
        "gateways that count themselves",
        sent(delta(content="Hi"), _with_usage(end("stop"), COUNTED), {"choices": [], "usage": ZERO}),
        HI,
    ),
    Quirk(
        "the input first, the output last",
        "gateways for Anthropic's models",
        sent(
            _with_usage(delta(content="Hi"), {"input_tokens": 12, "output_tokens": 0}),
            _with_usage(end("stop"), {"output_tokens": 3}),
        ),
        HI,
    ),
    Quirk(
        "details null, counts with a fraction",
        "Gemini's compatible endpoint, servers in JavaScript",
        sent(
            delta(content="Hi"),
            _with_usage(
                end("stop"),
                {
                    "prompt_tokens": 12.0,
                    "completion_tokens": 3.0,
                    "total_tokens": None,
                    "prompt_tokens_details": None,
                    "completion_tokens_details": None,
                },
            ),
        ),
        HI,
    ),
    Quirk(
        "cached tokens under another name",
        "DeepSeek",
        sent(
            delta(content="Hi"),
            _with_usage(
                end("stop"), {**COUNTED, "prompt_cache_hit_tokens": 8, "prompt_cache_miss_tokens": 4}
            ),
        ),
        Answer("Hi", usage=Usage(12, 3, cached_tokens=8)),
    ),
    Quirk(
        "the cost beside the counts",
        "OpenRouter",
        sent(
            delta(content="Hi"),
            _with_usage(
                end("stop"),
                {
                    **COUNTED,
                    "cost": 0.25,
                    "prompt_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 2},
                    "completion_tokens_details": {"reasoning_tokens": 1},
                },
            ),
        ),
        Answer("Hi", usage=Usage(12, 3, 4, 1, 0.25, 2)),
    ),
    Quirk(
        "no usage",
        "servers that know no stream_options",
        sent(delta(content="Hi"), end("stop")),
        Answer("Hi"),
    ),
)
