"""What leaves, over real HTTP, and that nobody waits long for it."""

import logging
import socket
import threading

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import StatusCode

import agent
from agent.tracing.export import flush, make_provider
from tests.tracing.collector import collecting


def send_one(provider: TracerProvider, **attributes: str) -> None:
    with provider.get_tracer("other-library").start_as_current_span("GET /?token=hidden-word-1") as span:
        span.set_attributes(attributes)
        span.record_exception(ValueError("the server said a private thing"))
        span.set_status(StatusCode.ERROR, "a private thing")


def test_a_span_leaves_without_secrets_events_and_descriptions(monkeypatch: pytest.MonkeyPatch) -> None:
    with collecting() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint)
        provider = make_provider()
        send_one(provider, header="Authorization: Bearer hidden-word-2", fine="kept", key="sk-hidden-word-3")
        flush(provider, 30)
    assert collector.paths == ["/v1/traces"]
    (received,) = collector.spans
    assert received.name == "GET /?token=[redacted]"
    assert received.attributes == {
        "header": "Authorization: [redacted]",
        "fine": "kept",
        "key": "[redacted]",
    }
    assert (list(received.span.events), received.span.status.message) == ([], "")
    assert received.span.status.code == 2
    assert b"private" not in collector.bodies[0]


def test_the_program_says_what_it_is_unless_the_environment_says_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with collecting() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", f"{collector.endpoint}/elsewhere")
        for name in ("", "mine"):
            monkeypatch.setenv("OTEL_SERVICE_NAME", name)
            provider = make_provider()
            send_one(provider)
            flush(provider, 30)
    assert collector.paths == ["/elsewhere", "/elsewhere"]
    assert [each.resource["service.name"] for each in collector.spans] == ["astravue-agent", "mine"]
    assert {each.resource["service.version"] for each in collector.spans} == {agent.__version__}


def test_a_collector_that_does_not_answer_is_left_behind(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{silent.getsockname()[1]}")
        provider = make_provider()
        send_one(provider)
        with caplog.at_level(logging.WARNING):
            flush(provider, 0.05)
        assert "The last spans could not be sent within 0.05 s" in caplog.text
        waiting = [thread for thread in threading.enumerate() if thread.name == "spans"]
        assert [thread.daemon for thread in waiting] == [True]
        # An answer that is final lets its thread end: one that tries again later would meet other tests.
        accepted, _ = silent.accept()
        with accepted:
            accepted.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            waiting[0].join(30)
        assert not waiting[0].is_alive()
