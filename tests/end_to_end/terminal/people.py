"""Who sits before the terminal: somebody with a browser here, somebody with one elsewhere, nobody."""

import html
import re
import sys
from urllib.parse import urljoin

import httpx2

from tests.end_to_end.program import Program

SIZES = [(80, 24), (120, 40), (40, 20)]
"""The usual window, a large one, and half of a small one."""


def give_browser(program: Program, user: dict[str, str]) -> None:
    """Give the program a browser in which a demo user approves whatever is asked."""
    browser = program.home / "browser"
    arguments = ", ".join(repr(user[key]) for key in ("email", "name", "password"))
    browser.write_text(
        f"#!{sys.executable} -P\n"
        "import sys\n\nimport anyio\n\n"
        "from agent.demo.consent import approve_as\nfrom agent.demo.sandbox_process import DemoUser\n\n"
        f"anyio.run(approve_as, DemoUser({arguments}), sys.argv[1])\n"
    )
    browser.chmod(0o700)
    program.environ["BROWSER"] = str(browser)


def take_browser_away(program: Program) -> None:
    """Leave the program on a machine where no browser can be opened."""
    program.environ["BROWSER"] = "false"


def approve_elsewhere(address: str, user: dict[str, str]) -> str:
    """Approve in a browser on another machine; return the address that it ends at and cannot open."""
    with httpx2.Client(trust_env=False) as browser:
        page = browser.get(address).raise_for_status()
        hidden = re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', page.text)
        fields = {html.unescape(name): html.unescape(value) for name, value in hidden}
        person = {"email": user["email"], "password": user["password"], "decision": "approve"}
        answer = browser.post(urljoin(str(page.url), "/oauth/authorize"), data={**fields, **person})
        assert answer.is_redirect
        return answer.headers["location"]
