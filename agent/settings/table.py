"""Each setting once: its name, what may be said for it and where, and what it means.

What a settings file may hold, `astravue config` and the JSON Schema of the file all come from this table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias, TypeGuard

from agent.errors import SettingsError
from agent.jsontypes import JsonValue

THEMES = ("dark", "light", "high-contrast", "colour-blind", "plain")

Part: TypeAlias = str | bool | float | tuple[str, ...]
Value: TypeAlias = Part | Mapping[str, Part]


class Kind(StrEnum):
    """What may be said for a setting, in words."""

    TEXT = "a text in quotes"
    ADDRESS = "a text in quotes, an http or https address"
    DOCUMENT = "a text in quotes, the https address of a document"
    FLAG = "true or false"
    NAMES = "a list of tool names or globs"
    NUMBER = "a number, 0 for none"
    WHOLE = "a whole number from 0 on"
    TABLE = "a table"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting.

    Args:
        name: Its name, in files as in `Settings`.
        kind: What may be said for it.
        meaning: What it does, in one line.
        choices: The texts that it can be; empty for any.
        variable: The variable of the environment that sets it; empty for none.
        in_file: It may stand in the user's settings file.
        in_project: It may stand in a project's file.
        adds_up: A profile's own list is added to that of the top of the file.
        is_secret: Its value is never shown.
        parts: What may stand in it, if it is a table.
    """

    name: str
    kind: Kind
    meaning: str
    choices: tuple[str, ...] = ()
    variable: str = ""
    in_file: bool = True
    in_project: bool = False
    adds_up: bool = False
    is_secret: bool = False
    parts: tuple["Setting", ...] = ()


_LIMITS = (
    Setting("steps", Kind.WHOLE, "requests to the model"),
    Setting("tokens", Kind.WHOLE, "tokens read and written"),
    Setting("cost", Kind.NUMBER, "US dollars"),
    Setting("seconds", Kind.NUMBER, "time"),
    Setting("context", Kind.WHOLE, "tokens that the model can read; 0 lets the program find out"),
)
_TOOLS = (
    Setting("threshold", Kind.WHOLE, "a server with no more tools than this is offered whole"),
    Setting("core", Kind.NAMES, "the tools that are always offered"),
)
_SESSIONS = (
    Setting("keep_days", Kind.WHOLE, "for how many days conversations are kept; 0 for no end"),
    Setting("keep", Kind.WHOLE, "how many of the newest are kept; 0 for all"),
)

# A folder's settings come with whatever was cloned into it, so they choose neither who gets the
# conversation and the key nor which writes go unasked. What is forbidden at the top of the file is not
# allowed again by a profile's own list.
SETTINGS = (
    Setting("profile", Kind.TEXT, "one of several sign-ins", variable="ASTRAVUE_PROFILE", in_file=False),
    Setting("server", Kind.ADDRESS, "the MCP server", variable="ASTRAVUE_SERVER", in_project=True),
    Setting("model", Kind.TEXT, "the language model", variable="ASTRAVUE_MODEL", in_project=True),
    Setting("base_url", Kind.ADDRESS, "the model endpoint", variable="OPENAI_BASE_URL"),
    Setting(
        "api_key", Kind.TEXT, "the endpoint's key", variable="OPENAI_API_KEY", in_file=False, is_secret=True
    ),
    Setting("api", Kind.TEXT, "the protocol that the endpoint speaks", choices=("chat", "responses")),
    Setting("strict", Kind.FLAG, "ask for strict mode where a tool's schema can be said in it"),
    Setting("limits", Kind.TABLE, "what one turn may use; 0 for no such limit", parts=_LIMITS),
    Setting("tools", Kind.TABLE, "which tools the model is offered", parts=_TOOLS),
    Setting("sessions", Kind.TABLE, "how long saved conversations are kept", parts=_SESSIONS),
    Setting("client_id", Kind.TEXT, "a client registered with the authorization server beforehand"),
    Setting(
        "client_secret",
        Kind.TEXT,
        "the secret of that client",
        variable="ASTRAVUE_CLIENT_SECRET",
        in_file=False,
        is_secret=True,
    ),
    Setting("client_metadata_url", Kind.DOCUMENT, "where this client's id metadata document is published"),
    Setting(
        "pkce",
        Kind.TEXT,
        "“assume”: authorization servers check PKCE although they do not say so",
        choices=("assume",),
    ),
    Setting("allow", Kind.NAMES, "tools whose writes need no approval"),
    Setting("ask", Kind.NAMES, "tools whose calls always need one", adds_up=True),
    Setting("deny", Kind.NAMES, "tools that are never called", adds_up=True),
    Setting("trust", Kind.FLAG, "the server beside it is trusted to say what its tools do"),
    Setting("theme", Kind.TEXT, "how the chat looks", choices=THEMES, variable="ASTRAVUE_THEME"),
)


def read_table(
    where: str, table: Mapping[str, JsonValue], settings: tuple[Setting, ...], of: str = ""
) -> dict[str, Value]:
    """Read what a table of a settings file says.

    Args:
        where: The file, for errors.
        table: The table.
        settings: Those that may stand in it.
        of: The table's name in brackets; empty at the top and in a profile.

    Raises:
        SettingsError: Something in it is no setting there, or is none of what may be said for it.
    """
    known = {setting.name: setting for setting in settings}
    for name in table:
        if name not in known:
            place = f"setting of {of}" if of else "setting here"
            raise SettingsError(f"{where}: “{name}” is no {place}.", f"Settings: {', '.join(known)}.")
    return {name: _read(where, value, known[name], of) for name, value in table.items()}


def _read(where: str, value: JsonValue, setting: Setting, of: str) -> Value:
    match setting.kind:
        case Kind.TEXT | Kind.ADDRESS | Kind.DOCUMENT if isinstance(value, str):
            return value
        case Kind.FLAG if isinstance(value, bool):
            return value
        case Kind.NAMES if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(map(str, value))
        case Kind.NUMBER | Kind.WHOLE if _is_number(value, whole=setting.kind is Kind.WHOLE):
            return value
        case Kind.TABLE if isinstance(value, dict):
            return _read_parts(where, value, setting)
        case _:
            pass
    named = f"{setting.name} of {of}" if of else setting.name
    kind = f"a table, [{setting.name}]" if setting.kind is Kind.TABLE else setting.kind.value
    raise SettingsError(f"{where}: {named} must be {kind}.")


def _read_parts(where: str, table: dict[str, JsonValue], setting: Setting) -> Mapping[str, Part]:
    read = read_table(where, table, setting.parts, f"[{setting.name}]")
    return {name: value for name, value in read.items() if not isinstance(value, Mapping)}


def _is_number(value: JsonValue, *, whole: bool) -> TypeGuard[float]:
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
        return False
    return 0 <= value < float("inf")
