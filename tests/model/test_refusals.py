"""What an endpoint's words tell of the longest request that its model reads."""

import pytest

from agent.model.refusals import read_context_limit


@pytest.mark.parametrize(
    ("words", "tokens"),
    [
        (
            "This model's maximum context length is 8192 tokens. However, you requested 9000.",
            8_192,
        ),
        ("This endpoint's maximum context length is 128,000 tokens. However, you requested 150000.", 128_000),
        ("{'type': 'exceed_context_size_error', 'n_prompt_tokens': 14071, 'n_ctx': 4096}", 4_096),
        ("prompt is too long: 210000 tokens > 200000 maximum", 200_000),
        (
            "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
            1_048_576,
        ),
        ("Prompt contains 40000 tokens, too large for model with 32768 maximum context length", 32_768),
        ("This model's maximum prompt length is 131072 but the request contains 537812 tokens.", 131_072),
        ("Requested tokens (516) exceed context window of 512", 512),
        ("Your input exceeds the context window of this model. Please adjust your input.", None),
        ("context_length_exceeded", None),
    ],
)
def test_the_number_is_read_where_there_is_one(words: str, tokens: int | None) -> None:
    assert read_context_limit(words.lower()) == tokens
