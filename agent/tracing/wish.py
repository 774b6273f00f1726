"""What the user's environment asks of tracing.

Source: OpenTelemetry, "Environment Variable Specification" and "OpenTelemetry Protocol Exporter"; the
GenAI semantic conventions, "Capturing instructions, inputs, and outputs".
"""

from collections.abc import Mapping
from dataclasses import dataclass

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_DEFAULT_ENDPOINT = "http://localhost:4318"
_PROTOCOL = "http/protobuf"
# The first is the older form, the others say where the content goes.
_WITH_CONTENT = ("true", "span_only", "span_and_event")
_PACKAGES = ("opentelemetry-sdk", "opentelemetry-exporter-otlp-proto-http")


@dataclass(frozen=True, slots=True)
class Wish:
    """Whether spans are to be sent, and what stands against it.

    Args:
        asked: They are.
        endpoint: Where to, as the environment writes it.
        problem: Why they cannot be, a sentence without its full stop; empty if they can.
        advice: What helps.
        with_content: What was said, arguments and results are to be in them.
    """

    asked: bool
    endpoint: str = ""
    problem: str = ""
    advice: str = ""
    with_content: bool = False


def read_wish(environ: Mapping[str, str]) -> Wish:
    """Read what the environment asks for.

    Args:
        environ: The process environment.
    """

    def first(names: tuple[str, ...]) -> str:
        return next((value for name in names if (value := environ.get(name, "").strip())), "")

    exporters = {each.strip().lower() for each in environ.get("OTEL_TRACES_EXPORTER", "").split(",")} - {""}
    endpoint = first(_ENDPOINTS)
    disabled = environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    if disabled or exporters == {"none"} or not (exporters or endpoint):
        return Wish(asked=False)
    problem, advice = _obstacle(exporters, first(_PROTOCOLS) or _PROTOCOL)
    content = environ.get("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "").strip().lower()
    return Wish(True, endpoint or _DEFAULT_ENDPOINT, problem, advice, with_content=content in _WITH_CONTENT)


def _obstacle(exporters: set[str], protocol: str) -> tuple[str, str]:
    """What keeps spans from being sent, and what helps; empty if nothing does."""
    if exporters and "otlp" not in exporters:
        named = ", ".join(sorted(exporters))
        return f"OTEL_TRACES_EXPORTER is {named}, and only otlp is known", "Set it to otlp."
    if protocol != _PROTOCOL:
        return (
            f"OTEL_EXPORTER_OTLP_PROTOCOL is {protocol}, and only {_PROTOCOL} is known",
            f"Set it to {_PROTOCOL}, and the endpoint to the collector's port for it, mostly 4318.",
        )
    if not is_installed():
        return "what sends them is not installed", "Install it: pip install 'astravue-agent[otel]'"
    return "", ""


def is_installed() -> bool:
    """Say whether the extra `otel` is installed, without importing it."""
    import importlib.metadata

    try:
        return all(importlib.metadata.version(package) for package in _PACKAGES)
    except importlib.metadata.PackageNotFoundError:
        return False
