"""`astravue resources`: the resources that the server offers, and what is in one of them."""

import argparse
import base64
import re
import sys

from agent.commands.columns import write_columns
from agent.commands.common import prepare
from agent.commands.json_lines import write_json
from agent.commands.prompts import ask_server
from agent.drawing.sanitize import strip, strip_line
from agent.errors import ExitCode, ServerError, UsageError
from agent.jsontypes import JsonObject, well_formed
from agent.mentions.seen_names import SeenNames
from agent.server_features import Resource, ResourceContents
from agent.session.features import Features
from agent.wording.addresses import shown_address


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    settings, folders = prepare(arguments)
    uri: str | None = arguments.uri
    if uri is None:

        async def list_resources(features: Features) -> tuple[Resource, ...]:
            return await features.resources()

        resources = ask_server(settings, folders, list_resources)
        uris = (each.uri for each in resources if not each.is_template)
        SeenNames(folders.names_file).keep(settings.server, "resources", uris)
        _write_list(resources, as_json=arguments.json)
    else:
        if "{" in uri:
            raise UsageError(f"{uri} has braces to be filled in.", "Put a value in place of each of them.")

        async def read(features: Features) -> tuple[ResourceContents, ...]:
            listed = await features.resources()
            try:
                return await features.read_resource(uri)
            except ServerError as error:
                # What is not listed may be there all the same, so the server is asked first.
                if any(_leads_to(each, uri) for each in listed):
                    raise
                address = shown_address(settings.server)
                raise UsageError(
                    f"{address} has no resource {strip_line(uri)}.", "See: astravue resources"
                ) from error

        _write_contents(ask_server(settings, folders, read), as_json=arguments.json)
    return ExitCode.DONE


def _leads_to(resource: Resource, uri: str) -> bool:
    """Say whether an address is that of a resource, or may be made of a template."""
    if not resource.is_template:
        return resource.uri == uri
    literals = re.split(r"\{[^{}]*\}", resource.uri)
    return re.fullmatch(".*".join(map(re.escape, literals)), uri) is not None


def _write_list(resources: tuple[Resource, ...], *, as_json: bool) -> None:
    if as_json:
        write_json([_to_json(resource) for resource in resources], indent=1)
        return
    write_columns([(resource.uri, resource.description or resource.title) for resource in resources])


def _write_contents(parts: tuple[ResourceContents, ...], *, as_json: bool) -> None:
    if as_json:
        write_json([_part_to_json(part) for part in parts], indent=1)
    elif sys.stdout.isatty():
        _show(parts)
    else:
        # A file gets what the server sent, to the byte.
        for part in parts:
            sys.stdout.buffer.write(part.data or well_formed(part.text).encode())
        sys.stdout.buffer.flush()


def _show(parts: tuple[ResourceContents, ...]) -> None:
    for part in parts:
        if part.data:
            kind = part.mime_type or "of a type that the server does not say"
            raise UsageError(
                f"{strip_line(part.uri)} is no text: {len(part.data):,} bytes, {strip_line(kind)}.",
                "Send it into a file: astravue resources URI > FILE",
            )
    for part in parts:
        sys.stdout.write(strip(part.text).rstrip("\n") + "\n")


def _to_json(resource: Resource) -> JsonObject:
    return {
        "uri": resource.uri,
        "name": resource.name,
        "title": resource.title,
        "description": resource.description,
        "mime_type": resource.mime_type or None,
        "is_template": resource.is_template,
    }


def _part_to_json(part: ResourceContents) -> JsonObject:
    return {
        "uri": part.uri,
        "mime_type": part.mime_type or None,
        "text": None if part.data else part.text,
        "data": base64.b64encode(part.data).decode("ascii") if part.data else None,
    }
