"""A collector of spans over real HTTP, and the tree that they make."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span


@dataclass(frozen=True)
class Received:
    """A span as it came in.

    Args:
        span: The span.
        scope: Which library made it.
        resource: What the program says of itself.
    """

    span: Span
    scope: str
    resource: dict[str, object]

    @property
    def name(self) -> str:
        return self.span.name

    @property
    def attributes(self) -> dict[str, object]:
        return {each.key: plain(each.value) for each in self.span.attributes}


def plain(value: AnyValue) -> object:
    match value.WhichOneof("value"):
        case "array_value":
            return [plain(each) for each in value.array_value.values]
        case "string_value":
            return value.string_value
        case "int_value":
            return value.int_value
        case "bool_value":
            return value.bool_value
        case _:
            return value.double_value


@dataclass
class Collector:
    """Keeps what comes in.

    Args:
        endpoint: Where it listens, for `OTEL_EXPORTER_OTLP_ENDPOINT`.
    """

    endpoint: str
    paths: list[str] = field(default_factory=list[str])
    bodies: list[bytes] = field(default_factory=list[bytes])

    @property
    def spans(self) -> list[Received]:
        """All spans, those that began first before the others."""
        received: list[Received] = []
        for body in self.bodies:
            request = ExportTraceServiceRequest()
            request.ParseFromString(body)
            for of_resource in request.resource_spans:
                resource = {each.key: plain(each.value) for each in of_resource.resource.attributes}
                for of_scope in of_resource.scope_spans:
                    received += [Received(span, of_scope.scope.name, resource) for span in of_scope.spans]
        return sorted(received, key=lambda each: each.span.start_time_unix_nano)

    def named(self, name: str) -> Received:
        """The one span of a name."""
        (found,) = (each for each in self.spans if each.name == name)
        return found

    def tree(self) -> list[str]:
        """Each span's name, indented below its parent's, in the order in which they began."""
        spans = self.spans

        def below(parent: bytes, indent: str) -> list[str]:
            return [
                line
                for each in spans
                if each.span.parent_span_id == parent
                for line in (indent + each.name, *below(each.span.span_id, indent + "  "))
            ]

        return below(b"", "")


@contextmanager
def collecting(status: int = 200) -> Generator[Collector]:
    """Collect spans on a port of this machine.

    Args:
        status: What each request is answered with.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            collector.paths.append(self.path)
            collector.bodies.append(body)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        collector = Collector(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield collector
        finally:
            server.shutdown()
            thread.join()
