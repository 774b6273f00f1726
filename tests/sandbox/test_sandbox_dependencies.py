"""What the tools of dependencies and tags do."""

from itertools import pairwise

import pytest

from tests.sandbox.sandbox_workspace import (
    ALEX,
    ASTRAVUE_MCP,
    BEN,
    LENA,
    LIVE_DEMO,
    Q2_LAUNCH,
    SECURITY_REVIEW,
    Workspace,
)

Q2 = {"spaceId": ASTRAVUE_MCP, "projectId": Q2_LAUNCH}


def make(workspace: Workspace, *titles: str) -> list[int]:
    return [workspace.call(ALEX, "create_task", **Q2, taskTitle=title)["taskId"] for title in titles]


def link(workspace: Workspace, waiting: int, blocker: int) -> int:
    made = workspace.call(ALEX, "add_dependency", taskId=waiting, dependsOnTaskId=blocker)
    dependency_id: int = made["dependencyId"]
    return dependency_id


def test_a_link_says_which_task_waits_for_which(workspace: Workspace) -> None:
    print_it, design = make(workspace, "Print the poster", "Design the poster")
    made = workspace.call(BEN, "add_dependency", taskId=print_it, **Q2, dependsOnTaskId=design)
    assert (made["taskId"], made["taskTitle"]) == (print_it, "Print the poster")
    assert (made["dependsOnTaskId"], made["dependsOnTaskTitle"]) == (design, "Design the poster")
    assert made["dependsOnTaskStatus"]["statusName"] == "OPEN"
    assert (made["dependencyType"], made["blocking"]) == ("WAITING_ON", True)
    assert made["createdBy"]["userId"] == BEN


def test_both_ends_list_a_link_until_the_blocker_is_done(workspace: Workspace) -> None:
    print_it, design, hang = make(workspace, "Print the poster", "Design the poster", "Hang the poster")
    first, second = link(workspace, print_it, design), link(workspace, hang, print_it)
    shown = workspace.call(ALEX, "list_dependencies", taskId=print_it)
    relations = [(each["dependencyId"], each["relation"]) for each in shown["dependencies"]]
    assert relations == [(first, "BLOCKED_BY"), (second, "BLOCKS")]
    assert (shown["total"], shown["taskId"], shown["blocked"]) == (2, print_it, True)
    assert workspace.call(ALEX, "list_dependencies", taskId=design)["blocked"] is False
    assert workspace.call(ALEX, "get_task", taskId=print_it)["counts"]["unfinishedBlockers"] == 1
    workspace.call(ALEX, "update_task", taskId=design, status="Completed")
    done = workspace.call(ALEX, "list_dependencies", taskId=print_it)
    assert done["blocked"] is False
    assert [each["blocking"] for each in done["dependencies"]] == [False, True]
    assert done["dependencies"][0]["dependsOnTaskStatus"]["statusCategory"] == "COMPLETED"
    assert workspace.call(ALEX, "get_task", taskId=print_it)["counts"]["unfinishedBlockers"] == 0


def test_adding_a_link_again_returns_it_and_can_change_its_type(workspace: Workspace) -> None:
    waiting, blocker = make(workspace, "Print", "Design")
    pair = {"taskId": waiting, "dependsOnTaskId": blocker}
    first = workspace.call(ALEX, "add_dependency", **pair, dependencyType="BLOCKS")
    before = workspace.content()
    assert workspace.call(BEN, "add_dependency", **pair) == first
    assert workspace.call(ALEX, "add_dependency", **pair, dependencyType="BLOCKS") == first
    assert workspace.content() == before
    changed = workspace.call(ALEX, "add_dependency", **pair, dependencyType="WAITING_ON")
    assert (changed["dependencyId"], changed["dependencyType"]) == (first["dependencyId"], "WAITING_ON")
    unknown = workspace.refusal(ALEX, "add_dependency", **pair, dependencyType="FOLLOWS")
    assert "BLOCKS, WAITING_ON" in unknown.message


def test_a_circle_is_refused_and_spelled(workspace: Workspace) -> None:
    one, two, three = make(workspace, "One", "Two", "Three")
    link(workspace, one, two)
    link(workspace, two, three)
    refusal = workspace.refusal(ALEX, "add_dependency", taskId=three, dependsOnTaskId=one)
    assert (refusal.code, refusal.field) == (409, "dependsOnTaskId")
    assert refusal.message == (
        f"dependsOnTaskId: task {three} cannot wait for task {one}, which already waits for it: "
        f'{one} "One" waits for {two} "Two" waits for {three} "Three".'
    )
    direct = workspace.refusal(ALEX, "add_dependency", taskId=two, dependsOnTaskId=one)
    assert f'{one} "One" waits for {two} "Two".' in direct.message
    link(workspace, one, three)


def test_a_long_circle_is_spelled_in_short(workspace: Workspace) -> None:
    chain = make(workspace, *(f"{number} " + "x" * 250 for number in range(12)))
    for waiting, blocker in pairwise(chain):
        link(workspace, waiting, blocker)
    refusal = workspace.refusal(ALEX, "add_dependency", taskId=chain[-1], dependsOnTaskId=chain[0])
    assert "waits for 8 more waits for" in refusal.message
    assert len(refusal.message) < 600


def test_a_circle_does_not_tell_of_tasks_that_the_caller_cannot_see(workspace: Workspace) -> None:
    one, three = make(workspace, "One", "Three")
    secret = workspace.call(ALEX, "create_personal_task", taskTitle="A surprise")["taskId"]
    link(workspace, one, secret)
    link(workspace, secret, three)
    refusal = workspace.refusal(BEN, "add_dependency", taskId=three, dependsOnTaskId=one)
    assert "waits for a task that you cannot see waits for" in refusal.message
    assert "surprise" not in refusal.message
    assert str(secret) not in refusal.message
    shown = workspace.call(BEN, "list_dependencies", taskId=one)
    assert (shown["dependencies"], shown["blocked"]) == ([], False)
    assert workspace.call(BEN, "get_task", taskId=one)["counts"]["unfinishedBlockers"] == 0
    assert workspace.call(ALEX, "get_task", taskId=one)["counts"]["unfinishedBlockers"] == 1
    hidden = workspace.database.value("SELECT dependency_id FROM dependencies WHERE task_id = ?", (one,))
    assert workspace.refusal(BEN, "remove_dependency", dependencyId=hidden).code == 404


def test_a_task_waits_neither_for_itself_nor_within_its_family(workspace: Workspace) -> None:
    (parent,) = make(workspace, "Parent")
    child, sibling = (
        workspace.call(ALEX, "create_subtask", parentTaskId=parent, taskTitle=title)["taskId"]
        for title in ("Child", "Sibling")
    )
    for waiting, blocker, problem in (
        (parent, parent, "wait for itself"),
        (child, parent, "wait for its parent"),
        (parent, child, "its own subtask"),
    ):
        refusal = workspace.refusal(ALEX, "add_dependency", taskId=waiting, dependsOnTaskId=blocker)
        assert (refusal.code, refusal.field) == (400, "dependsOnTaskId")
        assert problem in refusal.message
    link(workspace, child, sibling)


def test_both_tasks_must_be_visible(workspace: Workspace) -> None:
    (task,) = make(workspace, "Ours")
    secret = workspace.call(ALEX, "create_personal_task", taskTitle="A surprise")["taskId"]
    for waiting, blocker, field in ((task, secret, "dependsOnTaskId"), (secret, task, "taskId")):
        for tool in ("add_dependency", "remove_dependency"):
            refusal = workspace.refusal(BEN, tool, taskId=waiting, dependsOnTaskId=blocker)
            assert (refusal.code, refusal.field) == (404, field)
    foreign = workspace.refusal(ALEX, "add_dependency", taskId=task, dependsOnTaskId=Q2_LAUNCH)
    assert (foreign.code, foreign.field) == (404, "dependsOnTaskId")


def test_links_are_limited_on_both_ends(workspace: Workspace) -> None:
    tasks = make(workspace, *(f"Task {number}" for number in range(102)))
    for blocker in tasks[1:101]:
        link(workspace, tasks[0], blocker)
    many = workspace.refusal(ALEX, "add_dependency", taskId=tasks[0], dependsOnTaskId=tasks[101])
    assert (many.code, many.field) == (409, "taskId")
    workspace.database.run("DELETE FROM dependencies")
    for waiting in tasks[1:101]:
        link(workspace, waiting, tasks[0])
    awaited = workspace.refusal(ALEX, "add_dependency", taskId=tasks[101], dependsOnTaskId=tasks[0])
    assert (awaited.code, awaited.field) == (409, "dependsOnTaskId")


def test_a_link_is_removed_by_its_id_or_by_the_pair(workspace: Workspace) -> None:
    waiting, blocker = make(workspace, "Print", "Design")
    first = link(workspace, waiting, blocker)
    pair = {"taskId": waiting, "dependsOnTaskId": blocker}
    titles = {"taskTitle": "Print", "dependsOnTaskTitle": "Design"}
    gone = workspace.call(BEN, "remove_dependency", dependencyId=first, taskId=waiting)
    assert gone == {"removed": True, "dependencyId": first} | pair | titles
    second = link(workspace, waiting, blocker)
    by_pair = workspace.call(ALEX, "remove_dependency", **pair)
    assert by_pair == {"removed": True, "dependencyId": second} | pair | titles
    before = workspace.content()
    again = workspace.call(ALEX, "remove_dependency", **pair)
    assert again == {"removed": False, "dependencyId": None} | pair | titles
    assert workspace.content() == before


def test_removing_what_was_not_meant_is_refused(workspace: Workspace) -> None:
    waiting, blocker = make(workspace, "Print", "Design")
    made = link(workspace, waiting, blocker)
    reverse = workspace.refusal(ALEX, "remove_dependency", taskId=blocker, dependsOnTaskId=waiting)
    assert (reverse.code, reverse.field) == (404, "dependsOnTaskId")
    assert "other way round" in reverse.message
    for field in ("taskId", "dependsOnTaskId"):
        wrong = workspace.refusal(ALEX, "remove_dependency", dependencyId=made, **{field: LIVE_DEMO})
        assert (wrong.code, wrong.field) == (404, field)
    unknown = workspace.refusal(ALEX, "remove_dependency", dependencyId=waiting)
    assert (unknown.code, unknown.field) == (404, "dependencyId")
    assert "at least one of" in workspace.refusal(ALEX, "remove_dependency", taskId=waiting).message


def test_deleting_a_task_takes_its_links_along(workspace: Workspace) -> None:
    before, middle, after = make(workspace, "Before", "Middle", "After")
    links = workspace.count("dependencies")
    link(workspace, middle, before)
    link(workspace, after, middle)
    workspace.call(ALEX, "delete_task", taskId=middle)
    assert workspace.count("dependencies") == links
    link(workspace, before, after)


def test_links_reach_across_projects(workspace: Workspace) -> None:
    (task,) = make(workspace, "Ours")
    moved = make(workspace, "Theirs")[0]
    link(workspace, task, moved)
    workspace.call(ALEX, "move_task", taskId=moved, targetProjectId=SECURITY_REVIEW)
    shown = workspace.call(ALEX, "list_dependencies", taskId=task)["dependencies"]
    assert [each["dependsOnTaskId"] for each in shown] == [moved]
    assert shown[0]["dependsOnProjectName"] == "Security review"


def test_tags_are_counted_over_the_tasks_that_the_caller_sees(workspace: Workspace) -> None:
    task = workspace.call(ALEX, "create_task", **Q2, taskTitle="Ours", tags=["Fair 2026"])["taskId"]
    workspace.call(ALEX, "create_subtask", parentTaskId=task, taskTitle="Part", tags=["fair-2026"])
    workspace.call(ALEX, "create_personal_task", taskTitle="Mine", tags=["fair2026"])
    counts = {
        user_id: {tag["tagName"]: tag["taskCount"] for tag in workspace.call(user_id, "list_tags")["tags"]}
        for user_id in (ALEX, BEN)
    }
    assert (counts[ALEX]["Fair 2026"], counts[BEN]["Fair 2026"]) == (3, 2)
    names = [name.casefold() for name in counts[ALEX]]
    assert names == sorted(names)
    assert workspace.call(ALEX, "list_tags")["total"] == workspace.count("tags")


@pytest.mark.parametrize("name", ["fair 2026", "FAIR-2026", "fair_2026", "Fair2026"])
def test_an_existing_tag_is_put_on_by_any_spelling_of_its_name(workspace: Workspace, name: str) -> None:
    workspace.call(ALEX, "create_task", **Q2, taskTitle="Has it", tags=["Fair 2026"])
    (task,) = make(workspace, "Gets it")
    workspace.time.move(minutes=5)
    tagged = workspace.call(BEN, "add_tag_to_task", taskId=task, **Q2, tagName=name)
    assert (tagged["tags"], tagged["added"], tagged["tag"]["tagName"]) == (["Fair 2026"], True, "Fair 2026")
    assert tagged["updateTime"] == "2026-06-15T12:05:00Z"


def test_putting_on_and_taking_off_twice_changes_nothing_more(workspace: Workspace) -> None:
    (task,) = make(workspace, "Gets it")
    tag = workspace.call(ALEX, "add_tag_to_task", taskId=task, tagName="launch")["tag"]
    before = workspace.content()
    again = workspace.call(ALEX, "add_tag_to_task", taskId=task, tagId=tag["tagId"], tagName="Launch")
    assert (again["added"], again["tags"]) == (False, ["launch"])
    assert workspace.content() == before
    removed = workspace.call(BEN, "remove_tag_from_task", taskId=task, tagId=tag["tagId"])
    assert (removed["removed"], removed["tags"], removed["tag"]) == (True, [], tag)
    before = workspace.content()
    assert workspace.call(ALEX, "remove_tag_from_task", taskId=task, tagName="launch")["removed"] is False
    assert workspace.content() == before


@pytest.mark.parametrize("tool", ["add_tag_to_task", "remove_tag_from_task"])
def test_an_unknown_tag_is_refused_with_what_helps(workspace: Workspace, tool: str) -> None:
    (task,) = make(workspace, "Gets it")
    near = workspace.refusal(ALEX, tool, taskId=task, tagName="lanch")
    assert (near.code, near.field) == (400, "tagName")
    assert "launch" in near.message
    far = workspace.refusal(ALEX, tool, taskId=task, tagName="zzzzqqqq")
    assert "astravue_list_tags" in far.message
    assert workspace.refusal(ALEX, tool, taskId=task, tagName="--").field == "tagName"
    unknown = workspace.refusal(ALEX, tool, taskId=task, tagId=task)
    assert (unknown.code, unknown.field) == (404, "tagId")
    assert "at least one of tagId or tagName" in workspace.refusal(ALEX, tool, taskId=task).message
    tags = workspace.call(ALEX, "list_tags")["tags"]
    other = next(tag["tagId"] for tag in tags if tag["tagName"] != "launch")
    both = workspace.refusal(ALEX, tool, taskId=task, tagId=other, tagName="launch")
    assert "two different tags" in both.message


def test_a_task_carries_fifty_tags(workspace: Workspace) -> None:
    names = [f"tag number {number}" for number in range(50)]
    task = workspace.call(ALEX, "create_task", **Q2, taskTitle="Full", tags=names)["taskId"]
    refusal = workspace.refusal(ALEX, "add_tag_to_task", taskId=task, tagName="launch")
    assert (refusal.code, refusal.field) == (409, "taskId")
    assert workspace.call(ALEX, "add_tag_to_task", taskId=task, tagName=names[7])["added"] is False


def test_tags_of_another_organisation_do_not_exist(workspace: Workspace) -> None:
    (task,) = make(workspace, "Ours")
    database = workspace.database
    stranger = database.insert("INSERT INTO organisations (name, created_time) VALUES ('Else', 0)", ())
    tag_id = database.insert(
        "INSERT INTO tags (organisation_id, tag_name, match_name) VALUES (?, 'theirs', 'theirs')", (stranger,)
    )
    assert workspace.refusal(LENA, "add_tag_to_task", taskId=task, tagId=tag_id).code == 404
    assert workspace.refusal(ALEX, "add_tag_to_task", taskId=task, tagId=tag_id).field == "tagId"
    assert workspace.refusal(ALEX, "add_tag_to_task", taskId=task, tagName="theirs").field == "tagName"
    assert "theirs" not in {tag["tagName"] for tag in workspace.call(ALEX, "list_tags")["tags"]}
