"""What sends spans to a collector: OpenTelemetry's own SDK and OTLP exporter, configured by its variables.

Other libraries put messages of servers into their spans, as the MCP client does with those of errors.
So each span is cleaned right before it leaves: no events, no description of its status, and no text
that looks like a secret.
"""

import logging
import threading
from collections.abc import Sequence

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Status
from opentelemetry.util.types import AttributeValue

import agent
from agent.system.logs import redact

_SERVICE = "astravue-agent"
_log = logging.getLogger(__name__)


class CleaningExporter(SpanExporter):
    """Hands spans on without what they must not hold.

    Args:
        exporter: Sends them.
    """

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send spans."""
        return self._exporter.export([_clean(span) for span in spans])

    def shutdown(self) -> None:
        """Send no more."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Send what is held back; nothing is."""
        return self._exporter.force_flush(timeout_millis)


def _clean(span: ReadableSpan) -> ReadableSpan:
    return ReadableSpan(
        name=redact(span.name),
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes={name: _redacted(value) for name, value in (span.attributes or {}).items()},
        links=span.links,
        kind=span.kind,
        instrumentation_scope=span.instrumentation_scope,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
    )


def _redacted(value: AttributeValue) -> AttributeValue:
    return redact(value) if isinstance(value, str) else value


def make_provider(exporter: SpanExporter | None = None) -> TracerProvider:
    """Make what begins spans and sends them in batches.

    Args:
        exporter: Sends them; by OTLP over HTTP, to where the environment says, when left out.
    """
    detected = OTELResourceDetector().detect().attributes
    resource = Resource.create({"service.name": _SERVICE, "service.version": agent.__version__, **detected})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(CleaningExporter(exporter or OTLPSpanExporter())))
    return provider


def make_global(provider: TracerProvider) -> None:
    """Have other libraries, such as the MCP client, begin their spans with it too."""
    trace.set_tracer_provider(provider)


def flush(provider: TracerProvider, seconds: float) -> None:
    """Send what is left, and wait for that only so long: a collector that is away holds nobody up.

    Args:
        provider: What sends.
        seconds: How long.
    """
    worker = threading.Thread(target=provider.shutdown, name="spans", daemon=True)
    worker.start()
    worker.join(seconds)
    if worker.is_alive():
        _log.warning("The last spans could not be sent within %g s", seconds)
