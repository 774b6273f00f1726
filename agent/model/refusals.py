"""Why a request to an endpoint failed: one sentence for a person, and whether to try once more."""

import re
from dataclasses import dataclass

import httpx2
import openai

from agent.errors import AgentError, ContextError, EndpointError, ModelError, QuotaError
from agent.jsontypes import is_object
from agent.model.retries import WORTH_REPEATING, read_retry_after
from agent.model.stream_errors import BrokenStream, StreamError
from agent.wording.addresses import shown_address
from agent.wording.hints import GO_ON

_LONGEST = 300
# OpenAI's code, and the words of llama.cpp, vLLM, Ollama and Anthropic.
_OVERFLOW = (
    "context_length_exceeded",
    "exceed_context_size",
    "context length",
    "context size",
    "context window",
    "prompt is too long",
    "maximum prompt length",
    "maximum number of tokens",
)
# Those of llama.cpp, Mistral, Anthropic, Gemini, and of OpenAI and all who copy it.
_LIMITS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\bn_ctx\b\W{0,6}(\d{3,9})",
        r"(\d{3,9}) maximum context length",
        r"> (\d{3,9}) maximum",
        r"maximum number of tokens[a-z ]{0,20}\(?(\d[\d,]{2,9})",
        r"maximum (?:context|prompt) length[a-z ']{0,30}\W{0,3}(\d[\d,]{2,9})",
        r"context (?:length|size|window)[a-z ']{0,30}\W{0,3}(\d[\d,]{2,9})",
    )
)
_NO_MONEY = ("insufficient_quota", "billing_hard_limit", "insufficient_balance", "insufficient credits")
_NO_TOOLS = ("does not support tools", "tools are not supported", "tool use is not supported")
# What the model itself wrote is refused: the words of Azure's filter, and of Groq's check of calls.
_MODELS_FAULT = ("content_filter", "content management policy", "tool_use_failed")


@dataclass(frozen=True, slots=True)
class Failure:
    """What became of a request.

    Args:
        error: For the person.
        reason: Why it is repeated, one sentence without its full stop; empty if it is not to be.
        retry_after: Seconds that the endpoint asks to wait for, if it says so.
    """

    error: AgentError
    reason: str = ""
    retry_after: float | None = None


def explain(problem: Exception, base_url: str, model: str) -> Failure:
    """Say what a failure means.

    Args:
        problem: What the request or the reading of its answer raised.
        base_url: The endpoint.
        model: The model that was asked for.
    """
    base_url = shown_address(base_url)
    match problem:
        case AgentError():
            reason = f"{base_url} broke off its answer" if isinstance(problem, BrokenStream) else ""
            return Failure(problem, reason)
        case StreamError():
            return _explain_stream_error(problem, base_url, model)
        case openai.APIStatusError():
            return _explain_status(problem, base_url, model)
        case openai.APITimeoutError():
            error = EndpointError(
                f"{base_url} did not answer in time; the conversation is kept.", "Ask again."
            )
            # A connection that was not made in time may be made now; an answer that took minutes will again.
            is_early = isinstance(problem.__cause__, httpx2.ConnectTimeout | httpx2.PoolTimeout)
            return Failure(error, f"{base_url} cannot be reached" if is_early else "")
        case openai.APIConnectionError():
            return Failure(_unreachable(base_url), f"{base_url} cannot be reached")
        case ValueError() | httpx2.DecodingError():
            return Failure(
                EndpointError(
                    f"{base_url} sent something that cannot be read; what came is kept.", "Ask again."
                )
            )
        case httpx2.TimeoutException():
            return Failure(EndpointError(f"{base_url} stopped answering; what came is kept.", f"{GO_ON}."))
        case httpx2.HTTPError():
            reason = f"the connection to {base_url} was lost"
            return Failure(EndpointError(f"T{reason[1:]}; what came is kept.", f"{GO_ON}."), reason)
        case _:
            said = problem.body if isinstance(problem, openai.APIError) else str(problem)
            return Failure(EndpointError(f"{base_url} broke off the answer: {sentence(said)}", "Ask again."))


def _unreachable(base_url: str) -> EndpointError:
    return EndpointError(
        f"{base_url} cannot be reached; the conversation is kept.",
        "Check the network and OPENAI_BASE_URL, or see `astravue model list`.",
    )


def _explain_status(problem: openai.APIStatusError, base_url: str, model: str) -> Failure:
    status, said = problem.status_code, sentence(problem.body or _body_text(problem))
    words = f"{problem.code} {problem.type} {problem.message}".lower()
    if any(sign in words for sign in _NO_MONEY) or status == 402:
        return Failure(
            QuotaError(f"{base_url} asks for payment: {said}", "Add credit there, or use another model.")
        )
    if status in (401, 403):
        return Failure(
            EndpointError(
                f"{base_url} refused the API key (HTTP {status}); the conversation is kept.",
                "Set OPENAI_API_KEY, or store a key with `astravue model key`.",
            )
        )
    if status == 404:
        return Failure(
            EndpointError(
                f"{base_url} does not know the model “{model}”, or is no endpoint of this kind (HTTP 404).",
                "See `astravue model list`, and check --model and OPENAI_BASE_URL.",
            )
        )
    if status in (400, 413, 422) and any(sign in words for sign in _OVERFLOW):
        return Failure(
            ContextError(
                f"The conversation is longer than “{model}” can read; it is kept.",
                "Start a new one, or choose a model that reads more.",
                read_context_limit(f"{words} {problem.body}".lower()),
            )
        )
    if status in (400, 422) and any(sign in words for sign in _NO_TOOLS):
        return Failure(
            ModelError(
                f"“{model}” cannot call functions, so it cannot work on your tasks.",
                "Choose another model: `astravue model list`.",
            )
        )
    if status in (400, 422) and any(sign in words for sign in _MODELS_FAULT):
        return Failure(ModelError(f"{base_url} answered HTTP {status}: {said}"))
    return _explain_further_status(problem, base_url, said)


def _explain_further_status(problem: openai.APIStatusError, base_url: str, said: str) -> Failure:
    status = problem.status_code
    wait = read_retry_after(problem.response.headers)
    if status == 429:
        reached = f"The rate limit of {base_url} is reached"
        hint = f"Ask again in {wait:.0f} s." if wait else "Wait a moment and ask again."
        return Failure(QuotaError(f"{reached} (HTTP 429): {said}", hint), reached, wait)
    reason = f"{base_url} answers HTTP {status}" if status in WORTH_REPEATING else ""
    hint = "Ask again later." if reason else ""
    if said == _WEB_PAGE:
        hint = "Check OPENAI_BASE_URL; it usually ends in /v1."
    return Failure(EndpointError(f"{base_url} answered HTTP {status}: {said}", hint), reason, wait)


def _explain_stream_error(problem: StreamError, base_url: str, model: str) -> Failure:
    said = problem.said
    code = said.get("code") or said.get("type") or "" if is_object(said) else ""
    words = f"{code} {said}".lower()
    if any(sign in words for sign in _OVERFLOW):
        return Failure(
            ContextError(
                f"The conversation is longer than “{model}” can read; it is kept.",
                "Start a new one, or choose a model that reads more.",
                read_context_limit(words),
            )
        )
    is_passing = code in WORTH_REPEATING or any(
        sign in words for sign in ("overloaded", "server_error", "rate_limit", "unavailable", "timeout")
    )
    kind = QuotaError if code == 429 or "rate_limit" in words else EndpointError
    return Failure(
        kind(f"{base_url} broke off the answer: {sentence(said)}", "Ask again."),
        f"{base_url} broke off its answer" if is_passing else "",
    )


def read_context_limit(words: str) -> int | None:
    """How many tokens a model can read, by what its endpoint says of a request that is longer.

    Args:
        words: Its words in lower case.

    Returns:
        The number; `None` where they do not tell.
    """
    found = next((match for pattern in _LIMITS if (match := pattern.search(words))), None)
    return int(found[1].replace(",", "")) if found else None


_WEB_PAGE = "a web page."


def _body_text(problem: openai.APIStatusError) -> str:
    # The package reads no body whose type is not JSON.
    try:
        return problem.response.text
    except httpx2.ResponseNotRead:
        return problem.message


def sentence(said: object) -> str:
    """What an endpoint says about an error, as one line that ends like a sentence."""
    if is_object(said):
        inner = said.get("message") or said.get("error") or said.get("detail")
        said = inner.get("message") if is_object(inner) else inner
    text = " ".join(said.split()) if isinstance(said, str) else ""
    if not text:
        return "it did not say why."
    if text.startswith("<"):
        return _WEB_PAGE
    if len(text) > _LONGEST:
        return text[: _LONGEST - 1] + "…"
    return text if text.endswith((".", "!", "?")) else f"{text}."
