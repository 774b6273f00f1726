"""The interactive views as text for a terminal: headings, lists, and notes of what was left out."""

from collections.abc import Iterator

from agent.sandbox.domain.context import Json

_DAY = 10


def task_list_text(view: Json) -> str:
    """Returns the view of a project's tasks as text."""
    lines = [
        f"# {view['projectName']}: tasks",
        f"{view['spaceName']} · {view['completion']}% complete",
        *_groups(view["groups"], in_project=True),
        "",
        _footer(view),
    ]
    return "\n".join(lines)


def my_tasks_text(view: Json) -> str:
    """Returns the view of the caller's tasks as text; groups without any are left out."""
    person = view["user"]
    lines = [
        f"# Tasks of {_name(person)}",
        f"Today is {view['today'][:_DAY]}",
        *_groups([group for group in view["groups"] if group["total"]], in_project=False),
        "",
        _footer(view),
    ]
    return "\n".join(lines)


def project_overview_text(view: Json) -> str:
    """Returns the overview of a project as text."""
    counts = view["taskCounts"]
    lines = [
        f"# {view['projectName']}",
        f"{view['spaceName']} · {view['status']} · {view['health']} · {view['completion']}% complete",
        "",
        f"- Dates: {_dates(view)}",
        f"- Budget: {_budget(view['budget'])}",
        f"- Tasks: {counts['total']}, {counts['overdue']} of them overdue",
        *[f"  - {status['statusName']}: {status['taskCount']}" for status in view["statuses"]],
    ]
    attention = [group for group in view["attention"] if group["total"]]
    lines += ["", "## Needs attention"]
    lines += _groups(attention, in_project=True, level="###") if attention else ["", "Nothing."]
    lines += ["", f"## Members ({len(view['members'])})", ""]
    lines += [f"- {_name(member)} ({_role(member)})" for member in view["members"]]
    return "\n".join(lines)


def _groups(groups: list[Json], *, in_project: bool, level: str = "##") -> Iterator[str]:
    for group in groups:
        yield ""
        yield f"{level} {group['title']} ({group['total']})"
        for task in group["tasks"]:
            yield _line(task, in_project=in_project)
        left_out = group["total"] - len(group["tasks"])
        if left_out:
            yield f"- ... and {left_out} more"


def _line(task: Json, *, in_project: bool) -> str:
    done = task["status"]["statusCategory"] == "COMPLETED"
    facts: list[str] = [", ".join(_name(owner) for owner in task["owners"])] if in_project else []
    if in_project and not task["owners"]:
        facts = ["nobody"]
    if not in_project:
        facts = [task["projectName"] or "personal"]
    if task["dueDate"]:
        facts.append(f"due {task['dueDate'][:_DAY]}{_lateness(task)}")
    facts.append(task["priority"]["priorityLabel"])
    facts.append(f"{task['completion']}%")
    waits = ", ".join(f'"{each["taskTitle"]}"' for each in task.get("blockedBy", []))
    if waits:
        facts.append(f"waits for {waits}")
    return f"- [{'x' if done else ' '}] {task['taskTitle']} (task {task['taskId']}): {' · '.join(facts)}"


def _lateness(task: Json) -> str:
    days = task.get("overdueDays", 0)
    return f", {days} {'day' if days == 1 else 'days'} late" if days else ""


def _footer(view: Json) -> str:
    return f"{view['shown']} of {view['total']} {'task' if view['total'] == 1 else 'tasks'}"


def _name(person: Json) -> str:
    return f"{person['firstName']} {person['lastName']}"


def _role(member: Json) -> str:
    return "Project Admin" if member["projectRole"] == "ADMIN" else "Project Member"


def _dates(view: Json) -> str:
    start, due = view["startDate"], view["dueDate"]
    return f"{start[:_DAY] if start else 'no start'} to {due[:_DAY] if due else 'no due date'}"


def _budget(budget: Json) -> str:
    if budget["allocated"] is None:
        return "none"
    return f"{budget['spent']:,.2f} spent of {budget['allocated']:,.2f}, {budget['remaining']:,.2f} left"
