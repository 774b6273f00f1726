"""Fills in the sandbox's sign-in form, for the demo user whose both ends are on this machine.

It is a browser in small: it opens the authorization address, finds the form, and sends it back with
cookies, hidden fields, e-mail address and password. It is never used with any other server.
"""

from html.parser import HTMLParser
from urllib.parse import urljoin

from agent.demo.sandbox_process import DemoUser
from agent.errors import SignInError
from agent.session.session import Session


class _FormReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "form":
            self.action = attributes.get("action") or ""
        elif tag == "input" and attributes.get("type") == "hidden":
            self.fields[attributes.get("name") or ""] = attributes.get("value") or ""


async def approve_as(user: DemoUser, address: str) -> None:
    """Open an authorization address, sign in as a demo user, approve, and follow the redirect home.

    Args:
        user: Who signs in.
        address: The authorization request.

    Raises:
        SignInError: The sandbox did not show its form, or did not take the answer.
    """
    import httpx2

    from agent.system.authorities import trusted_authorities

    verify = trusted_authorities(trust_env=False)
    try:
        async with httpx2.AsyncClient(verify=verify, timeout=30.0, trust_env=False) as browser:
            page = await browser.get(address)
            form = _FormReader()
            form.feed(page.text)
            answer = {**form.fields, "email": user.email, "password": user.password, "decision": "approve"}
            target = urljoin(str(page.url), form.action)
            redirect = await browser.post(target, data=answer)
            if page.status_code != 200 or not redirect.is_redirect:
                raise SignInError(
                    f"The sandbox did not accept the sign-in as {user.name} (HTTP {redirect.status_code}).",
                    "Sign in yourself: astravue try --browser",
                )
            await browser.get(redirect.headers["location"])
    except httpx2.HTTPError as error:
        raise SignInError(f"The sandbox's sign-in page cannot be reached ({error}).") from error


async def sign_in_as(user: DemoUser, session: Session) -> None:
    """Sign a session in to a sandbox that has just started, through the real OAuth flow.

    Raises:
        AgentError: The sign-in did not work.
    """

    async def approve(address: str) -> None:
        await approve_as(user, address)

    # A sandbox that starts afresh knows nothing of what an earlier one granted.
    await session.signing_in.forget()
    await session.signing_in.login(_show_nothing, None, open_browser=approve)


def _show_nothing(_: str) -> None:
    """Nobody has to open the address."""
