"""The tables of the benchmarks, what is kept of them, and that each one is listed. No speed is asserted."""

import ast
import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2
import pytest

from evals import bench
from evals.bench.__main__ import main, run
from evals.bench.benchmarks import BENCHMARKS, Benchmark, find_benchmarks
from evals.bench.endpoint import ANSWER, TOOL, serving
from evals.bench.figures import Figure, Target, summarise
from evals.bench.keeping import Measured, as_json, keep, read_json, write_into
from evals.bench.peer_figures import PeerFigures
from evals.bench.peer_list import PEERS, Place
from evals.bench.processes import family, resident, run_well
from evals.bench.tables import draw_figures, draw_peers, replace_between, write_number

FOLDER = Path(bench.__file__).parent
PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
PASS = summarise("python -c pass", "ms", [20.0, 10.0, 40.0])
STARTED = summarise("--version", "ms", [50.0], base=PASS, target=Target(3, of="ratio"))
OURS = PeerFigures("astravue ask", "1.0", "", 1.5, 1.4, 1.625, 1.0, 103, 15, 7791, 2460, 55, 93.2)
AWAY = PeerFigures("elsewhere", "2.0", "not installed, it wants another machine")


# Figures


def test_a_figure_holds_bounds_median_and_ratio_to_another() -> None:
    assert (PASS.minimum, PASS.median, PASS.maximum, PASS.ratio) == (10.0, 20.0, 40.0, None)
    assert (STARTED.ratio, STARTED.to) == (2.5, "python -c pass")


@pytest.mark.parametrize(
    ("target", "is_met"),
    [
        (Target(20), True),
        (Target(19), False),
        (Target(39, of="maximum"), False),
        (Target(20, at_least=True), True),
        (Target(21, at_least=True), False),
        (Target(1, of="ratio"), False),
    ],
)
def test_a_target_is_met_or_missed(target: Target, is_met: bool) -> None:
    assert target.is_met(PASS) is is_met


# Tables


@pytest.mark.parametrize(
    ("number", "written"),
    [(0, "0"), (0.123, "0.12"), (12.34, "12.3"), (123.4, "123"), (40375, "40,375"), (2, "2")],
)
def test_a_number_has_about_three_digits(number: float, written: str) -> None:
    assert write_number(number) == written


def test_a_table_says_whether_a_target_was_met() -> None:
    missed = summarise("first prompt", "ms", [301.0], target=Target(300))
    lines = draw_figures([PASS, STARTED, missed]).splitlines()
    assert lines[0].split() == ["what", "minimum", "median", "maximum", "ratio", "target"]
    assert lines[2].endswith("2.50 × python -c pass  at most 3 × python -c pass: met")
    assert lines[3].endswith("at most 300 ms: MISSED")


def test_a_program_without_figures_is_listed_with_its_reason() -> None:
    lines = draw_peers([OURS, AWAY]).splitlines()
    assert "1.40 / 1.50 / 1.62" in lines[1]
    assert lines[2].endswith("  not measured: not installed, it wants another machine")


def test_a_text_is_replaced_between_its_marks_alone() -> None:
    page = "before\n<!-- a -->\nold\n<!-- end of a -->\nafter\n"
    once = replace_between(page, "a", "new")
    assert once == "before\n<!-- a -->\n\nnew\n\n<!-- end of a -->\nafter\n"
    assert replace_between(once, "a", "new") == once


def test_a_page_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="no marks for a"):
        replace_between("before\n<!-- a -->\n", "a", "new")


# What is kept


def test_what_was_measured_is_read_back_from_its_json(tmp_path: Path) -> None:
    measured = Measured("a machine", {"startup": [PASS, STARTED]}, {"memory": "it failed"}, [OURS, AWAY])
    assert read_json(as_json(measured)) == measured
    keep(measured, tmp_path / "figures.json", None)
    assert read_json((tmp_path / "figures.json").read_text(encoding="utf-8")) == measured


def test_the_page_of_the_documentation_takes_the_tables() -> None:
    page = PAGE.read_text(encoding="utf-8")
    written = write_into(page, Measured("a machine", {"startup": [PASS, STARTED]}, {}, [OURS, AWAY]))
    assert "| --version | 2.50 × python -c pass | at most 3 × python -c pass: met |" in written
    assert "| **Start-up** |" in written
    assert "| --version | 50 ms | 50 ms | 50 ms | 2.50 × python -c pass |" in written
    assert "| elsewhere 2.0 | not measured: not installed" in written
    assert written.count("Measured a machine.") == 2


def test_tables_that_were_not_measured_stay_as_they_are() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert write_into(page, Measured("a machine")) == page


# The list


def modules_that_measure() -> set[str]:
    trees = {path.stem: ast.parse(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.py")}
    return {
        name
        for name, tree in trees.items()
        if any(isinstance(node, ast.FunctionDef) and node.name == "measure" for node in tree.body)
    }


def test_every_benchmark_is_listed() -> None:
    assert modules_that_measure() - {"peers"} == {each.name for each in BENCHMARKS}


def test_without_a_name_all_run_that_do_not_stand_apart() -> None:
    assert [each.name for each in find_benchmarks([])] == [each.name for each in BENCHMARKS if not each.apart]
    assert [each.name for each in find_benchmarks(["embedded", "startup"])] == ["startup", "embedded"]


def test_an_unknown_name_is_refused_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--only", "nonsense"])
    assert "There is no benchmark nonsense; there are startup, one_shot" in capsys.readouterr().err


def test_a_page_that_holds_all_is_not_written_by_some(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--only", "startup", "--write", "page.md"])
    assert "--write cannot go with --only" in capsys.readouterr().err


class FakeBenchmark(Benchmark):
    """A benchmark that says at once what it was given, or fails."""

    def __init__(self, name: str, figures: list[Figure] | None) -> None:
        super().__init__(name, f"About {name}")
        self.__dict__["found"] = figures

    def measure(self) -> list[Figure]:
        found: list[Figure] | None = self.__dict__["found"]
        if found is None:
            raise RuntimeError("it did not work")
        return found


def test_a_benchmark_that_fails_costs_the_others_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    measured = run([FakeBenchmark("broken", None), FakeBenchmark("fine", [PASS])], with_peers=False)
    assert measured.failures == {"broken": "not measured: RuntimeError: it did not work"}
    assert measured.figures == {"fine": [PASS]}
    printed = capsys.readouterr().out
    assert "About broken" in printed
    assert "python -c pass" in printed


# What they are made of


def test_the_children_of_a_command_belong_to_its_memory() -> None:
    waiting = "sleep 60 & echo started; read line; kill $!"
    with subprocess.Popen(["sh", "-c", waiting], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        process.stdout.readline()
        held = {pid: resident(pid) for pid in family(process.pid)}
        process.stdin.close()
    assert len(held) == 2
    assert all(held.values())
    assert resident(process.pid) == 0


def test_a_command_that_failed_is_no_measurement() -> None:
    with pytest.raises(RuntimeError, match="ended with 3: no luck"):
        run_well(["sh", "-c", "echo no luck >&2; exit 3"])


def offer(*names: str, responses: bool = False) -> list[dict[str, Any]]:
    functions = [{"name": name, "parameters": {"type": "object"}} for name in names]
    if responses:
        return [{"type": "namespace", "name": "server", "tools": functions}]
    return [{"type": "function", "function": function} for function in functions]


def post(url: str, path: str, **body: object) -> str:
    with httpx2.Client(trust_env=False) as http:
        return http.post(f"{url}{path}", json=body).raise_for_status().text


def test_the_endpoint_calls_the_tool_by_the_name_that_the_request_gives_it() -> None:
    user, result = {"role": "user", "content": "?"}, {"role": "tool", "content": "4"}
    tools = offer("other", f"server__{TOOL}_1a2b", "complete")
    with serving() as endpoint:
        asked = post(endpoint.base_url, "/chat/completions", messages=[user], tools=tools)
        called = json.loads(asked)["choices"][0]["message"]["tool_calls"]
        assert [call["function"]["name"] for call in called] == [f"server__{TOOL}_1a2b"]
        told = post(endpoint.base_url, "/chat/completions", messages=[user, result], tools=tools, stream=True)
        assert ANSWER in told
        assert '"name": "complete"' in told
        assert endpoint.first["messages"] == [user]
        assert (endpoint.requests, endpoint.results) == (2, 1)


def test_the_endpoint_finds_tools_in_namespaces_of_responses() -> None:
    user: Mapping[str, Any] = {"type": "message", "role": "user", "content": []}
    with serving() as endpoint:
        told = post(endpoint.base_url, "/responses", input=[user], tools=offer(TOOL, responses=True))
        assert f'"name": "{TOOL}", "arguments": "{{}}", "namespace": "server"' in told
        output = {"type": "function_call_output", "call_id": "call_0", "output": "4"}
        assert ANSWER in post(endpoint.base_url, "/responses", input=[user, output], tools=[])


def test_each_peer_is_told_of_server_token_and_endpoint(tmp_path: Path) -> None:
    for peer in PEERS:
        home = tmp_path / peer.command
        (home / "project").mkdir(parents=True)
        place = Place(home, home / "project", "http://server/mcp", "the-token", "http://model/v1")
        start = peer.configure(place)
        written = "".join(path.read_text(encoding="utf-8") for path in home.rglob("*") if path.is_file())
        told = " ".join((*start.arguments, *start.environ.values(), written))
        assert [
            word for word in ("http://server/mcp", "the-token", "http://model/v1") if word not in told
        ] == []
