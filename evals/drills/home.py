"""An installation of the program with a login to a sandbox, and the windows that share it."""

import secrets
from pathlib import Path

from agent.demo.consent import sign_in_as
from agent.model.protocol import Model
from agent.session.options import SessionOptions
from agent.session.session import Session
from agent.settings.settings import Settings
from agent.system.folders import Folders, find_folders
from agent.tools.policy import Policy
from evals.drills.sandbox import DrillSandbox

PROFILE = "drill"


class Home:
    """One `ASTRAVUE_HOME`.

    Args:
        folder: Where it lies.
        url: The sandbox's MCP endpoint.
    """

    def __init__(self, folder: Path, url: str) -> None:
        self.url = url
        self.environ = {"ASTRAVUE_HOME": str(folder), "ASTRAVUE_VAULT_KEY": secrets.token_hex(32)}

    @property
    def folders(self) -> Folders:
        """Where things are kept."""
        return find_folders(self.environ)

    def session(self, model: Model) -> Session:
        """Another window: the program's own session, with a model of the drill's."""
        return Session(
            Settings(server=self.url, profile=PROFILE),
            self.folders,
            SessionOptions(policy=Policy(), model=model, record=False),
            environ=self.environ,
        )

    async def sign_in(self, sandbox: DrillSandbox, model: Model) -> None:
        """Sign in through the whole flow, as the person in the browser."""
        session = self.session(model)
        try:
            await sign_in_as(sandbox.user, session)
        finally:
            await session.aclose()
