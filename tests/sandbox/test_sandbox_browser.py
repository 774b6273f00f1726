"""The sign-in and consent page as a person meets it: in Chromium, on a desk and on a telephone."""

import threading
from collections.abc import Generator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from queue import Queue
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.sandbox.sandbox_http import PASSWORD, RunningSandbox
from tests.sandbox.webdriver import ENTER, SECONDS, TAB, Browser, opened_browser

DESKTOP = (1280, 800)
PHONE = (360, 740)
EMAIL = "priya@demo.astravue.example"


@dataclass
class Application:
    """The application that asks for access: it waits for the browser to come back."""

    sandbox: RunningSandbox
    redirect_uri: str
    client_id: str
    answers: Queue[dict[str, str]]

    def page(self) -> str:
        query = self.sandbox.authorization_request(self.client_id, redirect_uri=self.redirect_uri)
        return f"{self.sandbox.issuer}/oauth/authorize?{urlencode(query)}"

    def answer(self) -> dict[str, str]:
        """Waits for the browser to come back and returns what it brought."""
        return self.answers.get(timeout=SECONDS)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Generator[Browser]:
    with opened_browser(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def application(sandbox: RunningSandbox, browser: Browser) -> Generator[Application]:
    answers: Queue[dict[str, str]] = Queue()

    class Callback(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/callback":
                answers.put({name: each[0] for name, each in parse_qs(parts.query).items()})
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<title>Back in the application</title>")

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Callback) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        redirect_uri = f"http://127.0.0.1:{server.server_port}/callback"
        metadata = {"client_name": "Astravue Agent", "redirect_uris": [redirect_uri]}
        client_id: str = sandbox.register(**metadata).json()["client_id"]
        try:
            yield Application(sandbox, redirect_uri, client_id, answers)
        finally:
            browser.open("about:blank")
            server.shutdown()
            thread.join()


def show(browser: Browser, address: str, size: tuple[int, int], picture: Path) -> None:
    browser.resize(*size)
    browser.open(address)
    browser.screenshot(picture)


def fits_the_width(browser: Browser) -> bool:
    return browser.run("return document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def sign_in(browser: Browser, password: str) -> None:
    browser.fill(browser.find("#email"), EMAIL)
    browser.fill(browser.find("#password"), password)
    browser.click(browser.find("button[value=approve]"))


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_person_signs_in_and_approves(
    application: Application, browser: Browser, tmp_path: Path, size: tuple[int, int]
) -> None:
    show(browser, application.page(), size, tmp_path / "sign-in.png")
    assert browser.of(browser.find("h1"), "text") == "Astravue Agent wants to use your workspace"
    assert fits_the_width(browser)
    sign_in(browser, PASSWORD)
    answer = application.answer()
    assert answer["state"] == "a state"
    assert answer["iss"] == application.sandbox.issuer
    tokens = application.sandbox.redeem(
        application.client_id, answer["code"], redirect_uri=application.redirect_uri
    ).json()
    assert application.sandbox.accepts(tokens["access_token"])


def test_a_person_denies_without_typing_anything(application: Application, browser: Browser) -> None:
    browser.open(application.page())
    browser.click(browser.find("button[value=deny]"))
    answer = application.answer()
    assert answer["error"] == "access_denied"
    assert "code" not in answer


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_wrong_password_is_said_and_can_be_put_right(
    application: Application, browser: Browser, tmp_path: Path, size: tuple[int, int]
) -> None:
    browser.resize(*size)
    browser.open(application.page())
    sign_in(browser, "a guess")
    browser.screenshot(tmp_path / "wrong-password.png")
    alert = browser.find("[role=alert]")
    assert browser.of(alert, "displayed")
    assert browser.of(alert, "text") == "The e-mail address or the password is wrong."
    assert browser.of(browser.find("#email"), "property/value") == EMAIL
    assert browser.of(browser.find("#password"), "property/value") == ""
    assert browser.of(browser.find("#password"), "attribute/aria-describedby") == "problem"
    assert fits_the_width(browser)
    browser.fill(browser.find("#password"), PASSWORD)
    browser.click(browser.find("button[value=approve]"))
    assert "code" in application.answer()


def test_everything_has_a_name_for_a_screen_reader(application: Application, browser: Browser) -> None:
    browser.open(application.page())
    named = {
        selector: (
            browser.of(browser.find(selector), "computedrole"),
            browser.of(browser.find(selector), "computedlabel"),
        )
        for selector in ("#email", "#password", "button[value=approve]", "button[value=deny]")
    }
    assert named["#email"] == ("textbox", "E-mail address")
    assert named["#password"] == ("textbox", "Password")
    assert named["button[value=approve]"] == ("button", "Approve")
    assert named["button[value=deny]"] == ("button", "Deny")
    assert browser.run("return document.documentElement.lang") == "en"
    assert browser.run("return document.querySelectorAll('h1').length") == 1
    assert browser.run("return [...document.querySelectorAll('label')].every(each => each.control !== null)")


def test_the_page_needs_no_script_and_nothing_from_elsewhere(
    application: Application, browser: Browser
) -> None:
    browser.open(application.page())
    assert browser.run("return document.scripts.length") == 0
    loaded = browser.run("return performance.getEntriesByType('resource').map(each => each.name)")
    assert loaded == [f"{application.sandbox.issuer}/oauth/style.css"]
    browser.development_command("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(application.page())
        sign_in(browser, PASSWORD)
    finally:
        browser.development_command("Emulation.setScriptExecutionDisabled", value=False)
    assert "code" in application.answer()


def test_the_keyboard_alone_is_enough(application: Application, browser: Browser) -> None:
    browser.open(application.page())
    order: list[str] = []
    for keys in (TAB, EMAIL + TAB, PASSWORD + TAB, TAB):
        browser.press(keys)
        focus = browser.active()
        order.append(browser.of(focus, "computedlabel"))
        assert browser.of(focus, "css/outline-style") == "solid", "the focus cannot be seen"
    assert order == ["E-mail address", "Password", "Approve", "Deny"]
    browser.fill(browser.find("#password"), ENTER)
    assert "code" in application.answer()


def test_targets_are_large_enough_for_a_finger(application: Application, browser: Browser) -> None:
    browser.resize(*PHONE)
    browser.open(application.page())
    for selector in ("#email", "#password", "button[value=approve]", "button[value=deny]"):
        assert browser.of(browser.find(selector), "rect")["height"] >= 44


def test_a_link_that_leads_nowhere_is_explained(
    application: Application, browser: Browser, tmp_path: Path
) -> None:
    address = application.page().replace(application.client_id, "nobody")
    show(browser, address, PHONE, tmp_path / "error.png")
    assert browser.of(browser.find("h1"), "text") == "Sign-in is not possible"
    assert fits_the_width(browser)
    assert application.answers.empty()


def test_a_long_name_of_an_application_stays_on_the_page(application: Application, browser: Browser) -> None:
    metadata = {"client_name": "W" * 100, "redirect_uris": [application.redirect_uri]}
    application.client_id = application.sandbox.register(**metadata).json()["client_id"]
    browser.resize(*PHONE)
    browser.open(application.page())
    assert fits_the_width(browser)
