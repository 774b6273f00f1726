"""Writes single settings into a settings file; comments, order and layout stay as they are."""

import tomllib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, cast

from agent.errors import SettingsError
from agent.jsontypes import JsonObject
from agent.system.private_files import replace_file

if TYPE_CHECKING:
    from tomlkit.container import Container

_LINE_END = "\n"
_Value: TypeAlias = str | list[str]


def write_settings(path: Path, values: Mapping[str, str], *, profile: str = "") -> None:
    """Set some settings and leave everything else in the file as it is.

    Args:
        path: The file; made, with its folder, when it is missing. Of a link, what it leads to is written.
        values: Names and values.
        profile: Writes into the table `[profiles.NAME]`; empty writes to the file's top.

    Raises:
        SettingsError: The file cannot be read, understood or written; it was left as it is.
    """
    text = _read(path)
    _write(path, text, values, profile)


def add_to_list(
    path: Path, name: str, item: str, *, profile: str = "", otherwise: Sequence[str] = ()
) -> None:
    """Add an item to a setting that is a list, if it is not in it, and leave everything else as it is.

    Args:
        path: As for `write_settings`.
        name: The setting.
        item: What to add.
        profile: As for `write_settings`.
        otherwise: What the list begins with where the setting is not there yet.

    Raises:
        SettingsError: As for `write_settings`.
    """
    text = _read(path)
    try:
        listed = _table(tomllib.loads(text), profile).get(name, list(otherwise))
    except ValueError as error:
        raise _uneditable(path, [name], error) from error
    items = [str(each) for each in listed] if isinstance(listed, list) else []
    if item not in items:
        _write(path, text, {name: [*items, item]}, profile)


def _read(path: Path) -> str:
    try:
        # Line ends are part of the layout, so they are not translated.
        return path.read_bytes().decode()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise _unusable(path, "read", error) from error


def _write(path: Path, text: str, values: Mapping[str, str] | Mapping[str, list[str]], profile: str) -> None:
    try:
        for name, value in values.items():
            text = _with_setting(text, profile, name, value)
    except ValueError as error:
        raise _uneditable(path, list(values), error) from error
    try:
        replace_file(path.resolve(), text.encode())
    except OSError as error:
        raise _unusable(path, "written", error) from error


def _uneditable(path: Path, names: Sequence[str], error: ValueError) -> SettingsError:
    return SettingsError(
        f"The settings file {path} cannot be edited ({error}); it was left as it is.",
        f"Write into it yourself: {' and '.join(names)}.",
    )


def _unusable(path: Path, what: str, error: Exception) -> SettingsError:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is no text"
    return SettingsError(
        f"The settings file {path} cannot be {what} ({reason}); it was left as it is.",
        "Check who owns it: ls -l",
    )


def _with_setting(text: str, profile: str, name: str, value: _Value) -> str:
    """The text with one setting more, or another value for it.

    Raises:
        ValueError: The text is no TOML, or no way was found to write the setting into it.
    """
    from tomlkit.exceptions import TOMLKitError

    wanted = tomllib.loads(text)
    _table(wanted, profile)[name] = [*value] if isinstance(value, list) else value
    for write in (_append_last, _write_below_the_last, _begin_profile, _write_anywhere):
        with suppress(TOMLKitError):
            written = write(text, profile, name, value)
            if _reads_as(written, wanted):
                return written
    raise ValueError("its form is too unusual")


def _table(document: JsonObject, profile: str) -> JsonObject:
    if not profile:
        return document
    profiles = document.setdefault("profiles", {})
    table = profiles.setdefault(profile, {}) if isinstance(profiles, dict) else None
    if not isinstance(table, dict):
        raise ValueError(f"profiles.{profile} is no table")
    return table


def _reads_as(text: str, wanted: JsonObject) -> bool:
    try:
        return tomllib.loads(text) == wanted
    except tomllib.TOMLDecodeError:
        return False


def _append_last(text: str, profile: str, name: str, value: _Value) -> str:
    """Put the last item of a list behind those that the setting has, whose comments stay."""
    import tomlkit
    from tomlkit.items import Array

    document = tomlkit.parse(text)
    table = _find(document, profile)
    listed = table.item(name) if table is not None and name in table else None
    if isinstance(listed, Array) and isinstance(value, list):
        cast("list[str]", listed).append(value[-1])
    return tomlkit.dumps(document)


def _write_below_the_last(text: str, profile: str, name: str, value: _Value) -> str:
    """Write a new setting right below the last one of its table.

    At the table's end, where the library would put it, the comment of the next table may stand.
    """
    import tomlkit
    from tomlkit.items import AbstractTable, Item

    document = tomlkit.parse(text)
    table = _find(document, profile)
    if table is None or name in table:
        return text
    for key in reversed([str(key) for key in table]):
        above = table.item(key)
        if isinstance(above, Item) and not isinstance(above, AbstractTable):
            end = above.trivia.trail
            above.trivia.trail = f"{end or _LINE_END}{_line(name, value)}{end}"
            break
    return tomlkit.dumps(document)


def _begin_profile(text: str, profile: str, name: str, value: _Value) -> str:
    """Write a table with one setting at the end of the file."""
    import tomlkit

    end = "\r\n" if "\r\n" in text else _LINE_END
    above = f"{text}{'' if text.endswith(end) else end}{end}" if text else ""
    return f"{above}[profiles.{tomlkit.key(profile).as_string()}]{end}{_line(name, value)}{end}"


def _write_anywhere(text: str, profile: str, name: str, value: _Value) -> str:
    """Write a setting where the library puts it."""
    import tomlkit

    document = tomlkit.parse(text)
    table = _find(document, profile)
    if table is not None:
        table[name] = value
    return tomlkit.dumps(document)


def _line(name: str, value: _Value) -> str:
    import tomlkit

    return f"{name} = {tomlkit.item(value).as_string()}"


def _find(document: "Container", profile: str) -> "Container | None":
    """The table that a setting belongs into, if it is there."""
    from tomlkit.items import AbstractTable

    if not profile:
        return document
    profiles = cast("Mapping[str, object]", document).get("profiles")
    if not isinstance(profiles, Mapping):
        return None
    table = cast("Mapping[str, object]", profiles).get(profile)
    return table.value if isinstance(table, AbstractTable) else None
