"""Headless Chromium over the WebDriver protocol (W3C WebDriver level 2)."""

import base64
import re
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
TAB = "\ue004"
ENTER = "\ue007"
SECONDS = 60


@dataclass(frozen=True, slots=True)
class Browser:
    """One window of a browser."""

    http: httpx2.Client
    session: str

    def command(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        content = (body or {}) if method == "POST" else None
        answer = self.http.request(method, f"{self.session}{path}", json=content)
        assert answer.status_code == 200, answer.text[:500]
        return answer.json()["value"]

    def development_command(self, name: str, **parameters: Any) -> None:
        self.command("POST", "/goog/cdp/execute", {"cmd": name, "params": parameters})

    def resize(self, width: int, height: int) -> None:
        """Gives the page that many CSS pixels, as a telephone does at a narrow width."""
        size = {"width": width, "height": height}
        self.development_command(
            "Emulation.setDeviceMetricsOverride", **size, deviceScaleFactor=2, mobile=width < 600
        )

    def open(self, url: str) -> None:
        self.command("POST", "/url", {"url": url})

    def address(self) -> str:
        return self.command("GET", "/url")

    def run(self, script: str) -> Any:
        return self.command("POST", "/execute/sync", {"script": script, "args": []})

    def find(self, selector: str) -> str:
        found = self.command("POST", "/element", {"using": "css selector", "value": selector})
        return found[ELEMENT]

    def active(self) -> str:
        return self.command("GET", "/element/active")[ELEMENT]

    def of(self, element: str, what: str) -> Any:
        """Returns what the browser knows of an element: `text`, `computedlabel`, `property/value`."""
        return self.command("GET", f"/element/{element}/{what}")

    def click(self, element: str) -> None:
        self.command("POST", f"/element/{element}/click")

    def fill(self, element: str, text: str) -> None:
        self.command("POST", f"/element/{element}/value", {"text": text})

    def press(self, keys: str) -> None:
        """Types on the keyboard, into whatever has the focus."""
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.command("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    def screenshot(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self.command("GET", "/screenshot")))


@contextmanager
def opened_browser(profile: Path) -> Generator[Browser]:
    """Starts a driver and a browser with an empty profile, and ends both."""
    with (
        subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, text=True) as driver,
        httpx2.Client(timeout=SECONDS) as http,
    ):
        try:
            address = f"http://127.0.0.1:{_port(driver)}/session"
            options = {"args": [*FLAGS, f"--user-data-dir={profile}"], "binary": "/usr/bin/chromium"}
            wanted = {"browserName": "chrome", "goog:chromeOptions": options}
            answer = http.post(address, json={"capabilities": {"alwaysMatch": wanted}}).json()["value"]
            assert "sessionId" in answer, str(answer)[:500]
            browser = Browser(http, f"{address}/{answer['sessionId']}")
            # How long to look for an element of a page that is on its way.
            browser.command("POST", "/timeouts", {"implicit": SECONDS * 1000})
            try:
                yield browser
            finally:
                http.delete(browser.session)
        finally:
            driver.terminate()


def _port(driver: "subprocess.Popen[str]") -> int:
    assert driver.stdout is not None
    for line in driver.stdout:
        found = re.search(r"started successfully on port (\d+)", line)
        if found:
            return int(found[1])
    raise AssertionError("chromedriver did not start")
