"""Carries the chain that the model cannot: looks things up, makes the calls in order, tells what came of it.

A plan is a generator that yields calls and is sent their results. At every request it is run from its start
with the results that the conversation holds by then, so nothing has to be kept between requests, and a
conversation that was saved in the middle of a turn goes on where it stopped.
"""

from collections.abc import Generator, Sequence
from typing import TypeAlias

from agent.jsontypes import JsonObject, dump, is_object, parse_object
from agent.model.embedded.arguments import ArgumentResolver
from agent.model.embedded.dialogue import Dialogue, Result, known_after
from agent.model.embedded.entities import main_entities
from agent.model.embedded.lookup import Finder
from agent.model.embedded.naming import Signature
from agent.model.embedded.pending import write_pending
from agent.model.embedded.plan import Answer, Ask, Calls, Plan, PlannedCall, Stop
from agent.model.embedded.render import Telling, tell

_Steps: TypeAlias = Generator[tuple[PlannedCall, ...], tuple[Result, ...], Answer]
_UNCHANGING = {
    *("taskId", "subtaskId", "parentTaskId", "projectId", "spaceId", "commentId"),
    *("checklistItemId", "taskStatusId", "filterId"),
}
_NOTHING = "I have nothing to say to that. Ask me about your tasks, projects or timers."
_LOST = "I lost track of what I was doing, so I stopped here. Please ask again."


def next_step(plan: Plan, dialogue: Dialogue, signatures: Sequence[Signature]) -> Calls | Answer:
    """Go on with a plan.

    Args:
        plan: The plan of this turn.
        dialogue: The conversation, with the results of this turn so far.
        signatures: The functions on offer.

    Returns:
        The calls to make now, or the answer that ends the turn.
    """
    steps = _run(plan, dialogue, signatures)
    made = list(dialogue.calls)
    try:
        wanted = next(steps)
        while True:
            here, made = made[: len(wanted)], made[len(wanted) :]
            if len(here) < len(wanted):
                return Answer(_LOST) if here else Calls(wanted)
            results: list[Result] = []
            for call, (_, result) in zip(wanted, here, strict=True):
                if result is None or dump(result.arguments) != dump(call.arguments):
                    return Answer(_LOST)
                results.append(result)
            wanted = steps.send(tuple(results))
    except StopIteration as stop:
        answer: Answer = stop.value
        return answer


def _run(plan: Plan, dialogue: Dialogue, signatures: Sequence[Signature]) -> _Steps:
    """The plan from its start to its answer."""
    if not plan.choice.calls:
        return Answer(plan.choice.answer.strip() or _NOTHING)
    told: list[str] = []
    made: list[str] = []
    results: list[Result] = []
    finder = Finder(dialogue, signatures, plan.request, dialogue.focus, results)
    for index, chosen in enumerate(plan.choice.calls):
        signature = next((s for s in signatures if s.tool == chosen.tool), None)
        try:
            if signature is None:
                raise Stop(f"The server no longer offers {chosen.tool}.")
            resolver = ArgumentResolver(plan, index, signature, finder, dialogue.now, tuple(made))
            arguments = yield from _collect(resolver.resolve(), results)
            _check(signature, arguments)
            (result,) = yield (PlannedCall(signature.function.name, arguments),)
            results.append(result)
            if result.is_error:
                raise Stop(_failure(signature, result))
        except Ask as asked:
            told.append(asked.question)
            return Answer("\n\n".join(told), write_pending(plan, asked, index))
        except Stop as stop:
            told.append(stop.text)
            rest = len(plan.choice.calls) - index - 1
            if rest:
                told.append(f"I did not go on to the remaining {f'{rest} steps' if rest > 1 else 'step'}.")
            return Answer("\n\n".join(told))
        known = [*main_entities(result.structured), *known_after(dialogue, results[:-1])]
        told.append(tell(Telling(signature, arguments, result, tuple(known), dialogue.now)))
        finder.focus = finder.focus.after(result, known)
        made.extend(entity.label for entity in main_entities(result.structured) if result.makes)
    return Answer("\n\n".join(told))


def _collect(
    resolution: Generator[tuple[PlannedCall, ...], tuple[Result, ...], JsonObject], results: list[Result]
) -> Generator[tuple[PlannedCall, ...], tuple[Result, ...], JsonObject]:
    """Pass lookups on, and keep their results for what comes after them."""
    try:
        wanted = next(resolution)
        while True:
            got = yield wanted
            results.extend(got)
            wanted = resolution.send(got)
    except StopIteration as stop:
        arguments: JsonObject = stop.value
        return arguments


def _check(signature: Signature, arguments: JsonObject) -> None:
    """Refuse arguments that do not fit the function's schema.

    Raises:
        Stop: They do not.
    """
    import jsonschema

    try:
        jsonschema.validate(arguments, signature.function.parameters)
    except jsonschema.ValidationError as error:
        # The reason names parameters, which the user has never seen.
        action = signature.tool.replace("_", " ")
        raise Stop(f"I could not make that fit ({action}). Please say it another way.") from error
    if signature.tool.startswith("update_") and arguments and not arguments.keys() - _UNCHANGING:
        raise Stop(
            "I did not understand what to change. Say it in one sentence, such as “set its priority to high”."
        )


def _failure(signature: Signature, result: Result) -> str:
    """Say plainly that a call did not succeed."""
    action = signature.tool.replace("_", " ")
    text = result.text.strip()
    if text.startswith("The user declined"):
        return f"You declined to {action}, so nothing was changed by it."
    try:
        parsed = parse_object(text)
        message = parsed.get("message")
        data = parsed.get("error")
        if is_object(data):
            message = data.get("message", message)
        text = message if isinstance(message, str) else text
    except ValueError:
        pass
    return f"That did not work ({action}): {text or 'the server gave no reason'}"
