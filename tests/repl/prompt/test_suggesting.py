"""What is suggested in grey."""

from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document
from prompt_toolkit.history import InMemoryHistory

from agent.repl.commands import COMMANDS
from agent.repl.prompt.suggesting import GhostSuggest


def suggested(text: str, *earlier: str) -> str:
    history = InMemoryHistory()
    buffer = Buffer(history=history)
    suggest = GhostSuggest(lambda: COMMANDS)
    for entry in earlier:
        history.append_string(entry)
    found = suggest.get_suggestion(buffer, Document(text))
    return found.text if found else ""


def test_the_newest_message_that_began_so_goes_on() -> None:
    assert suggested("show", "show my tasks", "list", "show it") == " it"


def test_a_line_of_a_longer_message_goes_on_too() -> None:
    assert suggested("first\nDear", "Hello\nDear Ana,\nthanks") == " Ana,"


def test_a_command_is_suggested_where_no_message_began_so() -> None:
    assert suggested("/sta") == "tus"
    assert suggested("/sta", "/start something") == "rt something"
    assert suggested("text\n/sta") == ""


def test_nothing_is_suggested_for_nothing() -> None:
    assert suggested("", "show") == ""
    assert suggested("  ", "  show") == ""
    assert suggested("xyz", "show") == ""


def test_what_was_sent_since_counts() -> None:
    history = InMemoryHistory()
    buffer, suggest = Buffer(history=history), GhostSuggest(lambda: ())
    assert suggest.get_suggestion(buffer, Document("li")) is None
    history.append_string("list")
    found = suggest.get_suggestion(buffer, Document("li"))
    assert found is not None
    assert found.text == "st"
