"""A small workspace in memory that does what the tools say, and a loop without approvals that talks to it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.conversation import AssistantMessage, Conversation, ToolCall, ToolMessage, UserMessage
from agent.model.protocol import Finish, FunctionDefinition, Model, ModelRequest, StreamItem, TextDelta, Usage
from evals.embedded.functions import load_functions

Data = dict[str, Any]
CONTEXT = "Today is Monday, 2026-11-23 (Europe/Berlin, UTC+01:00)."
MAX_STEPS = 25


def person(number: int, first: str, last: str) -> Data:
    email = f"{first}.{last}@example.com".lower()
    return {"userId": number, "firstName": first, "lastName": last, "email": email}


PEOPLE = (
    person(11, "Priya", "Sharma"),
    person(12, "Tom", "Becker"),
    person(13, "Lena", "Okafor"),
    person(14, "Tom", "Hughes"),
    person(15, "Maria", "Rossi"),
)
SPACES: tuple[Data, ...] = ({"spaceId": 1, "spaceName": "Product"}, {"spaceId": 2, "spaceName": "Operations"})
PROJECTS: tuple[Data, ...] = (
    {"projectId": 21, "projectName": "Website relaunch", "spaceId": 1, "spaceName": "Product"},
    {"projectId": 22, "projectName": "Mobile app", "spaceId": 1, "spaceName": "Product"},
    {"projectId": 23, "projectName": "Office move", "spaceId": 2, "spaceName": "Operations"},
)
TITLES = (
    ("Fix login redirect", 21, 11, "2026-11-18T00:00:00Z"),
    ("Draft the homepage copy", 21, 12, "2026-11-20T00:00:00Z"),
    ("Review the homepage copy", 21, 13, "2026-12-04T00:00:00Z"),
    ("Push notifications", 22, 11, None),
    ("Crash on start", 22, 11, "2026-11-30T00:00:00Z"),
    ("Order moving boxes", 23, 15, "2026-11-10T00:00:00Z"),
)


class Refused(Exception):
    """The tool fails with this text."""


@dataclass
class FakeWorkspace:
    """Projects, tasks and timers; the caller is Priya Sharma."""

    declined: set[str] = field(default_factory=set[str])
    calls: list[tuple[str, Data]] = field(default_factory=list[tuple[str, Data]])
    tasks: dict[int, Data] = field(default_factory=dict[int, Data])
    comments: dict[int, Data] = field(default_factory=dict[int, Data])
    timers: dict[int, Data] = field(default_factory=dict[int, Data])
    next_id: int = 500

    def __post_init__(self) -> None:
        for number, (title, project, owner, due) in enumerate(TITLES, 101):
            self.tasks[number] = self._task(number, title, project, due) | {
                "owners": [p for p in PEOPLE if p["userId"] == owner]
            }

    def call(self, name: str, arguments: Data) -> Data:
        self.calls.append((name, arguments))
        if name in self.declined:
            raise Refused("The user declined this call. Do not repeat it; ask what to do instead.")
        tool: Callable[[Data], Data] = getattr(self, name.removeprefix("astravue_"))
        return tool(arguments)

    @property
    def writes(self) -> list[tuple[str, Data]]:
        """The calls that changed something, in order."""
        reads = ("list_", "get_", "find_")
        return [
            (name.removeprefix("astravue_"), arguments)
            for name, arguments in self.calls
            if not name.removeprefix("astravue_").startswith(reads)
        ]

    def _new(self) -> int:
        self.next_id += 1
        return self.next_id

    def _task(self, number: int, title: str, project: int | None, due: str | None) -> Data:
        nowhere: Data = {}
        found = next((p for p in PROJECTS if p["projectId"] == project), nowhere)
        return {
            "taskId": number,
            "taskTitle": title,
            "status": {"taskStatusId": 1, "statusName": "Open"},
            "priority": {"taskPriorityId": 2, "priorityLabel": "Medium"},
            "dueDate": due,
            "owners": [],
            "projectId": project,
            "projectName": found.get("projectName"),
            "spaceId": found.get("spaceId"),
            "spaceName": found.get("spaceName"),
            "parentTaskId": None,
        }

    def _find(self, number: int) -> Data:
        if number not in self.tasks:
            raise Refused(f"There is no task {number}.")
        return self.tasks[number]

    def _change(self, task: Data, arguments: Data) -> Data:
        for key in ("taskTitle", "description", "startDate", "dueDate", "completion", "tags"):
            if key in arguments:
                task[key] = arguments[key]
        if "owners" in arguments:
            task["owners"] = [p for p in PEOPLE if p["userId"] in arguments["owners"]]
        if "status" in arguments:
            task["status"] = {"taskStatusId": 3, "statusName": arguments["status"]}
        if "priority" in arguments:
            task["priority"] = {"taskPriorityId": 3, "priorityLabel": arguments["priority"]}
        return task

    def list_spaces(self, arguments: Data) -> Data:
        return {"spaces": list(SPACES), "total": len(SPACES)}

    def list_projects(self, arguments: Data) -> Data:
        found = [p for p in PROJECTS if p["spaceId"] == arguments["spaceId"]]
        return {"projects": found, "total": len(found)}

    def get_project(self, arguments: Data) -> Data:
        return next(p for p in PROJECTS if p["projectId"] == arguments["projectId"])

    def get_workspace_members(self, arguments: Data) -> Data:
        return {"members": list(PEOPLE), "total": len(PEOPLE)}

    def get_current_user(self, arguments: Data) -> Data:
        return PEOPLE[0]

    def find_tasks(self, arguments: Data) -> Data:
        words = arguments["keyword"].casefold().split()
        found = [t for t in self.tasks.values() if all(w in t["taskTitle"].casefold() for w in words)]
        return {"tasks": found, "total": len(found), "page": 1, "pageSize": 50, "hasMore": False}

    def list_project_tasks(self, arguments: Data) -> Data:
        found = [t for t in self.tasks.values() if t["projectId"] == arguments["projectId"]]
        return {"tasks": found, "total": len(found)}

    def list_overdue_tasks(self, arguments: Data) -> Data:
        found = [
            t | {"overdueDays": 23 - int(t["dueDate"][8:10])}
            for t in self.tasks.values()
            if t["dueDate"] and t["dueDate"] < "2026-11-23" and t["status"]["statusName"] != "Completed"
        ]
        return {"tasks": found, "total": len(found), "page": 1, "pageSize": 50, "hasMore": False}

    def list_scheduled_tasks(self, arguments: Data) -> Data:
        return {"tasks": [], "total": 0}

    def get_task(self, arguments: Data) -> Data:
        return self._find(arguments["taskId"])

    def create_task(self, arguments: Data) -> Data:
        number = self._new()
        self.tasks[number] = self._task(number, arguments["taskTitle"], arguments["projectId"], None)
        return self._change(self.tasks[number], arguments)

    def create_subtask(self, arguments: Data) -> Data:
        parent, number = self._find(arguments["parentTaskId"]), self._new()
        self.tasks[number] = self._task(number, arguments["taskTitle"], parent["projectId"], None) | {
            "parentTaskId": parent["taskId"]
        }
        return self._change(self.tasks[number], arguments)

    def list_subtasks(self, arguments: Data) -> Data:
        found = [t for t in self.tasks.values() if t["parentTaskId"] == arguments["parentTaskId"]]
        return {"subtasks": found, "total": len(found)}

    def update_task(self, arguments: Data) -> Data:
        return self._change(self._find(arguments["taskId"]), arguments)

    def update_subtask(self, arguments: Data) -> Data:
        return self._change(self._find(arguments["subtaskId"]), arguments)

    def delete_task(self, arguments: Data) -> Data:
        task = self._find(arguments["taskId"])
        del self.tasks[task["taskId"]]
        return {"deleted": True, "taskId": task["taskId"], "taskTitle": task["taskTitle"]}

    def move_task(self, arguments: Data) -> Data:
        task = self._find(arguments["taskId"])
        project = next(p for p in PROJECTS if p["projectId"] == arguments["targetProjectId"])
        task.update(project)
        return task

    def add_task_comment(self, arguments: Data) -> Data:
        task, number = self._find(arguments["taskId"]), self._new()
        self.comments[number] = {
            "commentId": number,
            "taskId": task["taskId"],
            "comment": arguments["comment"],
            "createdBy": PEOPLE[0],
        }
        return self.comments[number]

    def get_task_comments(self, arguments: Data) -> Data:
        found = [c for c in self.comments.values() if c["taskId"] == arguments["taskId"]]
        return {"comments": found, "total": len(found)}

    def delete_task_comment(self, arguments: Data) -> Data:
        return {"deleted": True, "commentId": self.comments.pop(arguments["commentId"])["commentId"]}

    def start_timer(self, arguments: Data) -> Data:
        task, number = self._find(arguments["taskId"]), self._new()
        self.timers[number] = {
            "timerId": number,
            "taskId": task["taskId"],
            "taskTitle": task["taskTitle"],
            "startTime": "2026-11-23T09:00:00Z",
            "endTime": None,
            "duration": 0,
        }
        return self.timers[number]

    def stop_timer(self, arguments: Data) -> Data:
        running = next((t for t in self.timers.values() if t["endTime"] is None), None)
        if running is None:
            raise Refused('{"success": false, "message": "You have no running timer.", "code": 409}')
        running.update({"endTime": "2026-11-23T10:30:00Z", "duration": 5_400_000})
        return running

    def log_manual_time(self, arguments: Data) -> Data:
        number = self._new()
        minutes = 60 * arguments.get("hours", 0) + arguments.get("minutes", 0)
        self.timers[number] = {
            "timerId": number,
            "taskId": arguments["taskId"],
            "taskTitle": self._find(arguments["taskId"])["taskTitle"],
            "startTime": arguments.get("startTime"),
            "endTime": "2026-11-23T10:30:00Z",
            "duration": minutes * 60_000,
        }
        return self.timers[number]


@dataclass
class Chat:
    """A conversation between a user, a model and a workspace; every write is approved.

    Args:
        model: The model.
        workspace: Runs the tools.
        functions: What the model is offered.
    """

    model: Model
    workspace: FakeWorkspace
    functions: Sequence[FunctionDefinition] = field(default_factory=load_functions)
    conversation: Conversation = field(default_factory=Conversation)
    items: list[StreamItem] = field(default_factory=list[StreamItem])
    context: str = CONTEXT

    async def say(self, text: str) -> str:
        """Say something; return the model's answer once all calls are done."""
        self.conversation.append(UserMessage(text, self.context))
        for _ in range(MAX_STEPS):
            message = await self.step()
            if not message.tool_calls:
                return message.text
            for call in message.tool_calls:
                self.conversation.append(self.run(call))
        raise AssertionError("the turn does not end")

    async def step(self) -> AssistantMessage:
        """Ask the model once and keep its message."""
        items = [item async for item in self.model.respond(self.request())]
        self.items.extend(items)
        assert isinstance(items[-1], Finish)
        assert sum(isinstance(item, Usage) for item in items) <= 1
        message = AssistantMessage(
            "".join(item.text for item in items if isinstance(item, TextDelta)),
            tuple(item for item in items if isinstance(item, ToolCall)),
            provider_items=items[-1].provider_items,
        )
        assert message.text or message.tool_calls
        self.conversation.append(message)
        return message

    def request(self) -> ModelRequest:
        return ModelRequest("You are an assistant.", self.conversation.messages, self.functions)

    def run(self, call: ToolCall) -> ToolMessage:
        try:
            result = self.workspace.call(call.name, json.loads(call.arguments))
        except Refused as error:
            return ToolMessage(call.id, call.name, str(error), is_error=True)
        copy = json.loads(json.dumps(result))
        return ToolMessage(call.id, call.name, json.dumps(copy), structured=copy)
