"""What is asked in the middle of a turn: about a call, and by a server a form, a page or a new sign-in."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from agent.drawing.sanitize import strip, strip_line
from agent.errors import AgentError
from agent.events import (
    ApprovalRequested,
    Decision,
    ElicitationAction,
    ElicitationRequested,
    SignInRequested,
)
from agent.forms.form import Form, FormValue
from agent.jsontypes import JsonObject
from agent.repl.dialogs.approvals import apply_answer
from agent.repl.dialogs.asking import fill_in, fill_in_arguments
from agent.repl.dialogs.filling import FormRequest, Left
from agent.repl.lines import draw_error
from agent.repl.screens.screen import Kind, Screen, Scrollback

_ACTIONS = {Left.DECLINED: ElicitationAction.DECLINED, Left.CANCELLED: ElicitationAction.CANCELLED}
_WORDS = {Left.DECLINED: "declined", Left.CANCELLED: "cancelled"}


class Questions:
    """Asks the user, and puts the answers into the events.

    Args:
        screen: Where to ask.
        scrollback: The screen's scrollback.
        sign_in: Signs in, and returns a sentence that says that it worked.
        open_address: Opens an address in the browser.
    """

    def __init__(
        self,
        screen: Screen,
        scrollback: Scrollback,
        *,
        sign_in: Callable[[], Awaitable[str]],
        open_address: Callable[[str], None],
    ) -> None:
        self._screen = screen
        self._palette = screen.palette
        self._scrollback = scrollback
        self._sign_in = sign_in
        self._open_address = open_address

    async def ask_to_sign_in(self, request: SignInRequested) -> None:
        """Say why a sign-in is needed, and sign in if the user wants to."""
        self._write(f"{self._palette.warning('!')} {strip_line(request.error.message)}")
        if not await self._screen.confirm("Sign in now? What you asked for goes on after it."):
            return
        try:
            sentence = await self._sign_in()
        except AgentError as error:
            self._write(draw_error(error, self._palette))
        else:
            request.signed_in = True
            self._write(strip_line(sentence))

    async def decide(self, request: ApprovalRequested) -> None:
        """Ask about a call; whoever wants to change its arguments first gets a form of them."""
        while True:
            answer = await self._screen.ask_approval(request)
            if answer.decision is not Decision.EDITED:
                apply_answer(request, answer)
                return
            edited = await self._edit(request)
            if edited is not None:
                request.decision, request.edited = Decision.EDITED, edited
                return

    async def _edit(self, request: ApprovalRequested) -> JsonObject | None:
        return await fill_in_arguments(
            self._screen,
            self._scrollback,
            request.tool,
            request.arguments,
            title=f"Change “{strip_line(request.tool.title)}” before it is made",
            send="Show what changes",
            question="Take these values?",
            labels={change.name: change.after for change in request.changes},
        )

    async def elicit(self, request: ElicitationRequested) -> None:
        """Ask for what the server wants to know, or whether to open its page."""
        self._write(
            f"{self._palette.strong(strip_line(request.server))} asks: {strip(request.message).strip()}"
        )
        if request.form is None:
            await self._offer_page(request)
            return
        content = await self._fill_in(request.form, strip_line(request.server))
        if isinstance(content, Left):
            request.action = _ACTIONS[content]
            told = f"Nothing was sent; the server is told that you {_WORDS[content]}."
            self._write(self._palette.warning(told))
        else:
            request.action, request.content = ElicitationAction.ACCEPTED, content

    async def _offer_page(self, request: ElicitationRequested) -> None:
        lines = [f"  Host: {self._palette.strong(strip_line(request.host))}", f"  {strip_line(request.url)}"]
        lines += [f"  {self._palette.warning(warning)}" for warning in odd_about(request.url, request.host)]
        self._write("\n".join(lines))
        if await self._screen.confirm("Open this page in your browser?"):
            self._open_address(request.url)
            self._write("If no browser came up, open the address above in any.")
            request.action = ElicitationAction.ACCEPTED
        else:
            request.action = ElicitationAction.DECLINED

    async def _fill_in(self, form: Form, server: str) -> dict[str, FormValue] | Left:
        if not form.fields:
            return {} if await self._screen.confirm("Agree?") else Left.DECLINED
        return await fill_in(
            self._screen,
            self._scrollback,
            FormRequest(
                f"Your answer to {server}", form, question="Send this to the server?", may_decline=True
            ),
        )

    def _write(self, text: str) -> None:
        self._scrollback.write(Kind.REMARK, text + "\n")


def odd_about(url: str, host: str) -> list[str]:
    """Say what of an address should give pause, a sentence each.

    Args:
        url: The address.
        host: Its host, in ASCII.

    Source: RFC 3986, sections 3.2.1 and 7.6; Unicode Technical Report 36, section 2.
    """
    parts = urlsplit(url)
    said: list[str] = []
    if parts.scheme != "https":
        said.append("The connection to it is not encrypted.")
    if "@" in parts.netloc:
        said.append("A name stands before its host that may pass for another host.")
    if any(label.startswith("xn--") for label in host.split(".")):
        said.append("Its host has letters that may pass for others, and is written as the network writes it.")
    return said
