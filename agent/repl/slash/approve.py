"""`/approve`: what runs without a question, and what is to in this session."""

from collections.abc import Sequence

from agent.drawing.columns import draw_columns
from agent.drawing.sanitize import strip_line
from agent.errors import UsageError
from agent.repl.command_context import CommandContext
from agent.tools.effects import effect_of
from agent.tools.policy import Policy, Verdict
from agent.tools.tool import Effect, Tool

_FORGET = "forget"
_MOST_NAMED = 3
_LIMITS = (
    "What destroys, bulk calls, moving a task to another project and letting somebody into one ask every "
    "time; so does what you have not named, once texts of others were read."
)


async def run(context: CommandContext, rest: str) -> None:
    """Show the rules, allow the writes of some tools for this session, or take such an allowance back.

    Raises:
        UsageError: No tool is called so, or nothing was allowed so.
        AgentError: The tools cannot be listed.
    """
    policy = context.host.policy
    word, _, name = rest.partition(" ")
    if not rest:
        context.show(draw_columns(describe_rules(policy), context.screen.columns, context.palette))
    elif word == _FORGET:
        context.remark(forget(policy, name.strip()))
    else:
        context.remark(allow(policy, rest, context.tools or await context.list_tools()))


def describe_rules(policy: Policy) -> list[tuple[str, str]]:
    """The standing rules in words, from the strongest down."""
    rules = [("--read-only", "no write leaves the program")] if policy.read_only else []
    rules += [(f"deny = {glob}", "never called (settings)") for glob in policy.deny]
    rules += [("--yes", "every write runs (command line)")] if policy.allow_all else []
    rules += [(f"--allow {glob}", "runs (command line)") for glob in policy.allow_now]
    rules += [(f"ask = {glob}", "asks every time (settings)") for glob in policy.ask]
    rules += [(f"allow = {glob}", "runs (settings)") for glob in policy.allow]
    rules += [(glob, "runs for this session, within limits") for glob in sorted(policy.for_session)]
    return [*((strip_line(rule), says) for rule, says in rules), ("all else", "reads run, writes ask")]


def allow(policy: Policy, glob: str, tools: Sequence[Tool]) -> str:
    """Allow writes for this session, and say which.

    Args:
        policy: The user's rules.
        glob: A tool's name, or a glob of names.
        tools: The tools that there are.

    Raises:
        UsageError: No tool that writes is called so, or none of them may be allowed so.
    """
    meant = [tool for tool in tools if policy.names(glob, tool) and effect_of(tool) is not Effect.READ]
    if not meant:
        raise UsageError(
            f"Nothing was allowed, because no tool that changes something is called {strip_line(glob)}.",
            "/tools lists the tools. Reads run anyway.",
        )
    covered = [tool for tool in meant if policy.may_remember(tool)]
    if not covered:
        raise UsageError(
            f"Nothing was allowed: {_list(meant)} {_verb(meant, 'asks', 'ask')} every time.",
            _LIMITS,
        )
    policy.allow_for_session(glob)
    sentences = [f"{_list(covered)} {_verb(covered, 'runs', 'run')} without a question for this session."]
    refused = [tool for tool in covered if policy.judge(tool).verdict is Verdict.REFUSE]
    if refused:
        rule = policy.judge(refused[0]).rule
        sentences.append(f"A stronger rule still refuses {_list(refused)}: {strip_line(rule)}.")
    still = [tool for tool in meant if tool not in covered]
    if still:
        sentences.append(f"{_list(still)} {_verb(still, 'still asks', 'still ask')}.")
    return " ".join([*sentences, _LIMITS])


def forget(policy: Policy, glob: str) -> str:
    """Take back what was allowed for this session, and say what that was.

    Args:
        policy: The user's rules.
        glob: What was allowed, as it was; all of it when empty.

    Raises:
        UsageError: Nothing was allowed so.
    """
    taken = policy.forget(glob)
    if not taken:
        called = f" as {strip_line(glob)}" if glob else ""
        raise UsageError(f"Nothing was allowed for this session{called}.", "/approve shows the rules.")
    return f"No longer allowed for this session: {', '.join(map(strip_line, taken))}."


def _list(tools: Sequence[Tool]) -> str:
    named = [strip_line(tool.name) for tool in tools[:_MOST_NAMED]]
    more = len(tools) - len(named)
    if more:
        return f"{', '.join(named)} and {more} more"
    return " and ".join(filter(None, [", ".join(named[:-1]), named[-1]]))


def _verb(tools: Sequence[Tool], one: str, several: str) -> str:
    return one if len(tools) == 1 else several
