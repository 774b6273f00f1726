"""What the environment asks of tracing."""

import pytest

from agent.tracing import wish
from agent.tracing.wish import read_wish

ENDPOINT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector.example:4318"}
CAPTURE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"OTEL_SERVICE_NAME": "mine"},
        {"OTEL_TRACES_EXPORTER": ""},
        {"OTEL_TRACES_EXPORTER": "none"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": " "},
        {"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://collector.example:4318"},
        {**ENDPOINT, "OTEL_TRACES_EXPORTER": "None"},
        {**ENDPOINT, "OTEL_SDK_DISABLED": "true"},
        {"OTEL_TRACES_EXPORTER": "otlp", "OTEL_SDK_DISABLED": "TRUE"},
    ],
)
def test_nothing_is_sent_unless_it_is_asked_for(environ: dict[str, str]) -> None:
    assert not read_wish(environ).asked


@pytest.mark.parametrize(
    ("environ", "endpoint"),
    [
        ({"OTEL_TRACES_EXPORTER": "otlp"}, "http://localhost:4318"),
        ({"OTEL_TRACES_EXPORTER": "console, otlp"}, "http://localhost:4318"),
        (ENDPOINT, "http://collector.example:4318"),
        ({**ENDPOINT, "OTEL_SDK_DISABLED": "false"}, "http://collector.example:4318"),
        ({**ENDPOINT, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://b.example/x"}, "http://b.example/x"),
    ],
)
def test_each_of_three_variables_asks_for_spans(environ: dict[str, str], endpoint: str) -> None:
    asked = read_wish(environ)
    assert (asked.asked, asked.endpoint, asked.problem) == (True, endpoint, "")


@pytest.mark.parametrize(
    ("environ", "problem"),
    [
        ({"OTEL_TRACES_EXPORTER": "console"}, "OTEL_TRACES_EXPORTER is console, and only otlp is known"),
        ({**ENDPOINT, "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "OTEL_EXPORTER_OTLP_PROTOCOL is grpc"),
        ({**ENDPOINT, "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/json"}, "http/json"),
    ],
)
def test_what_is_asked_for_and_cannot_be_had_is_said(environ: dict[str, str], problem: str) -> None:
    asked = read_wish(environ)
    assert asked.asked
    assert problem in asked.problem
    assert asked.advice


def test_a_missing_extra_is_said_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert wish.is_installed()
    monkeypatch.setattr(wish, "is_installed", bool)
    assert read_wish(ENDPOINT).advice == "Install it: pip install 'astravue-agent[otel]'"


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        *(("true", True), ("True", True), ("span_only", True), ("SPAN_AND_EVENT", True)),
        *(("", False), ("false", False), ("no_content", False), ("event_only", False), ("yes", False)),
    ],
)
def test_what_is_said_is_in_spans_only_if_that_is_asked_for_too(value: str, wanted: bool) -> None:
    assert read_wish({**ENDPOINT, CAPTURE: value}).with_content is wanted
    assert not read_wish({CAPTURE: value}).asked
