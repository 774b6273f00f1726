"""What the chat needs of the program behind it, and nothing else of it."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from agent.available_models.records import ListedModels
from agent.context.report import ContextReport
from agent.doctor.finding import Finding
from agent.events import Event
from agent.jsontypes import JsonObject, JsonValue
from agent.mentions.mention import Mention
from agent.repl.undoing import UndoHost
from agent.server_features import Prompt, PromptText, Resource, ResourceContents
from agent.session.standing import Standing
from agent.tools.policy import Policy
from agent.tools.tool import Tool
from agent.transcripts.header import Header, Origin
from agent.transcripts.saved import Saved
from agent.transcripts.turns import Turn
from agent.usage.ledger import Ledger


class FeaturesHost(Protocol):
    """What the server offers beside tools.

    Each method raises an `AgentError` if the server cannot be asked.
    """

    async def prompts(self) -> tuple[Prompt, ...]:
        """List the prompts."""
        ...

    async def get_prompt(self, name: str, arguments: dict[str, str]) -> PromptText:
        """Fill in a prompt."""
        ...

    async def suggest(self, prompt: str, argument: str, given: dict[str, str]) -> tuple[str, ...]:
        """The values that an argument of a prompt may take, as far as the server suggests some."""
        ...

    async def resources(self) -> tuple[Resource, ...]:
        """List the resources, then the templates of resources."""
        ...

    async def read_resource(self, uri: str) -> tuple[ResourceContents, ...]:
        """Read a resource."""
        ...

    async def template_names(self, template: str) -> tuple[str, ...]:
        """The values that the address of a template wants."""
        ...

    async def fill_template(self, template: str, values: Mapping[str, str]) -> str:
        """The address that a template and its values make."""
        ...


class MentionsHost(Protocol):
    """Finding people, projects and tasks by their names."""

    problem: str
    """Why nothing is looked up now, one sentence; empty while all is well."""

    def offer(self, typed: str) -> Sequence[Mention]:
        """What is known that fits what was typed; more is looked for meanwhile."""
        ...

    def on_arrival(self, arrived: Callable[[], None]) -> None:
        """Have somebody told when more is known."""
        ...


class SigningInHost(Protocol):
    """Signing in and out."""

    async def login(self, show: Callable[[str], None], read_pasted: Callable[[], Awaitable[str]]) -> str:
        """Sign in.

        Args:
            show: Puts a line before the user, such as the address to open.
            read_pasted: Waits for a line that the user pastes; it is kept out of the history.

        Returns:
            A sentence that says that it worked.

        Raises:
            AgentError: The sign-in was refused, abandoned or impossible.
        """
        ...

    async def logout(self) -> str:
        """Sign out and return a sentence that says that it worked.

        Raises:
            AgentError: The sign-in could not be removed.
        """
        ...


class ConversationsHost(Protocol):
    """The saved conversations, one of which is open; nothing of them leaves this machine."""

    @property
    def id(self) -> str:
        """The conversation that is open."""
        ...

    @property
    def last_turn(self) -> Turn | None:
        """The last turn of the conversation, as it was when it was resumed."""
        ...

    def results_by_turn(self) -> Sequence[Sequence[JsonValue]]:
        """The structured results of each turn that has some, the newest turn and result first."""
        ...

    async def saved(self) -> tuple[tuple[Saved, ...], tuple[str, ...]]:
        """Those that are saved, the last used first, and one sentence for each file that cannot be read."""
        ...

    async def search(self, text: str) -> tuple[Saved, ...]:
        """Those in which all words of a text were said or answered, without this one."""
        ...

    def is_here(self, header: Header) -> bool:
        """Whether a conversation is with what this window is connected to."""
        ...

    async def resume(self, wanted: str) -> tuple[str, str]:
        """Leave this conversation as it is saved, and go on with another one.

        Args:
            wanted: Its id, a beginning of it, or “last”.

        Returns:
            Its title, and what is different from when it was left; mostly empty.

        Raises:
            AgentError: There is no such conversation, it cannot be read, another window has it, it is with
                another server, or it is this one; nothing is changed then.
        """
        ...

    async def begin(self) -> None:
        """Leave this conversation as it is saved, and begin a new one."""
        ...

    async def fork(self, turn: int | None) -> Origin:
        """Go on with a new conversation that begins as this one did; this one stays as it is.

        Args:
            turn: The last turn to share, counted from 1; all of them when left out.

        Returns:
            What it was forked from.

        Raises:
            AgentError: Nothing was said yet, there is no such turn, or it cannot be written.
        """
        ...

    async def export(self, form: str, path: Path | None, *, overwrite: bool) -> Path:
        """Write this conversation as a document, without secrets.

        Args:
            form: “md” or “html”.
            path: The file; one named after the conversation in the working folder when left out.
            overwrite: A file that is there may be replaced.

        Returns:
            The file.

        Raises:
            AgentError: Nothing was said yet, there is such a file already, or it cannot be written.
        """
        ...


class ModelHost(Protocol):
    """The models that there are."""

    async def list(self) -> ListedModels:
        """Ask every place for its models.

        Raises:
            AgentError: The sign-in or the stored keys cannot be opened.
        """
        ...

    async def use(self, name: str) -> str:
        """Answer with another model from the next turn on; the conversation goes on.

        Returns:
            The model, and why it is this one.

        Raises:
            AgentError: It cannot be used; the one before stays.
        """
        ...


class TokenHost(Protocol):
    """What the conversation takes."""

    @property
    def ledger(self) -> Ledger:
        """What each turn took."""
        ...

    async def context(self) -> ContextReport:
        """Tell where the tokens of the next request go.

        Raises:
            AgentError: Something is missing, or the server cannot list its tools.
        """
        ...


class Host(UndoHost, Protocol):
    """The program behind the chat: the model, the workspace and the sign-in.

    The chat calls `start` once, right after the prompt is drawn, and `aclose` once when it leaves.
    It stops a turn by cancelling the task that reads the generator, and closes the generator in
    any case; whatever arrives until the generator ends is still shown.
    """

    @property
    def ready(self) -> bool:
        """Whether the libraries are loaded, the workspace connected and the model usable."""
        ...

    @property
    def standing(self) -> Standing:
        """What it is doing and what it took so far; read often, so it only looks things up."""
        ...

    @property
    def features(self) -> FeaturesHost:
        """The server's prompts and resources."""
        ...

    @property
    def mentions(self) -> MentionsHost:
        """People, projects and tasks by their names."""
        ...

    @property
    def signing_in(self) -> SigningInHost:
        """Signing in and out."""
        ...

    @property
    def conversations(self) -> ConversationsHost:
        """The saved conversations."""
        ...

    @property
    def models(self) -> ModelHost:
        """The models that there are."""
        ...

    @property
    def tokens(self) -> TokenHost:
        """What the conversation takes."""
        ...

    @property
    def policy(self) -> Policy:
        """The standing decisions about writes."""
        ...

    def last_results(self) -> Sequence[tuple[str, JsonValue]]:
        """The structured results of this conversation, newest first, each with its tool's name."""
        ...

    async def start(self) -> None:
        """Load, connect and warm up, without holding the event loop.

        Raises:
            AgentError: Something is missing; shown as one line, and the chat goes on.
        """
        ...

    def turn(self, text: str, tools: Sequence[str] = (), typed: str = "") -> AsyncGenerator[Event, None]:
        """Answer a message of the user; waits until ready, with a `Notice` meanwhile.

        Args:
            text: The message.
            tools: Globs of tools that it takes, offered to the model at once.
            typed: What the user typed, where the message was made from it.
        """
        ...

    def call(self, name: str, arguments: JsonObject) -> AsyncGenerator[Event, None]:
        """Call one tool by hand, with the same approvals and events as in a turn."""
        ...

    def compact(self, *, undo: bool = False) -> AsyncGenerator[Event, None]:
        """Summarise all but the last turns for the model, or take the last summary back.

        Args:
            undo: Take it back.

        Raises:
            AgentError: There is nothing to do, or it could not be done; everything is as it was.
        """
        ...

    async def tools(self) -> tuple[Tool, ...]:
        """List the server's tools.

        Raises:
            AgentError: The server cannot be asked.
        """
        ...

    async def status(self) -> tuple[tuple[str, str], ...]:
        """Describe the present state as pairs of a label and a value."""
        ...

    def examine(self) -> AsyncGenerator[Finding, None]:
        """Find out what may be wrong, and what helps; nothing is changed."""
        ...

    def open_address(self, address: str) -> None:
        """Open an address in the browser, without waiting for it."""
        ...

    async def aclose(self) -> None:
        """Close connections and stop what was started."""
        ...
