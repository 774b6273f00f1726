"""Custom fields as tests make them, set them and look at them, in the project of the launch."""

from collections.abc import Sequence
from typing import Any

from tests.sandbox.sandbox_workspace import ALEX, ASTRAVUE_MCP, PRESS_RELEASE, Q2_LAUNCH, Workspace

PROJECT = {"projectId": Q2_LAUNCH}
SPACE = {"spaceId": ASTRAVUE_MCP}
SINGLE = "SINGLE_SELECT_DROPDOWN"
MULTI = "MULTI_SELECT_DROPDOWN"
# A second project in the space of the first.
NEIGHBOUR = 11273


def define(workspace: Workspace, field_type: str, name: str = "Probe", /, **more: Any) -> int:
    place = more if "projectId" in more or "spaceId" in more else PROJECT | more
    field_id: int = workspace.call(
        ALEX, "create_custom_field", fieldName=name, fieldType=field_type, **place
    )["fieldId"]
    return field_id


def put(workspace: Workspace, field_id: int, value: object, task_id: int = PRESS_RELEASE) -> Any:
    return workspace.call(ALEX, "set_custom_field_value", taskId=task_id, fieldId=field_id, value=value)[
        "value"
    ]


def held(workspace: Workspace, field_id: int, task_id: int = PRESS_RELEASE) -> Any:
    fields = workspace.call(ALEX, "get_custom_fields", taskId=task_id)["customFields"]
    return next(field["value"] for field in fields if field["fieldId"] == field_id)


def names(workspace: Workspace, /, **place: int) -> list[str]:
    return [
        field["fieldName"] for field in workspace.call(ALEX, "get_custom_fields", **place)["customFields"]
    ]


def option_ids(workspace: Workspace, field_id: int) -> dict[str, int]:
    options = workspace.call(ALEX, "list_custom_field_options", fieldId=field_id)["options"]
    return {option["optionName"]: option["optionId"] for option in options}


def chosen(value: Sequence[dict[str, Any]]) -> list[str]:
    return [option["optionName"] for option in value]
