"""What a server asks in the middle of a turn: a form, a page to open, a new sign-in."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from agent.errors import AgentError
from agent.events import ElicitationAction, ElicitationRequested, SignInRequested
from agent.forms import Field, FieldKind, Form, FormValue
from agent.repl.cells import shorten
from agent.repl.lines import draw_error
from agent.repl.sanitize import strip, strip_line
from agent.repl.screen import Kind, Screen, Scrollback

_DECLINE = "/decline"
_CANCEL = "/cancel"
_LONGEST_PROMPT = 30


class _LeftError(Exception):
    """The user does not fill in the form."""

    def __init__(self, action: ElicitationAction) -> None:
        super().__init__(action.value)
        self.action = action


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

    async def elicit(self, request: ElicitationRequested) -> None:
        """Ask for what the server wants to know, or whether to open its page."""
        self._write(
            f"{self._palette.strong(strip_line(request.server))} asks: {strip(request.message).strip()}"
        )
        if request.form is None:
            await self._offer_page(request)
            return
        try:
            request.content = await self._fill_in(request.form)
        except _LeftError as left:
            request.action = left.action
            word = "declined" if left.action is ElicitationAction.DECLINED else "cancelled"
            self._write(self._palette.warning(f"Nothing was sent; the server is told that you {word}."))
        else:
            request.action = ElicitationAction.ACCEPTED

    async def _offer_page(self, request: ElicitationRequested) -> None:
        lines = [f"  Host: {self._palette.strong(strip_line(request.host))}", f"  {strip_line(request.url)}"]
        if urlsplit(request.url).scheme != "https":
            lines.append(f"  {self._palette.warning('The connection to it is not encrypted.')}")
        self._write("\n".join(lines))
        if await self._screen.confirm("Open this page in your browser?"):
            self._open_address(request.url)
            self._write("If no browser came up, open the address above in any.")
            request.action = ElicitationAction.ACCEPTED
        else:
            request.action = ElicitationAction.DECLINED

    async def _fill_in(self, form: Form) -> dict[str, FormValue]:
        if not form.fields:
            if await self._screen.confirm("Agree?"):
                return {}
            raise _LeftError(ElicitationAction.DECLINED)
        self._write(
            self._palette.dim(f"Type {_DECLINE} to say no to the server, {_CANCEL} to leave it open.")
        )
        while True:
            content: dict[str, FormValue] = {}
            for field in form.fields:
                value = await self._read(field)
                if value is not None:
                    content[field.name] = value
            filled = [
                f"  {strip_line(field.title)}: {strip_line(field.show(content[field.name]))}"
                for field in form.fields
                if field.name in content
            ]
            self._write("\n".join(filled) or "  (all fields left out)")
            if await self._screen.confirm("Send this to the server? No begins again."):
                return content

    async def _read(self, field: Field) -> FormValue | None:
        self._write(self._describe(field))
        default = "" if field.default is None else f" [{strip_line(field.show(field.default))}]"
        prompt = shorten(f"{strip_line(field.title)}{default}", _LONGEST_PROMPT)
        while True:
            text = await self._screen.read_line(f"{prompt}: ")
            if text.lower() == _DECLINE:
                raise _LeftError(ElicitationAction.DECLINED)
            if text.lower() == _CANCEL:
                raise _LeftError(ElicitationAction.CANCELLED)
            try:
                return field.read(text)
            except ValueError as error:
                self._write(self._palette.warning(strip_line(str(error))))

    def _describe(self, field: Field) -> str:
        needed = "" if field.required or field.default is not None else ", or nothing to leave it out"
        lines = [f"{self._palette.strong(strip_line(field.title))} {strip_line(field.description)}".rstrip()]
        lines += [f"  {number} {strip_line(choice.label)}" for number, choice in enumerate(field.choices, 1)]
        hint = strip_line(field.hint) + needed
        if field.kind is not FieldKind.TEXT or field.format or needed:
            lines.append(self._palette.dim(f"  {hint}"))
        return "\n".join(lines)

    def _write(self, text: str) -> None:
        self._scrollback.write(Kind.REMARK, text + "\n")
