"""The JSON Schema of the settings file, for editors and for whoever writes the file with a program."""

from agent.jsontypes import JsonObject
from agent.settings.table import SETTINGS, Kind, Setting


def build_schema() -> JsonObject:
    """The schema of the user's settings file, from the table of settings."""
    listed = [setting for setting in SETTINGS if setting.in_file]
    profile: JsonObject = {
        "type": "object",
        "description": "Settings that hold with --profile NAME.",
        "properties": _properties(listed),
        "additionalProperties": False,
    }
    profiles: JsonObject = {
        "type": "object",
        "description": "Settings of one profile each, above those at the top.",
        "additionalProperties": profile,
    }
    return {
        # The draft that editors of TOML know.
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Settings of astravue",
        "type": "object",
        "properties": {**_properties(listed), "profiles": profiles},
        "additionalProperties": False,
    }


def _properties(settings: list[Setting]) -> JsonObject:
    return {setting.name: {"description": _sentence(setting), **_form(setting)} for setting in settings}


def _sentence(setting: Setting) -> str:
    return f"{setting.meaning[0].upper()}{setting.meaning[1:]}."


def _form(setting: Setting) -> JsonObject:
    match setting.kind:
        case Kind.TEXT if setting.choices:
            return {"enum": list(setting.choices)}
        case Kind.TEXT:
            return {"type": "string"}
        case Kind.ADDRESS:
            return {"type": "string", "pattern": r"^https?://[^/\s]"}
        case Kind.DOCUMENT:
            return {"type": "string", "pattern": r"^https://[^/\s]+/+[^/\s]"}
        case Kind.FLAG:
            return {"type": "boolean"}
        case Kind.NAMES:
            return {"type": "array", "items": {"type": "string"}}
        case Kind.NUMBER:
            return {"type": "number", "minimum": 0}
        case Kind.WHOLE:
            return {"type": "integer", "minimum": 0}
        case Kind.TABLE:
            parts = _properties(list(setting.parts))
            return {"type": "object", "properties": parts, "additionalProperties": False}
