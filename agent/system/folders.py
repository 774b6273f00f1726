"""Where the program keeps what it writes.

With `ASTRAVUE_HOME` set everything lies under that one folder; else under the platform's own
folders. Nothing is written anywhere else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_APPLICATION = "astravue-agent"


@dataclass(frozen=True, slots=True)
class Folders:
    """The four folders of an installation; none is created until something is written.

    Args:
        config: `settings.toml` and workflows, written by the user.
        data: The vault, saved conversations and the sandbox's database.
        cache: What can be fetched or computed again: models, prompt states.
        logs: The log file and the audit log.
    """

    config: Path
    data: Path
    cache: Path
    logs: Path

    @property
    def settings_file(self) -> Path:
        """The user's settings."""
        return self.config / "settings.toml"

    @property
    def workflows(self) -> Path:
        """The user's own workflows, one Markdown file each."""
        return self.config / "workflows"

    @property
    def vault_file(self) -> Path:
        """The encrypted file that holds tokens and keys."""
        return self.data / "vault.bin"

    @property
    def sessions(self) -> Path:
        """Saved conversations, one JSON Lines file each."""
        return self.data / "sessions"

    @property
    def results(self) -> Path:
        """Results of tools that were too long for a model, a folder for each conversation."""
        return self.data / "results"

    @property
    def runs(self) -> Path:
        """Runs of evals, a folder for each."""
        return self.data / "runs"

    @property
    def history_file(self) -> Path:
        """What was typed at the prompt."""
        return self.data / "history"

    @property
    def sandbox(self) -> Path:
        """The sandbox's databases."""
        return self.data / "sandbox"

    @property
    def models(self) -> Path:
        """Weights of the embedded model and its saved prompt states."""
        return self.cache / "models"

    @property
    def capabilities_file(self) -> Path:
        """What endpoints were found to refuse."""
        return self.cache / "capabilities.json"

    @property
    def contexts_file(self) -> Path:
        """How much models can read, as their endpoints say."""
        return self.cache / "contexts.json"

    @property
    def calibration_file(self) -> Path:
        """How models count tokens, beside how this machine does."""
        return self.cache / "calibration.json"

    @property
    def names_file(self) -> Path:
        """What servers called their tools, prompts and resources, for completion in a shell."""
        return self.cache / "names.json"

    @property
    def log_file(self) -> Path:
        """What went wrong, in detail and without secrets."""
        return self.logs / "astravue.log"

    @property
    def audit_file(self) -> Path:
        """OAuth operations and tool calls, one JSON line each."""
        return self.logs / "audit.jsonl"


def find_folders(environ: Mapping[str, str]) -> Folders:
    """Find the folders of this installation.

    Args:
        environ: The process environment; `ASTRAVUE_HOME` is read from it.
    """
    home = environ.get("ASTRAVUE_HOME")
    if home:
        root = Path(home).expanduser().absolute()
        return Folders(config=root, data=root / "data", cache=root / "cache", logs=root / "logs")
    import platformdirs

    return Folders(
        config=platformdirs.user_config_path(_APPLICATION, appauthor=False),
        data=platformdirs.user_data_path(_APPLICATION, appauthor=False),
        cache=platformdirs.user_cache_path(_APPLICATION, appauthor=False),
        logs=platformdirs.user_log_path(_APPLICATION, appauthor=False),
    )
