"""Makes a document out of a transcript: what people would want to read of it, without secrets."""

from collections.abc import Iterator
from datetime import datetime, tzinfo

from agent.drawing.identifiers import in_words
from agent.events import KEPT_BACK
from agent.export.document import Answered, Called, Document, Entry, Noted, Said
from agent.export.redaction import Clean
from agent.export.tables import read_table
from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.model.protocol import Usage
from agent.transcripts.lines import text_of
from agent.transcripts.transcript import Transcript
from agent.usage.words import describe_usage
from agent.wording.addresses import shown_address

DONE = "done"
"""The outcome of a call that did what it does."""

_OUTCOMES = {
    "succeeded": DONE,
    "failed": "failed",
    "invalid": "failed: the arguments were wrong",
    "declined": "declined",
    "unknown": "no answer came; it may or may not have happened",
}
_DECISIONS = {
    "allowed": "Allowed by the user.",
    "allowed_for_session": "Allowed by the user, for the whole session.",
    "allowed_always": "Allowed by the user, for good.",
    "allowed_by_rule": "Allowed by a rule of the user's.",
    "declined": "Declined by the user.",
    "denied_by_rule": "Denied by a rule of the user's.",
    "edited": "The user changed the arguments.",
}

_REFUSED = "refused"
_NOT_ASKED = "Refused without asking, as its arguments held a secret of this program."


def make_document(transcript: Transcript, clean: Clean, zone: tzinfo | None = None) -> Document:
    """Make a document of a conversation.

    Args:
        transcript: The conversation.
        clean: Takes out of a text what is not to be shown: secrets, and what would steer a terminal.
        zone: Of the times; this machine's when left out.
    """
    header = transcript.header
    begun = datetime.fromtimestamp(header.created, zone).astimezone(zone)
    facts = [
        ("Conversation", header.id),
        ("Begun", f"{begun:%Y-%m-%d %H:%M}"),
        ("Server", shown_address(header.server)),
        ("Model", header.model),
    ]
    if header.forked_from is not None:
        facts.append(("Forked from", f"{header.forked_from.id}, after turn {header.forked_from.turn}"))
    return Document(
        clean(transcript.title),
        tuple((label, clean(value)) for label, value in facts if value),
        tuple(_Reader(clean, zone).read(transcript)),
    )


class _Reader:
    """Reads the events one after the other.

    Args:
        clean: Takes out of a text what is not to be shown.
        zone: Of the times.
    """

    def __init__(self, clean: Clean, zone: tzinfo | None) -> None:
        self._clean = clean
        self._zone = zone
        self._questions: dict[str, list[str]] = {}

    def read(self, transcript: Transcript) -> Iterator[Entry]:
        """The entries, in order."""
        for turn in transcript.turns:
            yield self._said(turn.number, turn.events[0])
            for event in turn.events[1:]:
                yield from self._entry(event)

    def _said(self, number: int, event: JsonObject) -> Said:
        typed, text, time = text_of(event, "typed"), text_of(event, "text"), event.get("time")
        at = datetime.fromtimestamp(time, self._zone) if isinstance(time, int | float) else None
        return Said(number, self._clean(typed or text), self._clean(text) if typed else "", at)

    def _entry(self, event: JsonObject) -> Iterator[Entry]:
        kind, text = text_of(event, "type"), self._clean(text_of(event, "text"))
        match kind:
            case "step_finished" | "step_interrupted" if text.strip():
                yield Answered(text, interrupted=kind == "step_interrupted")
            case "approval_requested":
                self._ask(event)
            case "tool_call_finished":
                yield self._called(event)
            case "compacted":
                yield Noted(f"{event.get('covers')} messages were summarised for the model: {text}")
            case "compaction_undone":
                yield Noted("The summary was taken back.")
            case "notice" | "server_log" if text:
                yield Noted(text)
            case "wait_started":
                yield Noted(f"{self._clean(text_of(event, 'reason'))}; waited {event.get('seconds')} s.")
            case "elicitation_requested":
                asked, action = self._clean(text_of(event, "message")), text_of(event, "action")
                yield Noted(f"{self._clean(text_of(event, 'server'))} asked: {asked} ({action})")
            case "sign_in_requested":
                yield Noted(
                    "A sign-in was asked for; " + ("done." if event.get("signed_in") else "not done.")
                )
            case "turn_finished" | "turn_failed":
                yield from self._ended(event)
            case "turn_interrupted":
                yield Noted("The turn was interrupted.", is_problem=True)
            case _:
                pass

    def _ask(self, event: JsonObject) -> None:
        details = event.get("details")
        lines = [
            text_of(event, "summary"),
            *(str(each) for each in (details if isinstance(details, list) else [])),
        ]
        changes = event.get("changes")
        lines += [_change(each) for each in (changes if isinstance(changes, list) else [])]
        lines += [text_of(event, "because"), text_of(event, "undo")]
        lines.append(_DECISIONS.get(text_of(event, "decision"), ""))
        asked = self._questions.setdefault(text_of(event, "call_id"), [])
        # An argument stands among the details as well as among the changes.
        asked += dict.fromkeys(self._clean(line) for line in lines if line)

    def _called(self, event: JsonObject) -> Called:
        call = event.get("call")
        call = call if is_object(call) else {}
        table = read_table(event.get("structured"), self._clean, self._zone)
        questions = self._questions.pop(text_of(call, "id"), [])
        rule, outcome = text_of(event, "rule"), text_of(event, "outcome")
        decision = _DECISIONS.get(text_of(event, "decision"), "")
        if rule == KEPT_BACK:
            outcome, decision = _REFUSED, _NOT_ASKED
        elif rule:
            decision = f"{decision} ({self._clean(rule)})".strip()
        return Called(
            title=self._clean(in_words(text_of(event, "title") or text_of(call, "name"))),
            outcome=_OUTCOMES.get(outcome, outcome),
            arguments=self._clean(text_of(call, "arguments")),
            questions=tuple(questions),
            decision="" if decision in questions else decision,
            table=table,
            text=self._clean(text_of(event, "text")),
            tool=self._clean(text_of(call, "name")),
        )

    def _ended(self, event: JsonObject) -> Iterator[Entry]:
        error = event.get("error")
        if is_object(error):
            told = f"{text_of(error, 'message')} {text_of(error, 'hint')}".strip()
            yield Noted(self._clean(told), is_problem=True)
        usage = _read_usage(event.get("usage"))
        if usage.total_tokens:
            yield Noted(describe_usage(usage))


def _change(value: JsonValue) -> str:
    """An argument as it was asked about, what there was before it."""
    if not is_object(value):
        return ""
    before, after = text_of(value, "before"), text_of(value, "after")
    return (
        f"{text_of(value, 'label')}: {before} → {after}" if before else f"{text_of(value, 'label')}: {after}"
    )


def _read_usage(value: JsonValue) -> Usage:
    usage = value if is_object(value) else {}

    def count(name: str) -> int:
        tokens = usage.get(name)
        return tokens if isinstance(tokens, int) else 0

    cost = usage.get("cost")
    return Usage(
        count("input_tokens"),
        count("output_tokens"),
        count("cached_tokens"),
        count("reasoning_tokens"),
        float(cost) if isinstance(cost, int | float) else None,
    )
