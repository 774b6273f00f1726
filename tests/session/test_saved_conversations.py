"""The saved conversations as the chat uses them."""

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from recorded import HEADER, record, spoken
from transcripts.saving import NOW, folders_in, save

from agent.conversation import ToolMessage, UserMessage
from agent.errors import AgentError, UsageError
from agent.known_secrets import KnownSecrets
from agent.session.open_conversation import OpenConversation
from agent.session.saved_conversations import SavedConversations
from agent.settings.settings import Settings
from agent.transcripts.transcript import Transcript


@dataclass
class FakeWindow:
    """A window with one conversation open.

    Args:
        home: Where everything is kept.
        settings: Of the window.
        workspace: Where it is the window of an `astravue try`.
    """

    home: Path
    settings: Settings = field(default_factory=lambda: Settings(server=HEADER.server))
    workspace: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        self.folders = folders_in(self.home)
        self.open = self._opened(None)
        self.conversations = SavedConversations(
            self.settings,
            self.folders,
            current=lambda: self.open,
            go_on_with=self._go_on_with,
            secrets=lambda: KnownSecrets(lambda: ["a-secret-of-ours"]),
            clock=lambda: NOW,
        )

    def _opened(self, transcript: Transcript | None) -> OpenConversation:
        return OpenConversation(
            self.folders,
            self.settings.server,
            transcript,
            profile=self.settings.profile,
            workspace=self.workspace,
            say=lambda _: None,
            clock=lambda: NOW,
        )

    async def _go_on_with(self, transcript: Transcript | None) -> None:
        opened = self._opened(transcript)
        self.open.close()
        self.open = opened


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


@pytest.fixture
def window(tmp_path: Path) -> FakeWindow:
    return FakeWindow(tmp_path)


def test_another_one_is_gone_on_with_and_where_it_was_left_is_known(window: FakeWindow) -> None:
    save(window.folders.sessions, "20261101-000000-0001", ("Plan the launch", "In May."), header=HEADER)
    assert window.conversations.last_turn is None
    assert run(window.conversations.resume("20261101")) == ("Plan the launch", "")
    assert window.conversations.id == "20261101-000000-0001"
    assert window.conversations.last_turn is not None
    assert (window.conversations.last_turn.said, window.conversations.last_turn.answer) == (
        "Plan the launch",
        "In May.",
    )
    with pytest.raises(UsageError, match="This is the conversation that you are in"):
        run(window.conversations.resume("last"))
    window.open.close()


@pytest.mark.parametrize(
    ("changes", "whose"),
    [
        ({"server": "https://other.example.com/mcp"}, "https://other.example.com/mcp, and"),
        ({"profile": "work"}, f"{HEADER.server} as work, and"),
    ],
)
def test_one_of_another_server_or_profile_stays_closed(
    window: FakeWindow, changes: dict[str, str], whose: str
) -> None:
    header = replace(HEADER, **changes)
    save(window.folders.sessions, "20261101-000000-0001", ("Plan", "Yes."), header=header)
    before = window.conversations.id
    with pytest.raises(UsageError, match="That conversation is with") as refused:
        run(window.conversations.resume("last"))
    assert whose in refused.value.message
    assert refused.value.hint == "Open it in another one: astravue --resume 20261101-000000-0001"
    assert window.conversations.id == before


DEMO = {"seed": "demo", "start_time": "2026-11-02T09:00:00+00:00"}
TRIED = replace(HEADER, server="http://127.0.0.1:8633/mcp", workspace=DEMO, profile="try")


def test_one_of_a_demo_company_goes_on_in_another_one_of_the_same_seed(tmp_path: Path) -> None:
    window = FakeWindow(tmp_path, workspace={**DEMO, "start_time": "2026-11-09T09:00:00+00:00"})
    save(window.folders.sessions, "20261101-000000-0001", ("Plan", "Yes."), header=TRIED)
    assert window.conversations.is_here(TRIED)
    title, different = run(window.conversations.resume("last"))
    assert title == "Plan"
    assert different == "The demo company is a new one: what was changed in the other one is not in it."
    assert not window.conversations.is_here(replace(TRIED, workspace={"seed": "large"}))
    window.open.close()


def test_one_of_the_demo_company_that_is_open_is_as_it_was(tmp_path: Path) -> None:
    window = FakeWindow(tmp_path, workspace=DEMO)
    save(window.folders.sessions, "20261101-000000-0001", ("Plan", "Yes."), header=TRIED)
    assert run(window.conversations.resume("last")) == ("Plan", "")
    window.open.close()


@pytest.mark.parametrize("workspace", [{}, {"seed": "large"}])
def test_elsewhere_one_of_a_demo_company_is_told_to_have_ended(
    tmp_path: Path, workspace: dict[str, str]
) -> None:
    window = FakeWindow(tmp_path, workspace=workspace)
    save(window.folders.sessions, "20261101-000000-0001", ("Plan", "Yes."), header=TRIED)
    with pytest.raises(UsageError, match="which has ended") as refused:
        run(window.conversations.resume("last"))
    assert refused.value.hint == (
        "Open a new one, and go on there: astravue try --seed demo, then /resume 20261101-000000-0001"
    )


def test_one_that_another_window_has_open_leaves_this_one_as_it_was(
    window: FakeWindow, tmp_path: Path
) -> None:
    save(window.folders.sessions, "20261101-000000-0001", ("Plan", "Yes."), header=HEADER)
    other = FakeWindow(tmp_path)
    run(other.conversations.resume("last"))
    before = window.conversations.id
    with pytest.raises(AgentError, match="open in another window"):
        run(window.conversations.resume("last"))
    assert window.conversations.id == before
    run(other.conversations.begin())
    run(window.conversations.resume("last"))
    window.open.close()


def test_where_nothing_was_said_there_is_nothing_to_copy_or_to_export(window: FakeWindow) -> None:
    for work in (window.conversations.fork(None), window.conversations.export("md", None, overwrite=False)):
        with pytest.raises(UsageError, match="Nothing was said in this conversation yet"):
            run(work)


def test_the_window_goes_on_with_the_copy(window: FakeWindow) -> None:
    run(record(window.open.recorder, *spoken("One", "Yes."), *spoken("Two", "Yes.")))
    first = window.conversations.id
    origin = run(window.conversations.fork(1))
    assert (origin.id, origin.turn) == (first, 1)
    assert window.conversations.id != first
    run(record(window.open.recorder, *spoken("Another two", "Yes.")))
    saved, problems = run(window.conversations.saved())
    assert {each.id: each.turns for each in saved} == {first: 2, window.conversations.id: 2}
    assert problems == ()
    window.open.close()


def test_an_export_is_named_after_the_conversation_and_holds_no_secret(
    window: FakeWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(window.home)
    run(record(window.open.recorder, *spoken("Hold a-secret-of-ours", "Yes.")))
    path = run(window.conversations.export("html", None, overwrite=False))
    assert path == window.home / f"{window.conversations.id}.html"
    assert "a-secret-of-ours" not in path.read_text()
    with pytest.raises(UsageError, match="is there already"):
        run(window.conversations.export("html", None, overwrite=False))
    run(window.conversations.export("html", None, overwrite=True))
    with pytest.raises(UsageError, match="there is no folder /dev/null"):
        run(window.conversations.export("md", Path("/dev/null/x.md"), overwrite=False))
    with pytest.raises(UsageError, match=r"is a folder\. Name a file in it\."):
        run(window.conversations.export("md", window.home, overwrite=True))
    window.open.close()


def test_contents_are_searched_but_for_the_one_that_is_open(window: FakeWindow) -> None:
    save(window.folders.sessions, "20261101-000000-0001", ("Where?", "In the zebra café."), header=HEADER)
    run(record(window.open.recorder, *spoken("A zebra", "Yes.")))
    assert [each.id for each in run(window.conversations.search("Zebra"))] == ["20261101-000000-0001"]
    window.open.close()


def test_tidying_is_begun_once_and_leaves_what_is_open(tmp_path: Path) -> None:
    window = FakeWindow(tmp_path, Settings(server=HEADER.server, sessions={"keep_days": 30}))
    for id in ("20261101-000000-0001", "20261101-000000-0002"):
        save(window.folders.sessions, id, ("Plan", "Yes."), days_ago=31, header=HEADER)
    run(window.conversations.resume("20261101-000000-0002"))

    async def tidy() -> None:
        window.conversations.tidy()
        window.conversations.tidy()
        await window.conversations.aclose()

    run(tidy())
    assert [path.stem for path in window.folders.sessions.glob("*.jsonl")] == ["20261101-000000-0002"]
    window.open.close()


def test_results_are_told_turn_by_turn_the_newest_first(window: FakeWindow) -> None:
    messages = window.open.messages
    messages.append(UserMessage("First"))
    messages.append(ToolMessage("1", "list_spaces", "", structured={"number": 1}))
    messages.append(ToolMessage("2", "list_tasks", "", structured={"number": 2}))
    messages.append(UserMessage("Thanks"))
    messages.append(UserMessage("Second"))
    messages.append(ToolMessage("3", "list_tasks", "", structured={"number": 3}))
    assert window.conversations.results_by_turn() == [[{"number": 3}], [{"number": 2}, {"number": 1}]]
