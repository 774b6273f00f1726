"""A conversation as one HTML file: in a browser nothing runs, nothing is fetched, and it can be read."""

import threading
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import UTC
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from export.exported import hostile, transcript

from agent.export.html import write_html
from agent.export.reading import make_document
from agent.export.redaction import make_cleaner
from tests.sandbox.webdriver import Browser, opened_browser

DESKTOP = (1280, 800)
PHONE = (360, 740)
CONTRAST = """
const light = value => { const c = value.match(/[\\d.]+/g).slice(0, 3).map(x => x / 255)
  .map(x => x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
  return 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2]; };
const back = element => { for (let e = element; e; e = e.parentElement) {
  const c = getComputedStyle(e).backgroundColor; if (!/, 0\\)$/.test(c)) return c; } };
const texts = document.querySelectorAll('h1, h2, p, li, td, th, a, dt, dd, summary, code, .said');
return Math.min(...[...texts].map(e => {
  const [a, b] = [light(getComputedStyle(e).color), light(back(e))].sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05); }));
"""


@dataclass
class Listener:
    """Notes who asks for anything."""

    address: str = ""
    asked: list[str] = field(default_factory=list[str])


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Generator[Browser]:
    with opened_browser(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def listener() -> Generator[Listener]:
    heard = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        heard.address = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield heard
        server.shutdown()


def write(path: Path, text: str) -> str:
    """Export a conversation with a text wherever one can stand; returns the file's address."""
    path.write_text(write_html(make_document(transcript(text), make_cleaner(), UTC)), encoding="utf-8")
    return path.as_uri()


def test_nothing_runs_and_nothing_is_fetched(browser: Browser, listener: Listener, tmp_path: Path) -> None:
    browser.resize(*DESKTOP)
    browser.open(write(tmp_path / "hostile.html", hostile(listener.address)))
    browser.run("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert browser.run("return document.title").startswith("About")
    kinds = "script, img, iframe, link, object, embed, svg, form, base, [onerror], [onload], [onmouseover]"
    assert browser.run(f"return document.querySelectorAll('{kinds}').length") == 0
    addresses = browser.run("return [...document.querySelectorAll('a')].map(each => each.protocol)")
    assert set(addresses) <= {"http:", "https:"}
    # Even a script that were in it would not run.
    browser.run(
        "const made = document.createElement('script'); made.textContent = \"document.title = 'owned'\";"
        "document.body.append(made);"
        f"const image = document.createElement('img'); image.src = '{listener.address}/late';"
        "document.body.append(image)"
    )
    assert browser.run("return document.title").startswith("About")
    assert listener.asked == []


def test_what_was_said_is_all_there(browser: Browser, tmp_path: Path) -> None:
    browser.resize(*DESKTOP)
    browser.open(write(tmp_path / "plain.html", "the <relaunch>"))
    assert browser.run("return document.querySelector('h1').innerText") == "About the <relaunch>"
    assert browser.run("return document.querySelector('.said').innerText") == "About the <relaunch>"
    assert browser.run("return document.querySelector('.answer strong').innerText") == "look"
    assert browser.run("return document.querySelectorAll('main > h2').length") == 2
    # Calls are folded, with their outcome in sight.
    folded = "[...document.querySelectorAll('details')].filter(each => !each.open)"
    assert browser.run(f"return {folded}.map(each => each.querySelector('summary').innerText)") == [
        "the <relaunch> · done",
        "the <relaunch> · failed",
        "What was sent",
    ]
    heads = browser.run("return [...document.querySelectorAll('details th')].map(each => each.scope)")
    assert set(heads) == {"col"}
    assert "Allowed by the user." in browser.run("return document.querySelector('details').textContent")
    assert "1,200 tokens in, 34 out" in browser.run("return document.body.innerText")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_read_in_light_and_in_dark(browser: Browser, tmp_path: Path, scheme: str) -> None:
    browser.development_command(
        "Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}]
    )
    browser.open(write(tmp_path / "scheme.html", "[a link](https://example.com) in words"))
    browser.run("document.querySelectorAll('details').forEach(each => each.open = true)")
    back = browser.run("return getComputedStyle(document.body).backgroundColor")
    assert back == {"light": "rgb(255, 255, 255)", "dark": "rgb(13, 17, 23)"}[scheme]
    # WCAG 2.2, 1.4.3.
    assert browser.run(CONTRAST) >= 4.5


def test_it_fits_a_telephone(browser: Browser, tmp_path: Path) -> None:
    browser.resize(*PHONE)
    browser.open(write(tmp_path / "phone.html", "unbroken" * 60))
    browser.run("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert browser.run("return document.documentElement.scrollWidth <= window.innerWidth")
    # Words of tables stay whole; what is wider is scrolled.
    cells = "[...document.querySelectorAll('details th')]"
    assert browser.run(f"return Math.max(...{cells}.map(each => each.clientHeight))") < 2 * 30
    browser.resize(*DESKTOP)
