"""What a person is told and asked beside a turn, and how often."""

from collections.abc import AsyncGenerator

import pytest

from agent.errors import SignInError
from agent.events import Event, ListChanged, ListKind, Notice, SignInRequested
from agent.session.person import Person

pytestmark = pytest.mark.anyio


async def turn(person: Person, question: SignInRequested) -> AsyncGenerator[Event, None]:
    """A turn in whose midst the server wants a sign-in."""
    await person.ask(question)
    yield Notice("over")


async def asked_in_turn(person: Person, *, answer: bool) -> bool:
    """Whether the question came up; it is answered with yes or no."""
    question = SignInRequested(SignInError("The server wants a sign-in."))
    came = False
    async for event in person.weave(turn(person, question)):
        if event is question:
            came, question.signed_in = True, answer
    return came


@pytest.mark.parametrize(("answer", "is_asked_again"), [(True, True), (False, False)])
async def test_whoever_declines_to_sign_in_is_not_asked_again_in_the_same_turn(
    answer: bool, is_asked_again: bool
) -> None:
    person = Person(None, None)
    assert await asked_in_turn(person, answer=answer)
    assert await asked_in_turn(person, answer=answer) == is_asked_again
    person.begin_turn()
    assert await asked_in_turn(person, answer=answer)


async def test_between_turns_lines_are_said_at_once_where_somebody_takes_them() -> None:
    said: list[str] = []
    person = Person(said.append, None)
    person.say("A sentence.")
    person.tell(ListChanged(ListKind.TOOLS))
    assert said == ["A sentence.", "The server has changed its tools."]


async def test_where_nobody_takes_lines_they_are_read_with_the_next_turn() -> None:
    async def nothing() -> AsyncGenerator[Event, None]:
        for event in ():
            yield event

    person = Person(None, None)
    person.say("A sentence.")
    person.tell(ListChanged(ListKind.TOOLS))
    read = [event async for event in person.weave(nothing())]
    assert read == [Notice("A sentence."), ListChanged(ListKind.TOOLS)]
