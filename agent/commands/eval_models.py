"""Chooses the models of `astravue eval run` before it begins, or finds those that a run was begun with."""

import argparse
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from agent.commands.stored_keys import open_keys
from agent.errors import UsageError
from agent.model.selection import OPENAI_BASE_URL, StoredKey, no_key
from agent.settings.settings import COMMAND_LINE, Settings
from agent.system.folders import Folders
from agent.wording.addresses import has_hidden_user, is_same_place, shown_address
from evals.definitions.trial import Kind
from evals.runs.commands import resume_command
from evals.runs.manifest import ASKS_A_MODEL
from evals.runs.run import Manifest
from evals.trials.choosing import JUDGE, PLAY_A_USER, choice_of, settle
from evals.trials.players import Players

_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")


def check_parts(arguments: argparse.Namespace, kind: Kind) -> None:
    """Refuse to name a model that nobody would ask.

    Args:
        arguments: `user_model` and `judge` name models.
        kind: Who plays.

    Raises:
        UsageError: The kind of run asks no such model.
    """
    if arguments.judge and kind not in ASKS_A_MODEL:
        raise UsageError(
            f"No judge is asked in a run of the kind {kind}, as no model answers in it.",
            "Leave --judge out, or try a model: --kind live",
        )
    if arguments.user_model and kind is not Kind.SIMULATED:
        raise UsageError(
            f"No model plays the user in a run of the kind {kind}.",
            "Leave --user-model out, or have a model play the user: --kind simulated",
        )


async def choose_players(
    arguments: argparse.Namespace, settings: Settings, folders: Folders, kind: Kind, before: Manifest | None
) -> Players:
    """Choose the models once, so that all trials ask the same.

    Args:
        arguments: `user_model` and `judge` name models.
        settings: Name the model that answers, and the endpoint of all of them.
        folders: Where keys are kept.
        kind: Who plays.
        before: The run that is gone on with, if one is.

    Raises:
        AgentError: There is no such model, or it cannot do its part.
    """
    if kind not in ASKS_A_MODEL:
        return Players()
    # A key that is given needs no vault.
    stored_key: StoredKey = no_key if settings.api_key else open_keys(folders)

    async def choose(name: str, part: str) -> Settings | None:
        if not name:
            return None
        chosen = await settle(replace(settings, model=name), stored_key=stored_key)
        choice_of(chosen, part)
        return chosen

    judge = arguments.judge or (before.judge if before else "")
    user = arguments.user_model or (before.user_model if before else "")
    answering = await settle(settings, stored_key=stored_key)
    playing = await choose(user, PLAY_A_USER) if kind is Kind.SIMULATED else None
    if kind is Kind.SIMULATED and playing is None:
        choice_of(answering, PLAY_A_USER)
    return Players(answering, playing, await choose(judge, JUDGE))


def settings_to_go_on(settings: Settings, before: Manifest, folders: Folders, path: Path) -> Settings:
    """The settings to go on with a run: its own model and endpoint, where no option names others.

    Args:
        settings: What is asked for now.
        before: What the run was begun with.
        folders: Where runs are kept that this program began here.
        path: The folder of the run.

    Raises:
        UsageError: Its endpoint is not known whole, or a key would be sent where nobody here told to.
    """
    if before.kind not in ASKS_A_MODEL:
        return settings
    if settings.origins.get("model") != COMMAND_LINE:
        settings = replace(settings, model=before.model)
    endpoint = before.endpoint or before.other_endpoint
    if settings.origins.get("base_url") == COMMAND_LINE or not endpoint:
        return settings
    if shown_address(settings.base_url) == endpoint:
        return settings
    if has_hidden_user(endpoint):
        raise UsageError(
            f"The run asked a model at {endpoint}, and the name and the password in front of the host were "
            "not kept.",
            f"Give the whole address: {resume_command(path)} --base-url URL",
        )
    # The folder may come from somebody else, who would like to have the key.
    if settings.api_key and not (path.resolve().is_relative_to(folders.runs.resolve()) or _is_near(endpoint)):
        raise UsageError(
            f"The run asked a model at {endpoint}, which nothing here names, so the key that is given is not "
            "sent there.",
            f"If that is yours: {resume_command(path)} --base-url {endpoint}",
        )
    return replace(settings, base_url=endpoint)


def _is_near(endpoint: str) -> bool:
    """Whether a key may go to an endpoint that only a run names: OpenAI's own, or one of this machine."""
    return is_same_place(endpoint, OPENAI_BASE_URL) or urlsplit(endpoint).hostname in _THIS_MACHINE
