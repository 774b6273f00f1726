"""`astravue login`, with a browser that does nothing but follow."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.end_to_end.program import Program
from tests.second_servers.guest import Home
from tests.second_servers.running import Served

_FOLLOW = "import sys, httpx2; httpx2.get(sys.argv[1], follow_redirects=True, timeout=30)"
BROWSER = f"{sys.executable} -c '{_FOLLOW}' %s"


@dataclass(frozen=True)
class SignedIn:
    """An installation that signed in.

    Args:
        program: Its command line.
        ended: How `astravue login` ended.
        home: The same installation for a window in this process.
    """

    program: Program
    ended: subprocess.CompletedProcess[str]
    home: Home


def sign_in(folder: Path, served: Served) -> SignedIn:
    """Run `astravue login`.

    Args:
        folder: Where everything of the installation is to lie.
        served: The server.
    """
    program = Program(folder)
    program.environ["ASTRAVUE_SERVER"] = served.url
    ended = program.run("login", BROWSER=BROWSER)
    return SignedIn(program, ended, Home(program.state, served.url, program.environ["ASTRAVUE_VAULT_KEY"]))
