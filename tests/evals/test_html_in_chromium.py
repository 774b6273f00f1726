"""The HTML report in Chromium: what a person sees, finds and opens, and that hostile texts do nothing."""

import base64
import json
import re
from collections.abc import Generator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evals.definitions.trial import Verdict
from evals.reports.html import write_html
from evals.runs.run import Run
from evals.scoring.score import Check, Score
from evals.state.changes import Change, ChangeKind
from tests.evals.made_runs import made_run, result
from tests.evals.said_events import CONVERSATION, answered, asked, failed, said, step
from tests.sandbox.webdriver import ENTER, TAB, Browser, opened_browser

DESKTOP = (1280, 800)
PHONE = (400, 800)
ESCAPE = "\ue00c"
LONG = "x" * 1_000_000
HOSTILE = (
    "</script><script>document.title = 'attacked'</script>",
    "<img src=x onerror=\"document.title = 'attacked'\"><svg onload=\"document.title = 'attacked'\">",
    "<!--<script>&lt;script&gt;document.title = 'attacked'",
    "javascript:document.title='attacked'",
    "\u202eevil\u2066\u200f \u05d0\u05d1 '\"`${document.title='attacked'}",
    "{{constructor.constructor('alert(1)')()}}]]></style>",
    LONG,
)
OVERFLOW = """
const wide = [...document.querySelectorAll('body *')].filter(each => {
  if (each.closest('.scroll, pre, [hidden], dialog:not([open])')) return false;
  const { right, left } = each.getBoundingClientRect();
  return right > document.documentElement.clientWidth + 1 || left < -1;
});
return [document.documentElement.scrollWidth <= innerWidth, wide.map(each => each.outerHTML.slice(0, 80))];
"""
CONTRAST = """
const light = value => { const c = value.match(/[\\d.]+/g).slice(0, 3).map(x => x / 255)
  .map(x => x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
  return 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2]; };
const back = element => { for (let e = element; e; e = e.parentElement) {
  const c = getComputedStyle(e).backgroundColor; if (!/, 0\\)$/.test(c)) return c; } };
const texts = document.querySelectorAll(
  'h1, h2, h3, p, li, td, th, a, dt, dd, summary, code, pre, label, button, input, span, ins, del');
return Math.min(...[...texts].filter(e => e.checkVisibility()).map(e => {
  const [a, b] = [light(getComputedStyle(e).color), light(back(e))].sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05); }));
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Generator[Browser]:
    with opened_browser(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


def small_run() -> Run:
    """Three cases: one that passes, one that does so once, and one that breaks."""
    run = made_run({"bulk/close": "pf", "dates/due": "pp", "dates/late": "pb"})
    changes = (
        Change(
            ChangeKind.CHANGED, "tasks", "task 7 “Sign the lease”", {"status": "Done"}, {"status": "Open"}
        ),
        Change(ChangeKind.ADDED, "comments", "comment on task 7", {"body": "Closed."}),
        Change(ChangeKind.REMOVED, "tags", "tag “late”"),
    )
    seen = result("bulk/close", 2, "f", events=CONVERSATION, changes=changes, seconds=9.0)
    return Run(run.manifest, [run.results[0], seen, *run.results[2:]])


def hostile_run() -> Run:
    """Each hostile text wherever somebody else's text may stand."""
    cases = {f"bulk/case-{number}": "f" for number in range(len(HOSTILE))}
    run = made_run({**cases, "dates/broken": "b"}, model=HOSTILE[0], endpoint=HOSTILE[1], prompt=LONG)
    facts = dict(run.manifest.cases)
    results = list(run.results)
    for number, (case, text) in enumerate(zip(cases, HOSTILE, strict=True)):
        facts[case] = replace(facts[case], title=text[:5_000])
        calls = answered(text, {text: text}, text, outcome="failed")
        changes = (
            Change(ChangeKind.CHANGED, text, text, {text: text}, {text: text}),
            Change(ChangeKind.ADDED, "tasks", text, {text: text}),
        )
        events = (said(text), step(text), asked(text, text), calls, failed(text))
        record = result(case, 1, "f", events=events, changes=changes, verdict=Verdict(False, text)).record
        score = Score(
            (Check("state", passed=False, detail=text), Check(text[:50], passed=False, detail=text))
        )
        results[number] = replace(results[number], record=record, score=score)
    results[-1] = result("dates/broken", 1, "b", problem=" ".join(HOSTILE[:-1]))
    return Run(replace(run.manifest, cases=facts), results)


def show(browser: Browser, folder: Path, run: Run, size: tuple[int, int] = DESKTOP, at: str = "") -> None:
    file = folder / "run.html"
    file.write_bytes(b"".join(write_html(run, run.results)))
    browser.command("POST", "/se/log", {"type": "browser"})
    browser.resize(*size)
    # Leaving the page first makes another fragment load the file again.
    browser.open("about:blank")
    browser.open(file.as_uri() + at)


def console(browser: Browser) -> list[str]:
    return [str(each["message"]) for each in browser.command("POST", "/se/log", {"type": "browser"})]


def texts(browser: Browser, selector: str) -> list[str]:
    found: list[str] = browser.run(
        f"return [...document.querySelectorAll({json.dumps(selector)})]"
        ".filter(each => each.checkVisibility({ visibilityProperty: true }))"
        ".map(each => each.innerText.trim())"
    )
    return found


def cases(browser: Browser) -> list[str]:
    return [text.split("\n")[0] for text in texts(browser, "#by-case tbody th")]


def choose(browser: Browser, name: str, value: str) -> None:
    browser.run(
        f"const field = document.querySelector('[name={name}]'); field.value = {json.dumps(value)};"
        "field.dispatchEvent(new Event('input', { bubbles: true }))"
    )


def wait_for(browser: Browser, condition: str) -> None:
    """Waits until a script's condition holds."""
    browser.command(
        "POST",
        "/execute/async",
        {
            "script": "const done = arguments[0]; const look = () => "
            f"({condition}) ? done() : requestAnimationFrame(look); look()",
            "args": [],
        },
    )


def open_trial(browser: Browser, label: str = "Trial 2 failed") -> None:
    browser.click(browser.find(f"a[aria-label='{label}']"))
    wait_for(browser, "document.getElementById('viewer').open")


# Figures


def test_a_run_is_seen_at_a_glance(browser: Browser, tmp_path: Path) -> None:
    show(browser, tmp_path, small_run())
    assert texts(browser, "h1") == ["gpt-5"]
    assert texts(browser, ".tile .large") == ["83.3 %", "2 of 3", "50.0 %", "1", "$0.0600", "2.0 s"]
    assert cases(browser) == ["bulk/close", "dates/due", "dates/late"]
    assert texts(browser, "a.trial") == ["✓", "✗", "✓", "✓", "✓", "!"]
    assert console(browser) == []


def test_figures_and_tables_need_no_script(browser: Browser, tmp_path: Path) -> None:
    browser.development_command("Emulation.setScriptExecutionDisabled", value=True)
    try:
        show(browser, tmp_path, small_run())
        shown = browser.of(browser.find("body"), "text")
    finally:
        browser.development_command("Emulation.setScriptExecutionDisabled", value=False)
    assert "83.3 %" in shown
    assert "bulk/close" in shown
    assert "Outcome" not in shown


def test_bars_are_as_long_as_what_they_stand_for(browser: Browser, tmp_path: Path) -> None:
    show(browser, tmp_path, small_run())
    shares = browser.run(
        "return [...document.querySelectorAll('#by-category svg')].map(each => "
        "each.querySelector('.rate').getBoundingClientRect().width / each.getBoundingClientRect().width)"
    )
    assert shares == pytest.approx([0.5, 1.0], abs=0.01)


# The table of cases


def test_cases_are_found_by_words_by_category_and_by_outcome(browser: Browser, tmp_path: Path) -> None:
    show(browser, tmp_path, small_run())
    browser.fill(browser.find("[name=words]"), "LATE case")
    assert cases(browser) == ["dates/late"]
    assert texts(browser, "#shown") == ["1 of 3 cases are shown."]
    choose(browser, "words", "")
    choose(browser, "category", "dates")
    assert cases(browser) == ["dates/due", "dates/late"]
    choose(browser, "outcome", "broken")
    assert cases(browser) == ["dates/late"]
    choose(browser, "category", "")
    choose(browser, "outcome", "mixed")
    assert cases(browser) == ["bulk/close"]


def test_cases_are_sorted_by_a_click_and_the_other_way_by_another(browser: Browser, tmp_path: Path) -> None:
    show(browser, tmp_path, small_run())
    time = browser.find("#by-case thead th:nth-child(5) button")
    browser.click(time)
    assert cases(browser)[-1] == "bulk/close"
    browser.click(time)
    assert cases(browser)[0] == "bulk/close"
    assert browser.run("return document.querySelectorAll('[aria-sort=descending]').length") == 1


def test_the_keyboard_sorts_a_column_as_the_mouse_does(browser: Browser, tmp_path: Path) -> None:
    show(browser, tmp_path, small_run())
    browser.run("document.querySelector('#by-case thead button').focus()")
    browser.press(ENTER + ENTER)
    assert cases(browser) == ["dates/late", "dates/due", "bulk/close"]


# The viewer


def test_a_trial_shows_its_conversation_its_checks_and_its_changes(browser: Browser, tmp_path: Path) -> None:
    show(browser, tmp_path, small_run())
    open_trial(browser)
    assert texts(browser, "#viewer-title") == ["✗ failed · bulk/close · trial 2"]
    assert texts(browser, ".said, .answered") == ["Close the lease task", "Let me look.", "I closed it."]
    assert texts(browser, "#viewer summary") == ["find_tasks · done", "update_task · done · asked"]
    assert texts(browser, ".checks li > span:last-of-type") == [
        "state passed",
        "answer failed",
        "steps failed",
    ]
    assert texts(browser, ".checks pre")[0] == "wanted: “Sign the lease”\nfound: nothing of it"
    assert texts(browser, ".change") == [
        "Changed task 7 “Sign the lease” in tasks\n\nstatus\tOpen\tDone",
        "Added comment on task 7 in comments\n\nbody\tClosed.",
        "Removed tag “late” in tags",
    ]
    assert "9.0 s" in texts(browser, "#viewer .facts dd")
    assert console(browser) == []


def test_a_call_is_folded_until_it_is_opened(browser: Browser, tmp_path: Path) -> None:
    show(browser, tmp_path, small_run())
    open_trial(browser)
    assert texts(browser, "details pre") == []
    browser.click(browser.find("details:nth-of-type(2) summary"))
    given, answer = texts(browser, "details pre")
    assert json.loads(given) == {"taskId": 7, "status": "Done"}
    assert answer == "It is closed."
    assert texts(browser, "details li") == ["Complete “Sign the lease”", "Allowed by the user."]


def test_a_broken_trial_says_why(browser: Browser, tmp_path: Path) -> None:
    show(browser, tmp_path, small_run())
    open_trial(browser, "Trial 2 broken")
    assert texts(browser, "#viewer .problem") == ["The model's endpoint was not reached."]


def test_what_is_not_in_the_file_is_said_to_be_elsewhere(browser: Browser, tmp_path: Path) -> None:
    show(browser, tmp_path, small_run(), at="#trial-3")
    wait_for(browser, "document.getElementById('viewer').open")
    assert texts(browser, "#viewer-title") == ["✓ passed · dates/due · trial 2"]
    assert texts(browser, ".conversation .note") == [
        "It is not in this file; it is in the folder of the run."
    ]


def test_the_keyboard_opens_a_trial_and_comes_back_to_it(browser: Browser, tmp_path: Path) -> None:
    show(browser, tmp_path, small_run())
    browser.run("document.querySelector('a.failed').focus()")
    browser.press(ENTER)
    wait_for(browser, "document.getElementById('viewer').open")
    assert browser.run("return document.activeElement.id") == "viewer-body"
    browser.press(ESCAPE)
    wait_for(browser, "!document.getElementById('viewer').open && !location.hash")
    assert browser.of(browser.active(), "computedlabel") == "Trial 2 failed"


def test_the_focus_stays_in_the_viewer(browser: Browser, tmp_path: Path) -> None:
    show(browser, tmp_path, small_run())
    open_trial(browser)
    for _ in range(12):
        browser.press(TAB)
        assert browser.run(
            "const a = document.activeElement; return a === document.body || !!a.closest('#viewer')"
        )


def test_one_goes_from_trial_to_trial_among_those_that_are_shown(browser: Browser, tmp_path: Path) -> None:
    show(browser, tmp_path, small_run())
    choose(browser, "category", "dates")
    browser.run("location.hash = '#trial-2'")
    wait_for(browser, "document.getElementById('viewer-title').textContent.includes('dates/due · trial 1')")
    assert texts(browser, "nav a") == ["Later →"]
    browser.click(browser.find("#later"))
    wait_for(browser, "document.getElementById('viewer-title').textContent.includes('trial 2')")
    browser.command("POST", "/back")
    wait_for(browser, "document.getElementById('viewer-title').textContent.includes('trial 1')")


# Hostile texts


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_hostile_texts_do_nothing_and_stay_within_the_window(
    browser: Browser, tmp_path: Path, size: tuple[int, int]
) -> None:
    run = hostile_run()
    show(browser, tmp_path, run, size)
    title = browser.run("return document.title")
    assert browser.run(OVERFLOW) == [True, []]
    for place in range(len(run.results)):
        browser.run(f"location.hash = '#trial-{place}'")
        wait_for(browser, "document.getElementById('viewer').open")
        wait_for(
            browser, f"document.getElementById('viewer-title').textContent.includes({_name(run, place)})"
        )
        browser.run("document.querySelectorAll('#viewer details').forEach(each => { each.open = true })")
        assert browser.run(OVERFLOW) == [True, []]
        assert browser.run(
            "const body = document.getElementById('viewer-body'); return body.scrollWidth <= body.clientWidth"
        )
    assert browser.run("return document.title") == title
    assert (
        browser.run("return document.querySelectorAll('img, iframe, #viewer svg, #viewer script').length")
        == 0
    )
    assert console(browser) == []


def _name(run: Run, place: int) -> str:
    return json.dumps(run.results[place].record.case)


# How it looks


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_no_page_is_wider_than_its_window(browser: Browser, tmp_path: Path, size: tuple[int, int]) -> None:
    show(browser, tmp_path, small_run(), size)
    assert browser.run(OVERFLOW) == [True, []]
    open_trial(browser)
    assert browser.run(OVERFLOW) == [True, []]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_can_be_read_in_light_and_in_dark(browser: Browser, tmp_path: Path, scheme: str) -> None:
    _emulate(browser, features=[{"name": "prefers-color-scheme", "value": scheme}])
    try:
        show(browser, tmp_path, small_run())
        assert browser.run(CONTRAST) >= 4.5
        open_trial(browser)
        browser.run("document.querySelectorAll('#viewer details').forEach(each => { each.open = true })")
        assert browser.run(CONTRAST) >= 4.5
    finally:
        _emulate(browser)


def test_on_paper_there_are_no_fields(browser: Browser, tmp_path: Path) -> None:
    _emulate(browser, media="print")
    try:
        show(browser, tmp_path, small_run())
        assert texts(browser, "#filter") == []
        assert len(cases(browser)) == 3
    finally:
        _emulate(browser)


def test_a_trial_is_printed_on_as_many_sheets_as_it_takes(browser: Browser, tmp_path: Path) -> None:
    run = made_run({"bulk/long": "f"})
    events = (said("\n".join(f"line {number}" for number in range(300))), step("That was long."))
    show(browser, tmp_path, Run(run.manifest, [result("bulk/long", 1, "f", events=events)]))
    open_trial(browser, "Trial 1 failed")
    printed = base64.b64decode(browser.command("POST", "/print", {}))
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) > 4
    assert browser.run("return document.getElementById('viewer').matches(':modal')")
    assert browser.run("return location.hash") == "#trial-0"


def _emulate(browser: Browser, media: str = "", features: Sequence[Any] = ()) -> None:
    browser.development_command("Emulation.setEmulatedMedia", media=media, features=list(features))
