"""What the seeds promise: who and what is in a new workspace, and that large ones are read by index."""

from collections.abc import Generator
from dataclasses import replace
from typing import Any

import pytest

from agent.sandbox.clock import DAY_MILLISECONDS, Clock
from agent.sandbox.database import Database, open_database
from agent.sandbox.seeds.planter import plant
from agent.sandbox.seeds.reader import SEED_NAMES, Seed, read_seed
from tests.sandbox.sandbox_invariants import broken
from tests.sandbox.sandbox_workspace import (
    ALEX,
    ASTRAVUE_MCP,
    MOBILE_APP,
    Q2_LAUNCH,
    START,
    FakeTime,
    Workspace,
)

# A table with the work in it; passwords are salted, so that no two workspaces have the same.
WORK = ("spaces", "projects", "statuses", "tasks", "task_owners", "task_tags", "comments", "dependencies")
NUMBERS = {"organisations": 1, "users": 12, "spaces": 4, "projects": 10, "tasks": 250}
LATE = [
    "Sign the lease for the new office",
    "Write the product designer job post",
    "Decide on the push notification provider",
    "Write the press release",
    "Review the welcome e-mail series",
    "Approve the new home page copy",
]


def small(name: str) -> Seed:
    """The seed, with a fiftieth of its work where it is generated."""
    seed = read_seed(name)
    if seed.shape is None:
        return seed
    return replace(seed, shape=seed.shape | {"tasks": 2_000, "giant_project": 400, "projects": 40})


def planted(seed: Seed, time: FakeTime | None = None) -> Workspace:
    database = open_database(None)
    time = time or FakeTime()
    plant(database, Clock(time), seed)
    return Workspace(database, time)


@pytest.fixture
def large() -> Generator[Workspace]:
    workspace = planted(small("large"))
    yield workspace
    workspace.database.close()


def numbers(database: Database, tables: tuple[str, ...]) -> dict[str, int]:
    return {table: database.value(" ".join(("SELECT COUNT(*) FROM", table))) for table in tables}


def chain_that_ends_where_it_began(database: Database) -> list[tuple[Any, ...]]:
    rows = database.rows(
        "WITH RECURSIVE chain (first, last) AS ("
        "SELECT task_id, depends_on_task_id FROM dependencies "
        "UNION SELECT first, depends_on_task_id FROM chain JOIN dependencies ON task_id = last) "
        "SELECT first FROM chain WHERE first = last"
    )
    return [tuple(row) for row in rows]


@pytest.mark.parametrize("name", SEED_NAMES)
def test_every_seed_is_sound(name: str) -> None:
    workspace = planted(small(name))
    assert broken(workspace.database) == []
    assert workspace.call(ALEX, "get_current_user")["email"] == "alex@demo.astravue.example"
    workspace.database.close()


@pytest.mark.parametrize("name", SEED_NAMES)
def test_a_seed_makes_the_same_work_every_time(name: str) -> None:
    first, second = planted(small(name)), planted(small(name))
    one, other = first.content(), second.content()
    assert {table: one[table] for table in WORK} == {table: other[table] for table in WORK}
    first.database.close()
    second.database.close()


def test_dates_count_from_the_day_of_seeding() -> None:
    later = FakeTime()
    later.move(days=100)
    first, second = planted(read_seed("demo")), planted(read_seed("demo"), later)
    query = "SELECT due_date FROM tasks WHERE due_date IS NOT NULL ORDER BY task_id"
    pairs = zip(first.database.rows(query), second.database.rows(query), strict=True)
    assert {after[0] - before[0] for before, after in pairs} == {100 * DAY_MILLISECONDS}
    first.database.close()
    second.database.close()


def test_the_demonstration_company_has_the_size_that_is_promised(workspace: Workspace) -> None:
    assert numbers(workspace.database, tuple(NUMBERS)) == NUMBERS


def test_the_launch_has_fifteen_tasks_five_in_each_status(workspace: Workspace) -> None:
    tasks = workspace.call(ALEX, "list_project_tasks", spaceId=ASTRAVUE_MCP, projectId=Q2_LAUNCH)["tasks"]
    assert [task["taskId"] for task in tasks] == list(range(141298, 141313))
    names = [task["status"]["statusName"] for task in tasks]
    assert names == ["OPEN"] * 5 + ["IN-PROGRESS"] * 5 + ["COMPLETED"] * 5


def test_the_first_user_has_six_overdue_tasks(workspace: Workspace) -> None:
    assert [task["taskTitle"] for task in workspace.call(ALEX, "list_overdue_tasks")["tasks"]] == LATE


def test_every_kind_of_thing_is_in_the_demonstration_company(workspace: Workspace) -> None:
    content = workspace.content()
    sign_in = ("oauth_", "token_", "authorization_", "access_", "refresh_")
    assert [name for name, rows in content.items() if not rows and not name.startswith(sign_in)] == []
    types = workspace.database.rows("SELECT DISTINCT field_type FROM custom_fields")
    assert len(types) == 12
    unread = "SELECT COUNT(*) FROM notifications WHERE read_time IS "
    assert workspace.database.value(unread + "NULL")
    assert workspace.database.value(unread + "NOT NULL")


def test_two_projects_have_a_status_of_their_own(workspace: Workspace) -> None:
    query = "SELECT project_id FROM statuses WHERE status_name = 'IN-REVIEW' AND category = 'IN_PROGRESS'"
    assert [row["project_id"] for row in workspace.database.rows(query)] == [MOBILE_APP, 11278]


@pytest.mark.parametrize("name", ["demo", "large"])
def test_no_task_waits_for_itself_by_any_chain(name: str) -> None:
    workspace = planted(small(name))
    assert numbers(workspace.database, ("dependencies",))["dependencies"] > 50
    assert chain_that_ends_where_it_began(workspace.database) == []
    workspace.database.close()


def test_titles_name_one_task_of_a_project(workspace: Workspace) -> None:
    query = "SELECT task_title FROM tasks GROUP BY project_id, task_title HAVING COUNT(*) > 1"
    assert workspace.database.rows(query) == []


def test_the_large_seed_has_a_hundred_thousand_tasks_by_its_shape() -> None:
    shape = read_seed("large").shape
    assert shape is not None
    assert (shape["tasks"], shape["giant_project"]) == (100_000, 20_000)


def test_a_generated_company_has_exactly_the_shape_asked_for(large: Workspace) -> None:
    assert numbers(large.database, ("projects", "tasks", "users")) == {
        "projects": 40,
        "tasks": 2_000,
        "users": 72,
    }
    giant = large.database.value("SELECT COUNT(*) FROM tasks WHERE project_id = ?", (Q2_LAUNCH,))
    assert giant == 400


def test_generated_work_lies_before_and_after_today(large: Workspace) -> None:
    now = int(START.timestamp() * 1000)
    assert large.database.value("SELECT COUNT(*) FROM tasks WHERE due_date < ?", (now,)) > 500
    assert large.database.value("SELECT COUNT(*) FROM tasks WHERE due_date > ?", (now,)) > 300


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"page": 3},
        {"sortBy": "dueDate"},
        {"sortBy": "dueDate", "sortOrder": "desc"},
        {"sortBy": "taskTitle"},
        {"status": "Completed"},
        {"ownerId": ALEX},
        {"tag": "legal"},
    ],
    ids=str,
)
def test_pages_of_a_project_never_read_every_task(large: Workspace, arguments: dict[str, Any]) -> None:
    asked: list[str] = []
    rows = large.database.rows

    def explained(sql: str, parameters: Any = ()) -> list[Any]:
        asked.extend(row["detail"] for row in rows(f"EXPLAIN QUERY PLAN {sql}", parameters))
        return rows(sql, parameters)

    large.database.rows = explained
    found = large.call(ALEX, "list_project_tasks", spaceId=501, projectId=Q2_LAUNCH, **arguments)
    assert found["tasks"]
    assert asked
    assert [line for line in asked if line.startswith("SCAN t")] == []
