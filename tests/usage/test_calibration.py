"""After a few answers an estimate is what the model itself counts, in this run and the next."""

import json
import logging
import stat
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.conversation import UserMessage
from agent.model.protocol import Usage
from agent.usage.calibration import Calibration, InputEstimator
from agent.usage.tokens import TokenCounter

pytestmark = pytest.mark.anyio

HOST = "https://models.example/v1"
QUESTION = UserMessage("And now?")


class FakeEncoding:
    """Takes each word for a token."""

    def encode_ordinary(self, text: str) -> Sequence[int]:
        return range(len(text.split()))


class FakeModel:
    """A model that counts `times` as many tokens as this machine, and the estimates of its requests.

    Args:
        times: How many times as many.
        calibration: What is known of it.
    """

    def __init__(self, times: float, calibration: Calibration) -> None:
        self._times = times
        self.counter = TokenCounter(HOST, "model", load=FakeEncoding)
        self.estimates = InputEstimator(self.counter, calibration, HOST, "model")

    async def true_count(self, words: int) -> int:
        counter = TokenCounter(HOST, "model", load=FakeEncoding)
        await counter.load()
        return round(self._times * await counter.count("word " * words, [QUESTION], []))

    async def estimate(self, words: int) -> int:
        return await self.estimates.estimate("word " * words, [QUESTION], [])

    async def answer(self, words: int) -> None:
        """Answer the request that was estimated last."""
        await self.estimates.learn(Usage(input_tokens=await self.true_count(words)))


# What is learnt


def test_nothing_is_known_of_a_model_at_first() -> None:
    assert Calibration().factor(HOST, "model") == 1.0


def test_the_first_answer_is_believed_at_once() -> None:
    calibration = Calibration()
    assert calibration.learn(HOST, "model", counted=1_000, actual=1_200)
    assert calibration.factor(HOST, "model") == pytest.approx(1.2)


def test_a_later_answer_moves_the_factor_half_of_the_way() -> None:
    calibration = Calibration()
    calibration.learn(HOST, "model", counted=1_000, actual=2_000)
    calibration.learn(HOST, "model", counted=1_000, actual=500)
    assert calibration.factor(HOST, "model") == pytest.approx(1.0)


def test_each_model_of_each_endpoint_has_a_factor_of_its_own() -> None:
    calibration = Calibration()
    calibration.learn(HOST, "model", counted=100, actual=200)
    assert calibration.factor(HOST, "other") == 1.0
    assert calibration.factor("https://elsewhere.example/v1", "model") == 1.0
    assert calibration.factor(f"{HOST}/", "model") == 2.0


@pytest.mark.parametrize(("counted", "actual"), [(0, 10), (10, 0), (-1, 10), (10, -1), (0, 0)])
def test_an_answer_that_counts_nothing_teaches_nothing(counted: int, actual: int) -> None:
    calibration = Calibration()
    assert not calibration.learn(HOST, "model", counted=counted, actual=actual)
    assert calibration.factor(HOST, "model") == 1.0


def test_a_factor_that_hardly_moves_is_not_worth_saving() -> None:
    calibration = Calibration()
    assert calibration.learn(HOST, "model", counted=1_000, actual=1_200)
    assert not calibration.learn(HOST, "model", counted=1_000, actual=1_210)
    assert calibration.learn(HOST, "model", counted=1_000, actual=1_400)


_counts = st.integers(-(10**9), 10**9)


@given(st.lists(st.tuples(_counts, _counts)))
def test_no_answer_makes_estimates_absurd(answers: list[tuple[int, int]]) -> None:
    calibration = Calibration()
    for counted, actual in answers:
        calibration.learn(HOST, "model", counted=counted, actual=actual)
        assert 0.3 <= calibration.factor(HOST, "model") <= 3.0


@given(
    st.floats(0.3, 3.0),
    st.floats(0.3, 3.0),
    st.lists(st.integers(100, 100_000), min_size=6, max_size=6),
    st.integers(100, 100_000),
)
def test_after_a_few_answers_an_estimate_is_within_five_per_cent(
    before: float, times: float, answers: list[int], request: int
) -> None:
    calibration = Calibration()
    # What was known from elsewhere may be as wrong as can be.
    calibration.learn(HOST, "model", counted=1_000, actual=round(1_000 * before))
    for counted in answers:
        calibration.learn(HOST, "model", counted=counted, actual=round(counted * times))
    estimate = request * calibration.factor(HOST, "model")
    assert estimate == pytest.approx(request * times, rel=0.05)


# In a conversation


@pytest.mark.parametrize("times", [0.5, 1.0, 1.7])
async def test_the_second_estimate_of_a_conversation_is_right(times: float) -> None:
    model = FakeModel(times, Calibration())
    await model.counter.load()
    assert await model.estimate(200) == await FakeModel(1.0, Calibration()).true_count(200)
    await model.answer(200)
    assert await model.estimate(5_000) == pytest.approx(await model.true_count(5_000), rel=0.01)


async def test_an_answer_teaches_also_when_its_request_was_estimated_before_the_encoding_was_loaded() -> None:
    model = FakeModel(1.7, Calibration())
    await model.estimate(200)
    await model.counter.load()
    await model.answer(200)
    assert await model.estimate(200) == pytest.approx(await model.true_count(200), rel=0.01)


async def test_four_bytes_for_a_token_are_nothing_to_learn_from() -> None:
    calibration = Calibration()
    model = FakeModel(1.7, calibration)
    await model.estimate(200)
    await model.answer(200)
    assert calibration.factor(HOST, "model") == 1.0


async def test_an_answer_to_no_request_teaches_nothing() -> None:
    calibration = Calibration()
    model = FakeModel(1.7, calibration)
    await model.counter.load()
    await model.answer(200)
    assert calibration.factor(HOST, "model") == 1.0


# Between runs


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "calibration.json"


def taught(path: Path, model: str, times: int) -> Calibration:
    """A window that learnt something of a model."""
    calibration = Calibration(path)
    calibration.learn(HOST, model, counted=100, actual=100 * times)
    return calibration


async def test_the_next_run_knows_what_an_answer_taught(path: Path) -> None:
    model = FakeModel(2.0, Calibration(path))
    await model.counter.load()
    await model.estimate(200)
    await model.answer(200)
    assert Calibration(path).factor(HOST, "model") == pytest.approx(2.0)


def test_the_file_is_the_owners_alone(path: Path) -> None:
    taught(path, "model", 2).save()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_an_address_with_a_key_in_it_is_not_written_down(path: Path) -> None:
    calibration = Calibration(path)
    calibration.learn("https://me:secret1@models.example/v1?key=secret2", "model", counted=100, actual=200)
    calibration.save()
    assert json.loads(path.read_text()) == {"models.example/v1 model": 2.0}


def test_two_windows_keep_what_each_of_them_learnt(path: Path) -> None:
    one, other = taught(path, "one", 2), taught(path, "other", 3)
    one.save()
    other.save()
    assert [Calibration(path).factor(HOST, name) for name in ("one", "other")] == [2.0, 3.0]


def test_the_last_window_to_learn_of_a_model_is_believed(path: Path) -> None:
    taught(path, "model", 2).save()
    later = Calibration(path)
    later.learn(HOST, "model", counted=100, actual=50)
    later.save()
    assert Calibration(path).factor(HOST, "model") == pytest.approx(1.0)


def test_the_file_stays_small(path: Path) -> None:
    for number in range(150):
        taught(path, f"model-{number}", 2).save()
    assert len(json.loads(path.read_text())) == 100
    assert Calibration(path).factor(HOST, "model-149") == 2.0


@pytest.mark.parametrize(
    "damage",
    [b"", b"{", b"[1]", b'"x"', b"\xff\xfe", b'{"models.example/v1 model": "2"}', b"[" * 100_000],
)
def test_a_damaged_file_is_begun_anew(path: Path, damage: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(damage)
    calibration = Calibration(path)
    assert calibration.factor(HOST, "model") == 1.0
    calibration.learn(HOST, "model", counted=100, actual=200)
    calibration.save()
    assert Calibration(path).factor(HOST, "model") == 2.0


@pytest.mark.parametrize("factor", ["0", "-1", "0.29", "3.01", "1e999", "true", "null", "[]"])
def test_a_factor_that_cannot_be_is_not_believed(path: Path, factor: str) -> None:
    path.parent.mkdir()
    path.write_text(f'{{"models.example/v1 model": {factor}, "models.example/v1 other": 2}}')
    assert Calibration(path).factor(HOST, "model") == 1.0
    assert Calibration(path).factor(HOST, "other") == 2.0


def test_a_file_that_cannot_be_read_or_written_is_logged_and_done_without(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    # A folder stands where the file should be.
    calibration = Calibration(tmp_path)
    with caplog.at_level(logging.WARNING):
        calibration.learn(HOST, "model", counted=100, actual=200)
        calibration.save()
    assert calibration.factor(HOST, "model") == 2.0
    assert "cannot be read" in caplog.text
    assert "cannot be kept" in caplog.text


def test_without_a_file_nothing_is_written() -> None:
    calibration = Calibration()
    calibration.learn(HOST, "model", counted=100, actual=200)
    calibration.save()
    assert calibration.factor(HOST, "model") == 2.0
