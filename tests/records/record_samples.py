"""Results as servers give them, and the moment from which they are looked at."""

from datetime import UTC, datetime

from agent.jsontypes import JsonObject, JsonValue
from agent.records.records import Records, read_records

NOW = datetime(2026, 11, 25, 21, 0, tzinfo=UTC)
TODAY = NOW.date()


def person(first: str, last: str, number: int = 1) -> JsonObject:
    return {"userId": number, "firstName": first, "lastName": last, "email": f"{first}@demo.example"}


def status(name: str, category: str) -> JsonObject:
    return {"taskStatusId": 1, "statusName": name, "statusCategory": category}


OPEN = status("OPEN", "OPEN")
DOING = status("IN-PROGRESS", "IN_PROGRESS")
DONE = status("COMPLETED", "COMPLETED")


def task(
    number: int, title: str, due: str | None = None, state: JsonObject = OPEN, **more: JsonValue
) -> JsonObject:
    return {
        "taskId": number,
        "taskTitle": title,
        "status": state,
        "priority": {"taskPriorityId": 13, "priorityLabel": "High"},
        "dueDate": f"{due}T17:00:00Z" if due else None,
        "owners": [person("Alex", "Morgan"), person("Daniel", "Reed", 2)],
        "projectId": 4,
        "projectName": "Office move",
        "spaceId": 5,
        **more,
    }


def entry(number: int, title: str, day: str, hours: float, who: str = "Tom Becker") -> JsonObject:
    first, last = who.split()
    return {
        "timerId": number,
        "taskId": number,
        "taskTitle": title,
        "projectId": 4,
        "projectName": "Office move",
        "user": person(first, last),
        "startTime": f"{day}T09:00:00Z",
        "endTime": None,
        "duration": round(hours * 3_600_000),
        "running": False,
    }


LATE_TASK = task(1, "Sign the lease for the new office", "2026-11-13", DOING)
NEXT_TASK = task(2, "Order desks", "2026-11-28", owners=[person("Lena", "Fischer")])
DONE_TASK = task(3, "Measure the rooms", "2026-11-09", DONE)
UNDATED_TASK = task(4, "Think about plants", owners=[])
TASKS: JsonObject = {
    "tasks": [LATE_TASK, NEXT_TASK, DONE_TASK, UNDATED_TASK],
    "total": 4,
    "page": 1,
    "hasMore": False,
}
ENTRIES: JsonObject = {
    "timeEntries": [
        entry(1, "Sign the lease", "2026-11-23", 6.5),
        entry(2, "Order desks", "2026-11-24", 2),
        entry(3, "Order desks", "2026-11-24", 0.25, "Julia Novak"),
    ],
    "total": 3,
}


def records(value: JsonValue) -> Records:
    found = read_records(value)
    assert found is not None
    return found
