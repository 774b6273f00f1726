"""The pages of interactive views, in Chromium, inside a page that speaks MCP Apps as a client does."""

import json
from collections.abc import Generator
from html import escape
from pathlib import Path
from typing import Any

import pytest

from agent.sandbox.app_views import MY_TASKS_URI, PROJECT_OVERVIEW_URI, TASK_LIST_URI, find_page
from tests.sandbox.sandbox_workspace import ALEX, ASTRAVUE_MCP, LIVE_DEMO, Q2_LAUNCH, Workspace
from tests.sandbox.webdriver import Browser, opened_browser

Q2 = {"spaceId": ASTRAVUE_MCP, "projectId": Q2_LAUNCH}
LATE = {"startDate": "2026-05-01", "dueDate": "2026-06-01"}
HOSTILE = "<img src=x onerror=\"parent.postMessage('attacked', '*')\"><script>parent.attacked = 1</script>"
PHONE = (360, 740)

# The client: it shakes hands with the page in the frame, and hands it the result of the tool.
HOST = """<!doctype html>
<title>A client</title>
<script>
const result = RESULT;
const received = [];
window.addEventListener("message", ({ data, source }) => {
  received.push(data);
  if (data.method === "ui/initialize") {
    const answer = {
      protocolVersion: data.params.protocolVersion, hostInfo: { name: "A client", version: "1" },
      hostCapabilities: {}, hostContext: { theme: "dark" },
    };
    source.postMessage({ jsonrpc: "2.0", id: data.id, result: answer }, "*");
  }
  if (data.method === "ui/notifications/initialized") {
    source.postMessage({ jsonrpc: "2.0", method: "ui/notifications/tool-result", params: result }, "*");
    source.postMessage({ jsonrpc: "2.0", id: "last", method: "ui/resource-teardown", params: {} }, "*");
  }
  if (data.id === "last") document.body.append(Object.assign(document.createElement("p"), { id: "over" }));
});
</script>
<body><iframe sandbox="allow-scripts" width="100%" height="900" srcdoc="PAGE"></iframe>
"""
POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Generator[Browser]:
    with opened_browser(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


def show(browser: Browser, folder: Path, uri: str, result: dict[str, Any]) -> list[Any]:
    """Opens the client with the view in a frame, and returns the messages that the view sent."""
    page = find_page(uri)
    assert page is not None
    # A client lets a view load nothing from anywhere, unless it asks for more (SEP-1865).
    page = page.replace("<head>", f'<head><meta http-equiv="Content-Security-Policy" content="{POLICY}">')
    data = json.dumps(result).replace("<", "\\u003c")
    host = folder / "client.html"
    host.write_text(HOST.replace("RESULT", data).replace("PAGE", escape(page)), "utf-8")
    browser.open(host.as_uri())
    browser.find("#over")
    received: list[Any] = browser.run("return received")
    browser.command("POST", "/frame", {"id": 0})
    return received


def texts(browser: Browser, selector: str) -> list[str]:
    found: list[str] = browser.run(
        f"return [...document.querySelectorAll({json.dumps(selector)})].map(each => each.textContent)"
    )
    return found


def called(workspace: Workspace, tool: str, **arguments: Any) -> dict[str, Any]:
    return {"content": [], "structuredContent": workspace.call(ALEX, tool, **arguments)}


def test_the_view_shakes_hands_and_tells_its_size(
    workspace: Workspace, browser: Browser, tmp_path: Path
) -> None:
    received = show(browser, tmp_path, TASK_LIST_URI, called(workspace, "preview_task_list", **Q2))
    methods = [each.get("method") for each in received]
    assert methods == ["ui/initialize", "ui/notifications/initialized", "ui/notifications/size-changed", None]
    assert received[0]["params"]["protocolVersion"] == "2026-01-26"
    assert received[0]["params"]["appInfo"]["name"]
    assert received[2]["params"]["height"] > 300
    assert received[3] == {"jsonrpc": "2.0", "id": "last", "result": {}}
    assert browser.run("return document.documentElement.dataset.theme") == "dark"


def test_a_project_is_shown_by_status(workspace: Workspace, browser: Browser, tmp_path: Path) -> None:
    browser.resize(*PHONE)
    show(browser, tmp_path, TASK_LIST_URI, called(workspace, "preview_task_list", **Q2))
    assert texts(browser, "h1") == ["Q2 launch"]
    assert texts(browser, "summary") == ["OPEN (5)", "IN-PROGRESS (5)", "COMPLETED (5)"]
    assert "Write the press release" in texts(browser, "li > span")
    assert texts(browser, ".late") == [" · 3 days late", " · 1 day late"]
    assert texts(browser, "li[data-done=true] > span")[0] == "Choose the launch date"
    assert texts(browser, "footer") == ["15 of 15 tasks"]
    assert browser.run("return document.querySelector('progress').value") == 33
    assert browser.run("return document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_what_was_left_out_is_said(workspace: Workspace, browser: Browser, tmp_path: Path) -> None:
    tasks = [{"taskTitle": f"Task {number}"} for number in range(40)]
    workspace.call(ALEX, "bulk_create_tasks", **Q2, tasks=tasks)
    show(browser, tmp_path, TASK_LIST_URI, called(workspace, "preview_task_list", **Q2))
    assert "... and 15 more" in texts(browser, "details p")
    assert texts(browser, "footer") == ["40 of 55 tasks"]


def test_a_persons_tasks_are_shown_with_their_projects(
    workspace: Workspace, browser: Browser, tmp_path: Path
) -> None:
    show(browser, tmp_path, MY_TASKS_URI, called(workspace, "preview_my_tasks"))
    assert texts(browser, "h1") == ["Tasks of Alex Morgan"]
    assert texts(browser, "summary")[0].startswith("Overdue (")
    assert any(each.startswith("Q2 launch · due 2026-06-12") for each in texts(browser, "li small"))


def test_an_overview_is_shown_with_what_needs_attention(
    workspace: Workspace, browser: Browser, tmp_path: Path
) -> None:
    show(browser, tmp_path, PROJECT_OVERVIEW_URI, called(workspace, "preview_project_overview", **Q2))
    assert texts(browser, "h1") == ["Q2 launch"]
    assert "ASTRAVUE MCP · In Progress · At Risk · 33% complete" in texts(browser, "p")
    assert "OPEN: 5 · IN-PROGRESS: 5 · COMPLETED: 5" in texts(browser, "p")
    assert texts(browser, "summary")[0] == "Overdue (2)"
    assert "Alex Morgan" in texts(browser, "footer")[0]


@pytest.mark.parametrize(
    ("uri", "tool", "arguments"),
    [
        (TASK_LIST_URI, "preview_task_list", Q2),
        (MY_TASKS_URI, "preview_my_tasks", {}),
        (PROJECT_OVERVIEW_URI, "preview_project_overview", Q2),
    ],
)
def test_what_people_wrote_is_text_and_never_markup(
    workspace: Workspace, browser: Browser, tmp_path: Path, uri: str, tool: str, arguments: dict[str, int]
) -> None:
    workspace.call(ALEX, "update_task", taskId=LIVE_DEMO, taskTitle=HOSTILE, **LATE)
    workspace.call(ALEX, "update_project", **Q2, projectName="<b>Q2</b>")
    received = show(browser, tmp_path, uri, called(workspace, tool, **arguments))
    assert HOSTILE in texts(browser, "li > span")
    assert browser.run("return document.querySelectorAll('img, b, iframe').length") == 0
    assert browser.run("return document.scripts.length") == 1
    assert "attacked" not in received


def test_a_refused_call_is_shown_as_its_sentence(browser: Browser, tmp_path: Path) -> None:
    sentence = "projectId: there is no project 7 that you belong to."
    result = {
        "isError": True,
        "content": [{"type": "text", "text": sentence}],
        "structuredContent": {"error": {"code": 404, "message": sentence}},
    }
    show(browser, tmp_path, TASK_LIST_URI, result)
    assert texts(browser, "main p") == [sentence]


def test_a_message_from_elsewhere_is_not_listened_to(
    workspace: Workspace, browser: Browser, tmp_path: Path
) -> None:
    show(browser, tmp_path, TASK_LIST_URI, called(workspace, "preview_task_list", **Q2))
    browser.run(
        "const data = {jsonrpc: '2.0', method: 'ui/notifications/tool-result', params: {content: []}};"
        "window.dispatchEvent(new MessageEvent('message', {data, source: window}))"
    )
    assert texts(browser, "h1") == ["Q2 launch"]
