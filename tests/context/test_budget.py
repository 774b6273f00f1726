"""How many tokens a request may have, and what is learnt of it."""

from pathlib import Path

import pytest

from agent.context.budget import USUAL_WINDOW, ContextBudget

pytestmark = pytest.mark.anyio
URL = "http://127.0.0.1:8080/v1"


def test_there_is_room_for_the_answer() -> None:
    assert ContextBudget(URL, "m").request == USUAL_WINDOW - 8_192
    assert ContextBudget(URL, "m", chosen=8_192).request == 6_144


async def test_what_an_endpoint_says_is_remembered_for_its_model_alone(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "contexts.json"
    budget = ContextBudget(URL, "m", path=path)
    assert await budget.learn(4_096, sent=5_000)
    assert budget.window == 4_096
    assert ContextBudget(URL, "m", path=path).window == 4_096
    assert ContextBudget(URL, "other", path=path).window == USUAL_WINDOW
    assert ContextBudget("http://127.0.0.1:9090/v1", "m", path=path).window == USUAL_WINDOW
    assert path.stat().st_mode & 0o777 == 0o600


async def test_what_was_chosen_is_taken_unless_the_endpoint_says_less(tmp_path: Path) -> None:
    path = tmp_path / "contexts.json"
    assert await ContextBudget(URL, "m", path=path).learn(32_768, sent=40_000)
    assert ContextBudget(URL, "m", chosen=200_000, path=path).window == 32_768
    assert ContextBudget(URL, "m", chosen=16_000, path=path).window == 16_000


async def test_an_endpoint_that_says_no_number_is_sent_less_than_it_refused(tmp_path: Path) -> None:
    path = tmp_path / "contexts.json"
    budget = ContextBudget(URL, "m", path=path)
    assert await budget.learn(None, sent=20_000)
    assert budget.request < 20_000
    # A guess is not remembered.
    assert not path.exists()


async def test_a_request_that_should_have_fitted_was_counted_too_short() -> None:
    budget = ContextBudget(URL, "m", chosen=10_000)
    assert await budget.learn(10_000, sent=7_400)
    assert budget.request < 7_400


@pytest.mark.parametrize(("tokens", "sent"), [(100, 5_000), (None, 200), (None, 0)])
async def test_there_is_an_end_to_it(tokens: int | None, sent: int) -> None:
    budget = ContextBudget(URL, "m")
    assert not await budget.learn(tokens, sent=sent)
    assert budget.window == USUAL_WINDOW


@pytest.mark.parametrize("text", ["", "[]", '{"127.0.0.1:8080/v1 m": "many"}', '{"127.0.0.1:8080/v1 m": 3}'])
def test_a_file_that_makes_no_sense_is_begun_anew(text: str, tmp_path: Path) -> None:
    path = tmp_path / "contexts.json"
    path.write_text(text)
    assert ContextBudget(URL, "m", path=path).window == USUAL_WINDOW


async def test_a_file_that_cannot_be_written_costs_nothing_but_the_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    budget = ContextBudget(URL, "m", path=tmp_path / "file" / "contexts.json")
    assert await budget.learn(4_096, sent=5_000)
    assert budget.window == 4_096
