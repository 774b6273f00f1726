"""What a toolbar tells of a session, made of what the session holds."""

import pytest

from agent.auth.login import Login
from agent.model.protocol import Usage
from agent.model.scripted import ScriptedModel
from agent.session.stage import Stage
from agent.session.standing import describe_place, describe_sign_in_problem, describe_standing
from agent.settings.settings import Settings
from agent.usage.ledger import Ledger

NOW = 1_000_000.0


def login(expires_at: float | None, refresh_token: str | None = None) -> Login:
    return Login("s", "p", "i", "t", None, None, None, None, "a", refresh_token, expires_at, 600, None, "one")


@pytest.mark.parametrize(
    ("held", "is_asked_for", "problem"),
    [
        (None, True, "not signed in"),
        (None, False, ""),
        (login(NOW + 61), True, "sign-in expires in 2 min"),
        (login(NOW - 1), True, "sign-in has expired"),
        (login(NOW + 601), True, ""),
        (login(NOW + 61, "it can be renewed"), True, ""),
        (login(None), True, ""),
    ],
)
def test_a_sign_in_is_told_of_when_the_user_has_to_do_something(
    held: Login | None, is_asked_for: bool, problem: str
) -> None:
    assert describe_sign_in_problem(held, is_asked_for, NOW) == problem


@pytest.mark.parametrize(
    ("settings", "place"),
    [
        (Settings(), ""),
        (Settings(profile="work"), "work"),
        (Settings(server="https://mcp.example.com:8443/mcp"), "mcp.example.com:8443"),
        (
            Settings(profile="work", server="https://alex:secret@mcp.example.com/mcp"),
            "work at mcp.example.com",
        ),
    ],
)
def test_a_place_is_told_where_it_is_not_the_usual_one(settings: Settings, place: str) -> None:
    assert describe_place(settings) == place


def test_tokens_and_costs_are_told_apart() -> None:
    ledger, stage = Ledger(), Stage(None)
    stage.set("")
    ledger.add(Usage(12_000, 345, cost=0.0123), "m")
    standing = describe_standing(stage, Settings(), ScriptedModel([]), "", "", ledger)
    assert (standing.model, standing.tokens, standing.cost) == (
        ScriptedModel([]).name,
        "12.3k tokens",
        "$0.01",
    )


@pytest.mark.parametrize(("stage", "told"), [("", "not signed in"), ("sign in with /login", "")])
def test_a_stage_that_says_what_to_do_about_the_sign_in_says_it_alone(stage: str, told: str) -> None:
    waited = Stage(None)
    waited.set(stage)
    standing = describe_standing(waited, Settings(), None, "", "not signed in", Ledger())
    assert (standing.stage, standing.sign_in_problem) == (stage, told)


def test_a_stage_is_told_with_a_bar_and_is_over_when_all_is_done() -> None:
    told: list[str] = []
    stage = Stage(told.append)
    stage.set("reading the tools", 0.25)
    assert (stage.text, stage.share) == ("reading the tools", 0.25)
    stage.set("reading the tools", 1.0)
    assert (stage.text, stage.share) == ("", None)
    assert told == ["reading the tools ▕█████░░░░░░░░░░░░░░░▏ 25%", ""]
