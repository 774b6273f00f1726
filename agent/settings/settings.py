"""One frozen settings object, with the origin of each value.

Layers, the stronger first: command line, environment, project file (`.astravue.toml` in the working
folder), user file (`settings.toml` in the configuration folder), default. A profile is a table
`[profiles.NAME]` in either file; its values stand above the same file's top level.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from agent.errors import SettingsError
from agent.jsontypes import JsonObject
from agent.settings.table import SETTINGS, Setting, Value, read_table
from agent.system.folders import Folders
from agent.wording.addresses import shown_address

DEFAULT_SERVER = "https://api.astravue.com/mcp"
DEFAULT_PROFILE = "default"
TRY_PROFILE = "try"
TRY_PORT = 8631
PROJECT_FILE = ".astravue.toml"
_ENDPOINT_EXAMPLE = "https://api.openai.com/v1"
COMMAND_LINE = "command line"
"""The origin of what an option says."""

_FILE_SETTINGS = tuple(setting for setting in SETTINGS if setting.in_file)
_PROJECT_SETTINGS = tuple(setting for setting in SETTINGS if setting.in_project)


@dataclass(frozen=True, slots=True)
class ToolSettings:
    """Which tools the model is offered.

    Args:
        threshold: A server with no more tools than this is offered whole; `None` for the usual number.
        core: Names or globs of the tools that are always offered; empty for the usual ones.
    """

    threshold: int | None = None
    core: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """What this run was told to use.

    Args:
        server: The MCP server's address.
        profile: Names one of several sign-ins side by side.
        model: The model's name; empty lets the program choose.
        base_url: The model endpoint; empty means OpenAI's own if there is a key, else a local one.
        api_key: The endpoint's key.
        api: Which of OpenAI's protocols the endpoint speaks, “chat” or “responses”; empty lets the program
            choose.
        strict: Have the endpoint hold the model to the functions' schemas, where they allow it.
        limits: What one turn may use: steps, tokens, cost in US dollars, seconds; 0 for no such limit. And
            how many tokens the model can read, “context”; 0 lets the program find out.
        tools: Which tools the model is offered.
        sessions: How long saved conversations are kept: “keep_days” after they were last used, and the
            newest “keep” of them; 0 for ever and for all.
        client_id: A client registered with the authorization server beforehand.
        client_secret: Its secret, from the environment alone.
        client_metadata_url: Where this client's id metadata document is published.
        pkce: “assume” takes it that authorization servers check PKCE although they do not say so.
        allow: Globs of tool names whose writes need no approval.
        ask: Globs of tool names whose calls always need one.
        deny: Globs of tool names that are never called.
        trust: The user trusts this server to say what its tools do.
        theme: How the chat looks, one of `agent.settings.table.THEMES`; empty for the usual one.
        origins: Where each value came from: "command line", a variable's name, a file or "default".
    """

    server: str = DEFAULT_SERVER
    profile: str = DEFAULT_PROFILE
    model: str = ""
    base_url: str = ""
    api_key: str = field(default="", repr=False)
    api: str = ""
    strict: bool = False
    limits: Mapping[str, float] = field(default_factory=dict[str, float])
    tools: ToolSettings = field(default_factory=ToolSettings)
    sessions: Mapping[str, float] = field(default_factory=dict[str, float])
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    client_metadata_url: str = ""
    pkce: str = ""
    allow: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    trust: bool = False
    theme: str = ""
    origins: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def trusts_server(self) -> bool:
        """Whether the server's own word on its tools counts: Astravue's, and any that the user trusts."""
        return self.trust or self.server == DEFAULT_SERVER


def load_settings(
    flags: Mapping[str, str | None],
    environ: Mapping[str, str],
    folders: Folders,
    *,
    working_folder: Path,
    settings_file: Path | None = None,
) -> Settings:
    """Put the layers together.

    Args:
        flags: Values from the command line; `None` where an option was not given.
        environ: The process environment.
        folders: Where the user file lies.
        working_folder: Where the project file is looked for.
        settings_file: Replaces the user file (`--config`); it must exist.

    Raises:
        SettingsError: A file cannot be read or parsed, or holds a key or a value that is not known.
            The file is left as it is.
    """
    if settings_file is not None and not settings_file.is_file():
        raise SettingsError(f"There is no settings file {settings_file}.", "Check --config.")
    user_file = settings_file or folders.settings_file
    user = _read(user_file, _FILE_SETTINGS)
    project_file = working_folder / PROJECT_FILE
    project = _read(project_file, _PROJECT_SETTINGS)
    values: dict[str, Value] = {}
    origins: dict[str, str] = {}

    def layer(setting: Setting, origin: str, found: Mapping[str, Value | None]) -> None:
        value, before = found.get(setting.name), values.get(setting.name)
        if value:
            if setting.adds_up and isinstance(value, tuple) and isinstance(before, tuple):
                value = (*before, *value)
            values[setting.name], origins[setting.name] = value, origin

    # A line end clings to a value that was read from a file.
    environment = {each.name: environ.get(each.variable, "").strip() for each in SETTINGS if each.variable}
    profile = flags.get("profile") or environment["profile"] or DEFAULT_PROFILE
    for setting in SETTINGS:
        layer(setting, str(user_file), user.top)
        layer(setting, f"{user_file} [profiles.{profile}]", user.profiles.get(profile, {}))
        layer(setting, str(project_file), project.top)
        layer(setting, f"{project_file} [profiles.{profile}]", project.profiles.get(profile, {}))
        layer(setting, setting.variable, environment)
        layer(setting, COMMAND_LINE, flags)
    return _make(_Found(values, origins))


@dataclass(frozen=True, slots=True)
class _File:
    """What a settings file holds."""

    top: Mapping[str, Value]
    profiles: Mapping[str, Mapping[str, Value]]


def _read(path: Path, settings: tuple[Setting, ...]) -> _File:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return _File({}, {})
    except OSError as error:
        raise SettingsError(
            f"The settings file {path} cannot be read ({error.strerror}); it was left as it is.",
            "Check that path and who may read it, or name another file with --config.",
        ) from error
    except UnicodeDecodeError as error:
        raise SettingsError(
            f"The settings file {path} is no UTF-8 text; it was left as it is.",
            "Save it as UTF-8, or move it away.",
        ) from error
    import tomllib

    try:
        document: JsonObject = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            f"The settings file {path} is no valid TOML ({error}); it was left as it is.",
            "Correct it, or move it away.",
        ) from error
    tables = document.pop("profiles", {})
    if not isinstance(tables, dict):
        raise SettingsError(f"{path}: profiles must be tables, such as [profiles.work].")
    profiles: dict[str, Mapping[str, Value]] = {}
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise SettingsError(f"{path}: profiles.{name} must be a table.")
        profiles[name] = read_table(str(path), table, settings)
    return _File(read_table(str(path), document, settings), profiles)


@dataclass(frozen=True, slots=True)
class _Found:
    """The values of all layers put together, and where each came from."""

    values: Mapping[str, Value]
    origins: Mapping[str, str]

    def text(self, name: str, default: str = "") -> str:
        value = self.values.get(name, default)
        return value if isinstance(value, str) else default

    def globs(self, name: str) -> tuple[str, ...]:
        value = self.values.get(name)
        return value if isinstance(value, tuple) else ()

    def numbers(self, name: str) -> Mapping[str, float]:
        table = self.values.get(name)
        parts = table.items() if isinstance(table, Mapping) else ()
        return {part: value for part, value in parts if isinstance(value, int | float)}


def _make(found: _Found) -> Settings:
    profile = found.text("profile", DEFAULT_PROFILE)
    # `astravue try` serves there, so another terminal reaches it by the profile's name alone.
    at_home = f"http://127.0.0.1:{TRY_PORT}/mcp" if profile == TRY_PROFILE else DEFAULT_SERVER
    server = found.text("server", at_home)
    _check_address("server", server, found, DEFAULT_SERVER)
    _check_address("base_url", found.text("base_url"), found, _ENDPOINT_EXAMPLE)
    _check_texts(found)
    return Settings(
        server=server,
        profile=profile,
        model=found.text("model"),
        base_url=found.text("base_url"),
        api_key=found.text("api_key"),
        api=found.text("api"),
        strict=found.values.get("strict") is True,
        limits=found.numbers("limits"),
        tools=_tools(found.values.get("tools")),
        sessions=found.numbers("sessions"),
        client_id=found.text("client_id"),
        client_secret=found.text("client_secret"),
        client_metadata_url=found.text("client_metadata_url"),
        pkce=found.text("pkce"),
        allow=found.globs("allow"),
        ask=found.globs("ask"),
        deny=found.globs("deny"),
        trust=_trusts(found, profile),
        theme=found.text("theme"),
        origins=found.origins,
    )


def _check_address(name: str, address: str, found: _Found, example: str) -> None:
    if address and not _is_http_address(address):
        raise SettingsError(
            f"The {name.replace('_', ' ')} “{shown_address(address)}” "
            f"({found.origins.get(name, 'default')}) is no http or https address.",
            f"Example: {example}",
        )


def _check_texts(found: _Found) -> None:
    for setting in SETTINGS:
        if setting.choices and found.text(setting.name) not in ("", *setting.choices):
            choices = " or ".join(f"“{choice}”" for choice in setting.choices)
            raise SettingsError(f"{found.origins[setting.name]}: {setting.name} can only be {choices}.")
    document = urlsplit(found.text("client_metadata_url"))
    if document.geturl() and not (document.scheme == "https" and document.path.strip("/")):
        raise SettingsError(
            f"The client metadata url “{shown_address(document.geturl())}” "
            f"({found.origins['client_metadata_url']}) is no https address of a document.",
            "Example: https://www.example.com/astravue-agent.json",
        )
    key = found.text("api_key")
    if not (key.isascii() and key.isprintable()):
        raise SettingsError(
            f"{found.origins['api_key']} holds a character that no key has.",
            "Set it again, without quotes.",
        )


def _tools(table: Value | None) -> ToolSettings:
    if not isinstance(table, Mapping):
        return ToolSettings()
    threshold, core = table.get("threshold"), table.get("core")
    return ToolSettings(
        threshold if isinstance(threshold, int) else None, core if isinstance(core, tuple) else ()
    )


def _trusts(found: _Found, profile: str) -> bool:
    """Trust is said of the server that stands beside it: not of one that a folder or an option names."""
    if "server" not in found.origins:
        # This program itself serves there; see `at_home`.
        return profile == TRY_PROFILE
    return found.values.get("trust") is True and found.origins["trust"] == found.origins["server"]


def _is_http_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False
