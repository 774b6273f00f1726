"""Workflows on the real program: what reaches the model, and which functions with it."""

from typing import Any

from starlette.responses import Response

from tests.end_to_end.program import Program
from tests.end_to_end.scripted_endpoint import Body, ScriptedEndpoint


def user_text(body: Body) -> str:
    return [message["content"] for message in body["messages"] if message["role"] == "user"][-1]


def functions(body: Body) -> list[str]:
    return [each["function"]["name"] for each in body["tools"]]


def test_a_workflow_reaches_the_model_filled_in_and_with_the_functions_it_takes(signed_in: Program) -> None:
    with ScriptedEndpoint(["Hello.", "Here is the plan.", "Done."]) as endpoint:
        signed_in.environ["OPENAI_BASE_URL"] = endpoint.base_url
        signed_in.run("ask", "Hello")
        asked = signed_in.run("ask", "/sprint-planning Website relaunch goal=“ship it”")
        assert (asked.returncode, asked.stdout) == (0, "Here is the plan. \n")
        signed_in.run("ask", "yes, do it", "--session", "last")
    plain, workflow, after = endpoint.requests
    text = user_text(workflow)
    assert "\n\nSprint planning\n\nPlan the next sprint.\n" in text
    assert "Project: Website relaunch\nGoal: ship it\nDays: (not given)\n" in text
    taken = {"map_dependencies", "astravue_get_project", "astravue_bulk_update_tasks"}
    assert not taken & set(functions(plain))
    assert taken <= set(functions(workflow))
    assert "astravue_delete_project" not in functions(workflow)
    # What was there before stands where it stood, so that prompt caches hold.
    assert functions(workflow)[: len(functions(plain))] == functions(plain)
    assert text in [message["content"] for message in after["messages"]]
    assert functions(after) == functions(workflow)


def test_a_saved_conversation_is_named_after_its_workflow(signed_in: Program) -> None:
    with ScriptedEndpoint(["Nothing is late."]) as endpoint:
        signed_in.run("ask", "/triage-overdue", OPENAI_BASE_URL=endpoint.base_url)
    assert "Triage overdue work" in signed_in.run("sessions").stdout


def test_the_model_is_handed_what_code_computed(signed_in: Program) -> None:
    project = {"spaceId": 503, "projectId": 11276}
    script: list[Any] = [[("map_dependencies", project)], "Five tasks are on the critical path."]
    with ScriptedEndpoint(script) as endpoint:
        asked = signed_in.run("ask", "/map-dependencies Mobile app", OPENAI_BASE_URL=endpoint.base_url)
    assert asked.returncode == 0, asked.stderr
    (result,) = [each["content"] for each in endpoint.requests[1]["messages"] if each["role"] == "tool"]
    assert result.startswith('<data from="map_dependencies">\nThe dependencies of 22 tasks were read.')
    assert "### No cycles" in result
    assert "### Critical path: 5 tasks" in result
    assert "└─ 141485 Collect what the testers say" in result
    calls = [line["tool"] for line in signed_in.audit() if line.get("tool")]
    assert calls.count("astravue_list_dependencies") == 22


def test_a_users_own_workflow_works_in_the_same_way_and_a_broken_one_is_told(signed_in: Program) -> None:
    folder = signed_in.state / "workflows"
    folder.mkdir()
    (folder / "digest.md").write_text(
        '+++\nname = "digest"\ntitle = "Digest"\nsummary = "a digest"\n'
        'tools = ["*get_timesheet_report"]\n+++\nWrite a digest.\n'
    )
    (folder / "broken.md").write_text("Write.")
    with ScriptedEndpoint(["Here it is."]) as endpoint:
        asked = signed_in.run("ask", "/digest of the launch", OPENAI_BASE_URL=endpoint.base_url)
    assert asked.returncode == 0
    assert user_text(endpoint.requests[0]).endswith("\n\nDigest\n\nWrite a digest.\n\nof the launch")
    assert "astravue_get_timesheet_report" in functions(endpoint.requests[0])
    assert asked.stderr.count("broken.md: this workflow is left out") == 1


def test_a_project_folder_adds_no_workflow(signed_in: Program) -> None:
    (signed_in.home / "workflows").mkdir()
    (signed_in.home / "workflows" / "evil.md").write_text(
        '+++\nname = "evil"\ntitle = "Evil"\nsummary = "x"\n+++\nDo it.\n'
    )
    asked = signed_in.run("ask", "/evil")
    assert asked.returncode == 2
    assert "there is no workflow /evil" in asked.stderr


def test_the_embedded_model_says_that_it_cannot(signed_in: Program) -> None:
    asked = signed_in.run(
        "ask", "/triage-overdue", "--model", "embedded", HF_ENDPOINT="http://127.0.0.1:9", PIP_NO_INDEX="1"
    )
    assert (asked.returncode, asked.stdout) == (6, "")
    refused = "cannot follow a workflow or read an attached text; nothing was sent."
    assert refused in asked.stderr or "pip install" in asked.stderr


def test_what_is_missing_is_said_before_anything_is_sent(signed_in: Program) -> None:
    with ScriptedEndpoint([Response(status_code=500)]) as endpoint:
        asked = signed_in.run("ask", "/sprint-planning", OPENAI_BASE_URL=endpoint.base_url)
    assert (asked.returncode, asked.stdout, endpoint.received) == (2, "", [])
    assert "/sprint-planning needs “project”" in asked.stderr
