"""A sign-in on a machine without a browser, as over SSH: the address is opened elsewhere and pasted back."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.end_to_end.program import ASTRAVUE, Program
from tests.end_to_end.terminal.people import approve_elsewhere
from tests.terminal_window import TerminalWindow

ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/oauth/authorize\?\S+")


def test_the_terminal_says_what_to_paste_and_takes_it(program: Program, server: dict[str, Any]) -> None:
    environ = {**program.environ, "ASTRAVUE_SERVER": server["url"], "LANG": "C.UTF-8"}
    environ.pop("TERM", None)
    # Wide enough for the address on one line.
    window = TerminalWindow([*ASTRAVUE, "login", "--no-browser"], environ, program.home, columns=600, rows=20)
    try:
        window.wait_for("Paste the address that the browser ends at (it is not shown); Ctrl-C gives up.")
        address = ADDRESS.search(window.text)
        assert address is not None
        window.press("this is not it\r")
        window.wait_for("That is not the address that the browser ends at. Paste the whole of it.")
        answer = approve_elsewhere(address[0], server["users"][0])
        window.press(f"{answer}\r")
        assert window.wait_end() == 0, window.text
    finally:
        window.child.close(force=True)
    assert f"Signed in to {server['url']}." in window.text
    assert window.text.count("Paste the address") == 1
    assert "this is not it" not in window.text
    assert "/callback?" not in window.text
    assert parse_qs(urlsplit(answer).query)["code"][0] not in window.text
