"""`astravue model test`: whether the model in hand can be used, in one or two small requests."""

import argparse
import asyncio
import sys

from agent.commands.common import prepare
from agent.commands.json_lines import write_json
from agent.commands.progress import STANDARD_ERROR
from agent.commands.stored_keys import open_keys
from agent.drawing.sanitize import strip_line
from agent.errors import ExitCode, ModelError
from agent.jsontypes import JsonObject
from agent.model.check import SECONDS, Report, check_endpoint, report_failure
from agent.model.check_embedded import check_embedded
from agent.model.embedded import is_available
from agent.model.embedded.weights import QWEN_CODER
from agent.model.http_client import ShowRequest
from agent.model.listing import NO_KEY, list_models
from agent.model.selection import Choice, Kind, UnreachedError, choose_model, no_key
from agent.settings.settings import Settings
from agent.system.folders import Folders
from agent.wording.addresses import shown_address

_LISTING_SECONDS = 5.0


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    settings, folders = prepare(arguments)
    show_request = STANDARD_ERROR.write_line if arguments.show_request else None
    as_json = bool(getattr(arguments, "json", False))
    try:
        choice, report = asyncio.run(_check(settings, folders, show_request))
    except ModelError as error:
        if as_json:
            write_json(_to_json(_wanted(settings), _report_on(error)), indent=1)
        raise
    name = choice.name if choice.kind is Kind.ENDPOINT else f"{choice.name} ({QWEN_CODER.name})"
    if as_json:
        write_json(_to_json(choice, report), indent=1)
    else:
        for check in report.checks:
            line = f"{check.name:<9}  {check.outcome.value:<9}  {strip_line(check.text)}"
            sys.stdout.write(f"{line.rstrip()}\n")
    if report.failed is not None:
        raise ModelError(strip_line(f"{name} {report.verdict}."), report.failed.hint)
    if not as_json:
        requests = "1 request" if report.requests == 1 else f"{report.requests} requests"
        sys.stdout.write(strip_line(f"{name} {report.verdict} ({requests}, {report.seconds:.1f} s).") + "\n")
    return ExitCode.DONE


def _wanted(settings: Settings) -> Choice:
    """What was asked for, where no model could be chosen."""
    return Choice(Kind.ENDPOINT, settings.model, settings.base_url)


def _report_on(error: ModelError) -> Report:
    name = "address" if isinstance(error, UnreachedError) else "model"
    return report_failure(name, error.message.rstrip("."), error.hint)


async def _check(
    settings: Settings, folders: Folders, show_request: ShowRequest | None
) -> tuple[Choice, Report]:
    # A key that is given needs no vault.
    stored_key = no_key if settings.api_key else open_keys(folders)
    choice = await choose_model(
        settings, embedded_available=is_available, stored_key=stored_key, show_request=show_request
    )
    try:
        if choice.kind is Kind.EMBEDDED:
            STANDARD_ERROR.show_stage("starting the embedded model")
            return choice, await check_embedded(folders)
        STANDARD_ERROR.show_stage(f"asking {strip_line(choice.name)}, {SECONDS:.0f} s at most")
        return choice, await _check_endpoint(choice, settings, folders, show_request)
    finally:
        STANDARD_ERROR.show_stage("")


async def _check_endpoint(
    choice: Choice, settings: Settings, folders: Folders, show_request: ShowRequest | None
) -> Report:
    from agent.model.opening import open_model

    listing = await list_models(
        choice.base_url, api_key=choice.api_key, seconds=_LISTING_SECONDS, show_request=show_request
    )
    model = open_model(
        choice,
        api=settings.api,
        capabilities_file=folders.capabilities_file,
        show_request=show_request,
    )
    try:
        return await check_endpoint(model, choice.base_url, listing, has_key=choice.api_key != NO_KEY)
    finally:
        await model.aclose()


def _to_json(choice: Choice, report: Report) -> JsonObject:
    return {
        "model": choice.name or None,
        "base_url": shown_address(choice.base_url) or None,
        "verdict": report.verdict,
        "usable": report.failed is None,
        "checks": [
            {"name": check.name, "outcome": check.outcome.value, "text": check.text}
            for check in report.checks
        ],
        "requests": report.requests,
        "seconds": round(report.seconds, 3),
    }
