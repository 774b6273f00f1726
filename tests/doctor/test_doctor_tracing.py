"""What is said of spans."""

import pytest

from agent.doctor.finding import Outcome
from agent.doctor.tracing import check_tracing
from agent.tracing import wish


def test_tracing_is_off_unless_the_environment_asks() -> None:
    finding = check_tracing({})
    assert (finding.outcome, finding.text.startswith("off")) == (Outcome.OK, True)


def test_tracing_says_where_spans_go_without_what_may_be_secret_in_the_address() -> None:
    finding = check_tracing({"OTEL_EXPORTER_OTLP_ENDPOINT": "https://mara:hidden@otel.example:4318/x?key=y"})
    assert finding.outcome is Outcome.OK
    assert finding.text == "spans go to otel.example:4318, without what is said"


def test_spans_that_cannot_be_sent_are_a_warning_that_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wish, "is_installed", bool)
    finding = check_tracing({"OTEL_TRACES_EXPORTER": "otlp"})
    assert finding.outcome is Outcome.WARNING
    assert "pip install 'astravue-agent[otel]'" in finding.advice
