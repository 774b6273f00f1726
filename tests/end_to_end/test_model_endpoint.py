"""What the real program makes of a model endpoint that misbehaves, and what it sends to one."""

import json
import re
from dataclasses import dataclass

import pytest
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse

from tests.end_to_end.program import Program
from tests.end_to_end.scripted_endpoint import ScriptedEndpoint


@dataclass(frozen=True)
class Fault:
    """How an endpoint misbehaves, and what the program is to say.

    Args:
        answer: What the endpoint sends.
        code: The exit code.
        says: In the one sentence.
        advises: In what it says to do.
        said: What had come of the answer, which is printed.
    """

    answer: Response
    code: int
    says: str
    advises: str
    said: str = ""


def refusing(status: int, message: str, **fields: str) -> Response:
    return JSONResponse({"error": {"message": message, **fields}}, status)


def half_an_answer() -> Response:
    """A stream that ends in the middle of a sentence."""
    piece = json.dumps({"choices": [{"index": 0, "delta": {"content": "Six tasks are"}}]})
    return StreamingResponse(iter([f"data: {piece}\n\n"]), media_type="text/event-stream")


FAULTS = {
    "a wrong key": Fault(
        refusing(401, "Incorrect API key provided: sk-test-not-a-real-key"),
        6,
        "refused the API key (HTTP 401)",
        "astravue model key",
    ),
    "an unknown model": Fault(
        refusing(404, "The model does not exist", code="model_not_found"),
        6,
        "does not know the model “scripted”",
        "astravue model list",
    ),
    "a proxy that answers a web page": Fault(
        HTMLResponse("<html><body>Welcome to the hotel Wi-Fi</body></html>"),
        6,
        "is no chat completion stream",
        "it usually ends in /v1",
    ),
    "a proxy that answers a web page as an error": Fault(
        HTMLResponse("<html><body>Blocked</body></html>", 451),
        6,
        "answered HTTP 451: a web page",
        "it usually ends in /v1",
    ),
    "a conversation that is too long": Fault(
        refusing(400, "This model's maximum context length is 512 tokens", code="context_length_exceeded"),
        7,
        "longer than “scripted” can read; it is kept",
        "choose a model that reads more",
    ),
    "an account without credit": Fault(
        refusing(429, "You exceeded your current quota", code="insufficient_quota"),
        7,
        "asks for payment",
        "Add credit",
    ),
    "a model that calls no functions": Fault(
        refusing(400, "gemma does not support tools"),
        6,
        "cannot call functions",
        "astravue model list",
    ),
    "an answer that breaks off": Fault(
        half_an_answer(), 6, "what came of it is kept", "go on", "Six tasks are\n"
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_one_sentence_and_the_conversation_goes_on_after_it(signed_in: Program, name: str) -> None:
    fault = FAULTS[name]
    with ScriptedEndpoint([fault.answer, "All is well."]) as endpoint:
        signed_in.environ["OPENAI_BASE_URL"] = endpoint.base_url
        failed = signed_in.run("ask", "Which tasks are late?")
        assert failed.returncode == fault.code, failed.stderr
        assert failed.stdout == fault.said
        (line,) = failed.stderr.splitlines()
        assert line.startswith("astravue: ")
        assert fault.says in line
        assert fault.advises in line
        assert "sk-test" not in line
        again = signed_in.run("ask", "go on", "--session", "last")
    assert (again.returncode, again.stdout) == (0, "All is well. \n")
    said = [message["content"] for message in endpoint.requests[1]["messages"] if message["role"] == "user"]
    assert len(said) == 2
    assert said[0].endswith("Which tasks are late?")


def test_what_came_of_an_answer_that_broke_off_goes_on_from_there(signed_in: Program) -> None:
    with ScriptedEndpoint([half_an_answer(), "overdue."]) as endpoint:
        signed_in.environ["OPENAI_BASE_URL"] = endpoint.base_url
        signed_in.run("ask", "Which tasks are late?")
        signed_in.run("ask", "go on", "--session", "last")
    (kept,) = [each for each in endpoint.requests[1]["messages"] if each["role"] == "assistant"]
    assert kept["content"] == "Six tasks are\n\n[This answer was cut off here.]"


def test_a_port_where_nobody_listens_is_tried_again_and_told(signed_in: Program) -> None:
    ended = signed_in.run("ask", "Hello", "--model", "any")
    assert (ended.returncode, ended.stdout) == (6, "")
    *waits, told = ended.stderr.splitlines()
    assert len(waits) == 3
    assert all("127.0.0.1:9/v1 cannot be reached; waiting" in line for line in waits)
    assert "the conversation is kept" in told
    assert "OPENAI_BASE_URL" in told


def test_an_endpoint_that_is_busy_for_a_moment_costs_a_line_and_no_turn(signed_in: Program) -> None:
    busy = JSONResponse({"error": {"message": "Slow down"}}, 429, {"retry-after-ms": "1"})
    with ScriptedEndpoint([busy, "All is well."]) as endpoint:
        asked = signed_in.run("ask", "Hello", OPENAI_BASE_URL=endpoint.base_url)
    assert (asked.returncode, asked.stdout) == (0, "All is well. \n")
    assert "is reached; waiting 0 s." in asked.stderr


def test_nothing_is_sent_but_what_show_request_shows(signed_in: Program) -> None:
    with ScriptedEndpoint(
        [[("astravue_get_current_user", {})], refusing(400, "prompt_cache_key is not known"), "Alex."]
    ) as endpoint:
        asked = signed_in.run("ask", "Who am I?", "--show-request", OPENAI_BASE_URL=endpoint.base_url)
    assert (asked.returncode, asked.stdout) == (0, "Alex. \n")
    assert len(endpoint.received) == 4
    shown = [
        _in_lower_case(text)
        for text in re.findall(
            r"^((?:GET|POST) http.*?(?:\n\n\{[^\n]*\}\n|\n\n))", asked.stderr, re.MULTILINE | re.DOTALL
        )
    ]
    assert shown == [_in_lower_case(text) for text in endpoint.received]
    assert "sk-test" not in asked.stderr
    assert "x-stainless" not in asked.stderr.lower()


def _in_lower_case(request: str) -> tuple[list[str], str]:
    """A request's line and headers, whose case means nothing, and its body."""
    head, _, body = request.partition("\n\n")
    first, *headers = head.splitlines()
    return [first, *sorted(line.lower() for line in headers)], body.strip()


@pytest.mark.parametrize(
    ("limits", "says"),
    [("steps = 1", "after 1 steps"), ("tokens = 100", "at 110 tokens (the limit is 100)")],
)
def test_a_turn_that_reaches_a_limit_says_which_and_goes_on_when_told_to(
    signed_in: Program, limits: str, says: str
) -> None:
    (signed_in.state / "settings.toml").write_text(f"[limits]\n{limits}\n")
    with ScriptedEndpoint([[("astravue_get_current_user", {})], "You are Alex."]) as endpoint:
        signed_in.environ["OPENAI_BASE_URL"] = endpoint.base_url
        stopped = signed_in.run("ask", "Who am I?")
        assert (stopped.returncode, stopped.stdout) == (7, "")
        assert f"The turn was stopped {says}; what was done and said is kept." in stopped.stderr
        assert "astravue ask --session " in stopped.stderr
        again = signed_in.run("ask", "go on", "--session", "last")
    assert (again.returncode, again.stdout) == (0, "You are Alex. \n")
    assert [message["role"] for message in endpoint.requests[1]["messages"]].count("tool") == 1
