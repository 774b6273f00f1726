"""Who decides about a call: a rule, or the user, who is shown what it will change.

A text that a tool returned is never asked. What it can bring about is a call like any other, which the
policy judges; see `agent.tools.named` for calls that follow from such a text.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from agent.conversation import Conversation, ToolCall
from agent.errors import AgentError
from agent.events import KEPT_BACK, ApprovalRequested, Decision
from agent.jsontypes import JsonObject, JsonValue, dump
from agent.tools.arguments import fit_arguments
from agent.tools.named import Named
from agent.tools.names import NameIndex, Thing, by_breadth, look_up, things_in
from agent.tools.plain import plain_schema
from agent.tools.policy import FOR_SESSION, Policy, Verdict
from agent.tools.preview import preview, things_shown, uncounted
from agent.tools.tool import Effect, Tool, ToolResult

MOST_LOOKED_UP = 12
"""How many titles are asked of the server for one question; each is one request."""

_DECLINED = "The user declined this call. Do not repeat it; ask what to do instead."
_DENIED = "The user's own settings refuse this call. Do not repeat it; tell the user."
_READ_ONLY = "Writes are refused in this run (read-only)."
_NOT_TAKEN = "Your arguments were not taken, because they hold a secret of this program."
_KEPT_IN = "This call was refused because its arguments hold a secret of this program. Tell the user."
_LONGEST_LIST = 3


def _note_nothing(_tool: Tool, _arguments: JsonObject, _decision: Decision, _rule: str) -> None:
    """Write nothing down."""


def _knows_none(_text: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Oversight:
    """What the program wants to know of calls, and to keep out of them.

    Args:
        note: Takes each decision before the call is made: tool, arguments, decision and rule.
        holds_secret: Says whether a text holds a key or a token of this program.
    """

    note: Callable[[Tool, JsonObject, Decision, str], None] = _note_nothing
    holds_secret: Callable[[str], bool] = _knows_none


@dataclass(frozen=True, slots=True)
class PreparedCall:
    """A call whose tool exists and whose arguments fit.

    Args:
        call: The call as the model made it.
        tool: The tool it names.
        arguments: What the call is made with.
        effect: What the call does.
        is_edited: The arguments are the user's, no longer those of the call.
    """

    call: ToolCall
    tool: Tool
    arguments: JsonObject
    effect: Effect
    is_edited: bool = False

    @property
    def edited(self) -> JsonObject | None:
        """The arguments, if they are the user's."""
        return self.arguments if self.is_edited else None


@dataclass(frozen=True, slots=True)
class Ruling:
    """What was decided about a call.

    Args:
        decision: `None` for a read that no rule names.
        rule: The rule that decided; empty where the user did.
        told: What the model is told of a call that does not run.
        hint: What the user can do about that.
        notice: What the user should know besides.
    """

    decision: Decision | None
    rule: str = ""
    told: str = ""
    hint: str = ""
    notice: str = ""

    @property
    def may_run(self) -> bool:
        """Whether the call is made."""
        return self.decision not in (Decision.DECLINED, Decision.DENIED_BY_RULE)


class Approver:
    """Decides about the calls of one conversation.

    Args:
        policy: The user's rules.
        names: What results told of things.
        call_tool: Makes a read, to learn a title.
        oversight: Is told of each decision.
    """

    def __init__(
        self,
        policy: Policy,
        names: NameIndex,
        call_tool: Callable[[str, JsonObject], Awaitable[ToolResult]],
        oversight: Oversight,
    ) -> None:
        self._policy = policy
        self._names = names
        self._call_tool = call_tool
        self._oversight = oversight
        self._named = Named(names)

    def runs_freely(self, prepared: PreparedCall) -> bool:
        """Say whether a call is a read about which there is nothing to decide."""
        judgement = self._policy.judge(prepared.tool)
        return (
            prepared.effect is Effect.READ
            and judgement.verdict is Verdict.ALLOW
            and not self._holds_secret(prepared.arguments)
        )

    def rule(self, prepared: PreparedCall, conversation: Conversation) -> Ruling | str:
        """Decide about a call by the rules.

        Returns:
            The ruling; or, if the user has to be asked, why an earlier yes does not cover the call, an empty
            text where there was none.
        """
        tool = prepared.tool
        if self._holds_secret(prepared.arguments):
            hint = "A text that was read may have asked for it; look at what it says."
            return Ruling(Decision.DENIED_BY_RULE, KEPT_BACK, _KEPT_IN, hint)
        judgement = self._policy.judge(tool)
        match judgement.verdict:
            case Verdict.REFUSE if judgement.rule == "--read-only":
                hint = "Writes are allowed again without --read-only."
                return Ruling(Decision.DENIED_BY_RULE, judgement.rule, _READ_ONLY, hint)
            case Verdict.REFUSE:
                hint = f"Your settings say {judgement.rule}; nothing on the command line overrules that."
                return Ruling(Decision.DENIED_BY_RULE, judgement.rule, _DENIED, hint)
            case Verdict.ASK:
                return ""
            case Verdict.ALLOW:
                pass
        if judgement.rule == FOR_SESSION:
            strange = self._named.unnamed(tool, prepared.arguments, conversation.messages)
            if strange:
                return f"You have not named {_list(strange)}, and texts of others have been read since."
        return Ruling(Decision.ALLOWED_BY_RULE if judgement.rule else None, judgement.rule)

    async def ask(
        self,
        prepared: PreparedCall,
        tools: Sequence[Tool],
        *,
        because: str,
        problem: str,
        may_edit: bool,
    ) -> ApprovalRequested:
        """Describe a call for the user's decision, titles looked up where they are not known.

        Args:
            prepared: The call.
            tools: Where a read may be found that tells a title.
            because: Why an earlier yes does not cover it.
            problem: Why arguments that the user wrote were not taken.
            may_edit: The user may change the arguments.
        """
        tool, arguments = prepared.tool, prepared.arguments
        # What the rules refuse or ask about is not called for a title either.
        free = [each for each in tools if self._policy.judge(each).verdict is Verdict.ALLOW]
        await self._learn_names(tool, arguments, free)
        shown = preview(tool, arguments, self._names)
        return ApprovalRequested(
            prepared.call,
            tool,
            arguments,
            prepared.effect,
            shown.summary,
            shown.details,
            reason=_DECLINED,
            because=" ".join(filter(None, (problem, because))),
            may_remember=not because and self._policy.may_remember(tool),
            may_keep=not because and self._policy.may_keep(tool),
            may_edit=may_edit and bool(arguments or plain_schema(tool.input_schema)["properties"]),
            changes=shown.changes,
            is_edited=prepared.is_edited,
        )

    def edit(
        self, written: PreparedCall, arguments: JsonObject, conversation: Conversation
    ) -> tuple[PreparedCall, Ruling | str]:
        """Take what the user wants instead of a call's arguments; it is asked about again in any case.

        Args:
            written: The call as the model made it.
            arguments: What the user wants.
            conversation: The conversation until now.

        Returns:
            The call as it is now; why the rules refuse it, or why an earlier yes does not cover it.

        Raises:
            ValueError: The arguments cannot be taken; the message says why in one sentence.
        """
        fitting, fault = fit_arguments(written.tool, arguments)
        if fault is not None:
            raise ValueError(f"Your arguments were not taken, because they do not fit: {fault}.")
        if self._holds_secret(fitting):
            raise ValueError(_NOT_TAKEN)
        edited = replace(written, arguments=fitting, is_edited=dump(fitting) != dump(written.arguments))
        ruling = self.rule(edited, conversation)
        return edited, "" if isinstance(ruling, Ruling) and ruling.may_run else ruling

    def settle(self, request: ApprovalRequested) -> Ruling:
        """Take what the user decided, and remember what is to be remembered."""
        decision, tool = request.decision, request.tool
        if decision in (Decision.DECLINED, Decision.DENIED_BY_RULE, Decision.EDITED):
            hint = f"Allow it with --allow {tool.name}, or every write with --yes."
            return Ruling(Decision.DECLINED, told=request.reason, hint=hint)
        self._named.approve(request.arguments)
        notice = ""
        if decision is Decision.ALLOWED_FOR_SESSION:
            self._policy.remember(tool)
        elif decision is Decision.ALLOWED_ALWAYS:
            try:
                self._policy.remember_for_good(tool)
            except AgentError as error:
                notice = f"{error} {tool.title} is allowed for this session only."
        return Ruling(decision, notice=notice)

    def note(self, prepared: PreparedCall, ruling: Ruling) -> None:
        """Have a decision written down, before the call leaves."""
        if ruling.decision is not None:
            self._oversight.note(prepared.tool, prepared.arguments, ruling.decision, ruling.rule)

    def ran(self, structured: JsonValue) -> None:
        """Take the result of a write that was allowed: what it made belongs to the user's request."""
        self._named.made(structured)

    def _holds_secret(self, arguments: JsonObject) -> bool:
        return any(self._oversight.holds_secret(text) for text in _texts(arguments))

    async def _learn_names(self, tool: Tool, arguments: JsonObject, tools: Sequence[Tool]) -> None:
        for thing in uncounted(tool, arguments, self._names):
            await self._learn(thing, arguments, tools)
        await self._look_up(things_shown(tool, arguments), arguments, tools)
        # A list of tasks is told with the project that all of them lie in.
        places = dict.fromkeys(
            place for thing in things_shown(tool, arguments) for place in sorted(self._names.places(thing))
        )
        await self._look_up(by_breadth(places)[:_LONGEST_LIST], arguments, tools)

    async def _look_up(self, things: Sequence[Thing], arguments: JsonObject, tools: Sequence[Tool]) -> None:
        wanted = [thing for thing in things if self._names.name_of(thing) is None][:MOST_LOOKED_UP]
        await asyncio.gather(*(self._learn(thing, arguments, tools) for thing in wanted))

    async def _learn(self, thing: Thing, arguments: JsonObject, tools: Sequence[Tool]) -> None:
        near = [*things_in(arguments), *self._names.places(thing)]
        found = look_up(thing, dict(near), tools)
        if found is None:
            return
        try:
            result = await self._call_tool(found[0].name, found[1])
        except AgentError:
            # The question is asked with the bare id; the call itself will meet the same error.
            return
        if not result.is_error:
            self._names.learn(result.structured)


def _list(strange: Sequence[str]) -> str:
    shown = ", ".join(strange[:_LONGEST_LIST])
    return f"{shown} and {len(strange) - _LONGEST_LIST} more" if len(strange) > _LONGEST_LIST else shown


def _texts(value: JsonValue) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for key, child in value.items() for text in (key, *_texts(child))]
    return [text for item in value for text in _texts(item)] if isinstance(value, list) else []
