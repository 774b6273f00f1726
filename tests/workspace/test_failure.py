"""Failures: what is told of them, and what never is."""

import httpx2
import pytest
from mcp import MCPError

from agent.errors import LimitError, OutcomeUnknownError, ServerError, SignInError
from agent.workspace.failure import (
    Failure,
    FailureKind,
    failure_in,
    one_line,
    page_text,
    to_error,
)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("two\r\nlines\t here", "two lines here"),
        ("\x1b[31mred\x1b[0m\x07", "[31mred [0m"),
        ("left\u202eright\u200b", "left right"),
        ("long " * 100, ("long " * 100)[:299] + "…"),
    ],
)
def test_foreign_text_is_made_fit_for_a_terminal(text: str, line: str) -> None:
    assert one_line(text) == line


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<html><head><title>Sign in</title></head><body>x</body>", "Sign in"),
        ("<style>p{}</style><p>Not <b>here</b></p>", "Not here"),
    ],
)
def test_a_page_is_told_by_its_title_or_its_text(html: str, text: str) -> None:
    assert page_text(html) == text


@pytest.mark.parametrize("kind", list(FailureKind))
def test_a_failure_passes_through_json_rpc_unharmed(kind: FailureKind) -> None:
    failure = Failure(kind, "words", 418, 1.5)
    error = failure.to_json_rpc(7)["error"]
    assert isinstance(error, dict)
    assert failure_in(MCPError(-32603, "words", error["data"])) == failure


def test_an_error_of_the_server_itself_is_no_failure() -> None:
    assert failure_in(MCPError(-32602, "No such tool", {"tool": "fly"})) is None


@pytest.mark.parametrize("words", ["words", "Words that end as a sentence does."])
@pytest.mark.parametrize("kind", list(FailureKind))
def test_every_failure_has_one_sentence_with_the_server_and_a_hint(kind: FailureKind, words: str) -> None:
    error = to_error(Failure(kind, words, 418, 3.0), "https://example.com/mcp")
    assert error.message.endswith(".")
    assert not error.message.endswith("..")
    assert error.hint
    assert isinstance(error, LimitError) == (kind is FailureKind.RATE_LIMITED)
    assert kind is FailureKind.BAD_PROXY or "https://example.com/mcp" in error.message


@pytest.mark.parametrize(
    ("failure", "unknown"),
    [
        (Failure(FailureKind.LOST), True),
        (Failure(FailureKind.TIMEOUT), True),
        (Failure(FailureKind.UNUSABLE, "a web page"), True),
        (Failure(FailureKind.STATUS, status=500), True),
        (Failure(FailureKind.STATUS, status=400), False),
        (Failure(FailureKind.UNREACHABLE), False),
        (Failure(FailureKind.SESSION_LOST, status=404), False),
        (Failure(FailureKind.FORBIDDEN, status=403), False),
    ],
)
def test_the_outcome_of_a_write_is_unknown_only_where_it_may_have_been_executed(
    failure: Failure, unknown: bool
) -> None:
    error = to_error(failure, "https://example.com/mcp", write="make")
    assert isinstance(error, ServerError)
    assert isinstance(error, OutcomeUnknownError) == unknown


class FakeAuth(httpx2.Auth):
    """An authentication that has lost its sign-in, and lacks a right besides."""

    lost = SignInError("The login has expired.", "Run `astravue login`.")
    failure = SignInError("The login lacks a right.", "Run `astravue login`.")


def test_a_server_that_fails_over_a_lost_sign_in_is_told_as_that() -> None:
    failed = Failure(FailureKind.STATUS, status=500)
    assert to_error(failed, "https://example.com/mcp", auth=FakeAuth()) is FakeAuth.lost
    # It may have been executed all the same.
    write = to_error(failed, "https://example.com/mcp", write="make", auth=FakeAuth())
    assert isinstance(write, OutcomeUnknownError)


def test_a_refusal_is_told_by_what_the_sign_in_lacks() -> None:
    refused = Failure(FailureKind.SCOPE, status=403)
    assert to_error(refused, "https://example.com/mcp", auth=FakeAuth()) is FakeAuth.failure
