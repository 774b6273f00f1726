"""The spans of the real program, as a real collector over HTTP gets them."""

import json
import subprocess
import sys
from typing import Any

from tests.end_to_end.program import Program
from tests.end_to_end.scripted_endpoint import Script, ScriptedEndpoint
from tests.tracing.collector import Collector, collecting

OVERDUE, PROJECTS = "astravue_list_overdue_tasks", "astravue_list_spaces"
SCRIPT: Script = [[(OVERDUE, {}), (PROJECTS, {})], "Six are overdue."]
QUESTION = "Which of my tasks are overdue, by Authorization: Bearer hidden-word-1?"


def ask(program: Program, collector: Collector, **environ: str) -> subprocess.CompletedProcess[str]:
    with ScriptedEndpoint(SCRIPT) as endpoint:
        return program.run(
            "--verbose",
            "ask",
            QUESTION,
            "--json",
            OPENAI_BASE_URL=endpoint.base_url,
            OTEL_EXPORTER_OTLP_ENDPOINT=collector.endpoint,
            **environ,
        )


def test_a_question_is_a_tree_of_spans_down_to_the_requests_of_mcp(signed_in: Program) -> None:
    with collecting() as collector:
        done = ask(signed_in, collector)
    assert done.returncode == 0, done.stderr
    tree = collector.tree()
    assert tree[tree.index("invoke_agent astravue") :] == [
        "invoke_agent astravue",
        "  chat scripted",
        f"  execute_tool {OVERDUE}",
        f"    MCP send tools/call {OVERDUE}",
        f"  execute_tool {PROJECTS}",
        f"    MCP send tools/call {PROJECTS}",
        "  chat scripted",
    ]
    turn = collector.named("invoke_agent astravue")
    assert turn.attributes["gen_ai.conversation.id"] == json.loads(done.stdout)["session"]
    assert turn.attributes["gen_ai.request.model"] == "scripted"
    assert turn.attributes["gen_ai.usage.input_tokens"] == 200
    assert turn.resource["service.name"] == "astravue-agent"
    assert turn.scope == "astravue-agent"


def test_nothing_that_is_said_leaves_unless_that_is_asked_for_too(signed_in: Program) -> None:
    with collecting() as collector:
        assert ask(signed_in, collector).returncode == 0
    assert b"overdue, by" not in b"".join(collector.bodies)
    assert b"Six are overdue" not in b"".join(collector.bodies)
    with collecting() as collector:
        capture = {"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "true"}
        assert ask(signed_in, collector, **capture).returncode == 0
    turn = collector.named("invoke_agent astravue").attributes
    assert "overdue, by Authorization: [redacted]" in str(turn["gen_ai.input.messages"])
    assert "Six are overdue." in str(turn["gen_ai.output.messages"])
    assert b"hidden-word-1" not in b"".join(collector.bodies)


def test_a_collector_that_is_away_costs_no_answer_and_says_nothing_on_the_screen(
    signed_in: Program,
) -> None:
    done = ask(signed_in, Collector("http://127.0.0.1:9"))
    assert (done.returncode, json.loads(done.stdout)["answer"].strip()) == (0, "Six are overdue.")
    assert "opentelemetry" not in done.stderr.lower()
    assert "spans" not in done.stderr
    log = (signed_in.state / "logs" / "astravue.log").read_text()
    assert "The last spans could not be sent within 1 s" in log


IMPORTED = """
import sys
from agent.cli import main

code = main(sys.argv[1:])
sent = [name for name in sys.modules if name.startswith(("opentelemetry.sdk", "opentelemetry.exporter"))]
print(sorted(sent + [name for name in sys.modules if name.startswith("agent.tracing.")]))
sys.exit(code)
"""


def modules_after_a_question(program: Program, **environ: str) -> list[str]:
    with ScriptedEndpoint([], otherwise="Done.") as endpoint:
        done = subprocess.run(
            [sys.executable, "-P", "-c", IMPORTED, "ask", "Hello", "--quiet"],
            env={**program.environ, "OPENAI_BASE_URL": endpoint.base_url, **environ},
            cwd=program.home,
            capture_output=True,
            text=True,
            check=True,
        )
    imported: list[Any] = json.loads(done.stdout.splitlines()[-1].replace("'", '"'))
    return [str(name) for name in imported]


def test_nothing_of_it_is_imported_unless_the_environment_asks(signed_in: Program) -> None:
    light = ["agent.tracing.tracing", "agent.tracing.wish"]
    assert modules_after_a_question(signed_in) == light
    assert modules_after_a_question(signed_in, OTEL_TRACES_EXPORTER="none") == light
    with collecting() as collector:
        imported = modules_after_a_question(signed_in, OTEL_EXPORTER_OTLP_ENDPOINT=collector.endpoint)
    assert "opentelemetry.sdk.trace" in imported
