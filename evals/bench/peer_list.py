"""The programs that run the same turn, and how each of them is told of the server and the model.

Each gets a home of its own, so that nothing of the user's installation is read or written. All of them are
told to ask nobody, since nobody is there; what they would fetch from the network at each start is turned
off where they let one.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.bench.endpoint import KEY, MODEL, QUESTION

_SERVER = "astravue"
_TOKEN_VARIABLE = "ASTRAVUE_BENCH_TOKEN"


@dataclass(frozen=True, slots=True)
class Place:
    """Where one of them runs.

    Args:
        home: Its home folder.
        project: Its working folder.
        url: The MCP server.
        token: An access token for it.
        base_url: The model's endpoint.
    """

    home: Path
    project: Path
    url: str
    token: str
    base_url: str


@dataclass(frozen=True, slots=True)
class Start:
    """How it is started: arguments behind its command, and what is added to the environment."""

    arguments: Sequence[str]
    environ: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Peer:
    """One program.

    Args:
        command: Its command.
        package: Its package in the registry.
        version: The version that is installed.
        registry: “PyPI” or “npm”.
        configure: Writes its settings and says how it is started.
        python: The oldest Python that this version runs on.
    """

    command: str
    package: str
    version: str
    registry: str
    configure: Callable[[Place], Start]
    python: str = "3.11"


def _fast_agent(place: Place) -> Start:
    arguments = ["go", "--no-home", "--url", place.url, "--auth", place.token]
    arguments += ["--model", f"generic.{MODEL}", "--base-url", place.base_url, "--message", QUESTION]
    return Start(arguments, {"GENERIC_API_KEY": KEY})


def _gptme(place: Place) -> Start:
    settings = place.home / ".config" / "gptme" / "config.toml"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(
        "[prompt]\n[env]\n[mcp]\nenabled = true\nauto_start = true\n[[mcp.servers]]\n"
        f'name = "{_SERVER}"\nurl = "{place.url}"\n'
        f'headers = {{ Authorization = "Bearer {place.token}" }}\n',
        encoding="utf-8",
    )
    arguments = ["--non-interactive", "--tool-format", "tool", "--model", f"local/{MODEL}", QUESTION]
    return Start(arguments, {"OPENAI_BASE_URL": place.base_url, "OPENAI_API_KEY": KEY})


def _codex(place: Place) -> Start:
    settings = place.home / ".codex" / "config.toml"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(
        f'model = "{MODEL}"\nmodel_provider = "bench"\n'
        '[model_providers.bench]\nname = "bench"\nwire_api = "responses"\nenv_key = "OPENAI_API_KEY"\n'
        f'base_url = "{place.base_url}"\n'
        f'[mcp_servers.{_SERVER}]\nurl = "{place.url}"\nbearer_token_env_var = "{_TOKEN_VARIABLE}"\n',
        encoding="utf-8",
    )
    arguments = ["exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", QUESTION]
    return Start(arguments, {"OPENAI_API_KEY": KEY, _TOKEN_VARIABLE: place.token})


def _opencode(place: Place) -> Start:
    model = f"bench/{MODEL}"
    provider = {
        "npm": "@ai-sdk/openai-compatible",
        "options": {"baseURL": place.base_url, "apiKey": KEY},
        "models": {MODEL: {"name": MODEL}},
    }
    headers = {"Authorization": f"Bearer {place.token}"}
    settings = {
        "provider": {"bench": provider},
        "model": model,
        "small_model": model,
        "autoupdate": False,
        "share": "disabled",
        "mcp": {_SERVER: {"type": "remote", "url": place.url, "oauth": False, "headers": headers}},
    }
    (place.project / "opencode.json").write_text(json.dumps(settings), encoding="utf-8")
    arguments = ["run", "--dir", str(place.project), "--title", "bench", "--model", model, QUESTION]
    return Start(
        arguments,
        {"OPENCODE_DISABLE_MODELS_FETCH": "1", "OPENCODE_DISABLE_AUTOUPDATE": "1"},
    )


PEERS = (
    Peer("fast-agent", "fast-agent-mcp", "0.10.48", "PyPI", _fast_agent, "3.13"),
    Peer("gptme", "gptme", "0.35.1", "PyPI", _gptme),
    Peer("codex", "@openai/codex", "0.169.0", "npm", _codex),
    Peer("opencode", "opencode-ai", "1.18.33", "npm", _opencode),
)
