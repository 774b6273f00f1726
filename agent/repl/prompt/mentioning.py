"""What the prompt offers after an @: people, projects, tasks, resources."""

import re
from collections.abc import Callable, Iterable, Sequence

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from agent.drawing.sanitize import strip_line
from agent.mentions.mention import Mention
from agent.mentions.ranking import best
from agent.repl.commands import is_command, is_known
from agent.server_features import Resource

# An address of mail has no space before its @, and a mention that is whole has a parenthesis.
_AT = re.compile(r"(?:^|[\s(\[{\"'“‘])@((?!\s)[^\n@()]{0,60})$")
_MOST = 50


def typed_mention(before: str) -> str | None:
    """What was typed after an @ at the cursor; `None` where nothing is mentioned.

    Args:
        before: The text before the cursor.
    """
    if is_command(before) and is_known(before):
        return None
    found = _AT.search(before)
    return None if found is None else found[1]


class MentionCompleter:
    """Completes mentions.

    Args:
        offer: What is known that fits.
        resources: The server's resources, as far as they are known.
    """

    def __init__(
        self, offer: Callable[[str], Sequence[Mention]], resources: Callable[[], Sequence[Resource]]
    ) -> None:
        self._offer = offer
        self._resources = resources

    def complete(self, typed: str) -> list[Completion]:
        """Offer what may be meant.

        Args:
            typed: What follows the @ at the cursor.
        """
        place = -len(typed) - 1
        things = [
            Completion(
                f"{each.text} ",
                start_position=place,
                display=each.name,
                display_meta=" · ".join(filter(None, [f"{each.kind} {each.id}", strip_line(each.where)])),
            )
            for each in self._offer(typed.strip())
        ]
        listed = [each for each in self._resources() if not each.is_template]
        resources = [
            Completion(
                f"@{each.uri} ",
                start_position=place,
                display=strip_line(each.title),
                display_meta=f"resource · {strip_line(each.uri)}",
            )
            for each in best(typed.strip(), listed, lambda each: (each.uri, each.title), _MOST)
        ]
        return [*things, *resources]


class PromptCompleter(Completer):
    """Completes whatever stands at the cursor.

    Args:
        slash: For commands.
        mentions: For mentions.
    """

    def __init__(self, slash: Completer, mentions: MentionCompleter) -> None:
        self._slash = slash
        self._mentions = mentions

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """Offer what may stand at the cursor."""
        typed = typed_mention(document.text_before_cursor)
        if typed is not None:
            return self._mentions.complete(typed)
        return self._slash.get_completions(document, complete_event)
