"""A run as JUnit XML, which GitHub, GitLab, Jenkins and others show as test results.

Sources: https://github.com/testmoapp/junitxml (what the readers have in common); the XSD of Jenkins' xUnit
plugin, junit-10; https://docs.gitlab.com/ci/testing/unit_test_reports/; XML 1.0, section 2.2 (characters).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from xml.etree import ElementTree as XML

from evals.definitions.case import Category
from evals.reports.cleaning import clean
from evals.runs.run import Manifest, Result, Run

_LONGEST_MESSAGE = 300
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_junit(run: Run) -> bytes:
    """Write a run: a suite for each category, and a test for each trial.

    A trial that failed is a failure, a broken one an error, and one that was not run is skipped.
    """
    manifest = run.manifest
    results: dict[str, dict[int, Result]] = {id: {} for id in manifest.cases}
    for result in run.results:
        results[result.record.case][result.record.number] = result
    root = XML.Element("testsuites", name=_clean(f"astravue eval {manifest.kind.value}"))
    for category in Category:
        ids = [id for id, facts in manifest.cases.items() if facts.category is category]
        if ids:
            root.append(_suite(category, ids, results, manifest))
    _sum_up(root, root.iter("testcase"))
    XML.indent(root)
    return XML.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def _suite(
    category: Category, ids: Sequence[str], results: Mapping[str, Mapping[int, Result]], manifest: Manifest
) -> XML.Element:
    began = datetime.fromtimestamp(manifest.created, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    suite = XML.Element("testsuite", name=category.value, timestamp=began)
    properties = XML.SubElement(suite, "properties")
    for name, value in _properties(manifest).items():
        if value:
            XML.SubElement(properties, "property", name=_clean(name), value=_clean(value))
    for id in ids:
        for number in range(1, max([manifest.trials, *results[id]]) + 1):
            name = id.partition("/")[2] or id
            shown = name if manifest.trials == 1 else f"{name} #{number}"
            suite.append(_test(category, shown, results[id].get(number)))
    _sum_up(suite, suite.iter("testcase"))
    return suite


def _properties(manifest: Manifest) -> dict[str, str]:
    return {
        "run": manifest.id,
        "kind": manifest.kind.value,
        "trials": str(manifest.trials),
        "model": manifest.model,
        "endpoint": manifest.endpoint,
        "user_model": manifest.user_model,
        "judge": manifest.judge,
        "prompt": manifest.prompt,
        "tools": manifest.tools,
        "settings": manifest.settings,
        "shard": manifest.shard,
        **{f"version.{name}": version for name, version in sorted(manifest.versions.items())},
    }


def _test(category: Category, name: str, result: Result | None) -> XML.Element:
    seconds = result.record.seconds if result else 0.0
    test = XML.Element("testcase", classname=category.value, name=_clean(name), time=f"{seconds:.3f}")
    if result is None:
        XML.SubElement(test, "skipped", message="It has not been run.")
        return test
    match result.outcome:
        case "broken":
            problem = _clean(result.record.problem)
            XML.SubElement(test, "error", type="broken", message=problem).text = problem
        case "failed":
            failed = result.score.failures
            first = failed[0].name if failed else "nothing"
            # What is cut off in the middle of a secret is not known as one.
            message = _first_line(_clean(failed[0].detail)) if failed else "Nothing was looked at."
            details = "\n\n".join(f"{check.name}:\n{check.detail}" for check in failed)
            XML.SubElement(
                test, "failure", type=_clean(first), message=_clean(f"{first}: {message}")
            ).text = _clean(details)
        case _:
            pass
    return test


def _first_line(text: str) -> str:
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= _LONGEST_MESSAGE else f"{line[: _LONGEST_MESSAGE - 1]}…"


def _sum_up(element: XML.Element, tests: Iterable[XML.Element]) -> None:
    listed = list(tests)
    element.set("tests", str(len(listed)))
    for attribute, child in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(attribute, str(sum(test.find(child) is not None for test in listed)))
    element.set("time", f"{sum(float(test.get('time', '0')) for test in listed):.3f}")


def _clean(text: str) -> str:
    """Take out what is not to be told, and what XML cannot hold."""
    return _FORBIDDEN.sub("", clean(text))
