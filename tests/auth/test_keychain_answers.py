"""The keychain, in this process: what is made of each answer that a backend of `keyring` may give."""

import threading
from collections.abc import Generator

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import chainer, fail
from keyring.compat import properties

from agent.auth.keychain import Keychain, KeychainUnusableError


class FakeBackend(KeyringBackend):
    """Keeps secrets, unless it is told to forget, to break or to fall silent."""

    @properties.classproperty
    def priority(cls) -> float:
        # Below zero, so that nothing but these tests ever chooses it.
        return -1

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.forgets = False
        self.breaks = False
        self.speaks = threading.Event()
        self.speaks.set()
        self.asked = 0

    def get_password(self, service: str, username: str) -> str | None:
        self.asked += 1
        self.speaks.wait(30)
        if self.breaks:
            raise OSError("the bus is gone")
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if not self.forgets:
            self.kept[service, username] = password


@pytest.fixture
def backend() -> Generator[FakeBackend]:
    before = keyring.get_keyring()
    fake = FakeBackend()
    keyring.set_keyring(fake)
    try:
        yield fake
    finally:
        fake.speaks.set()
        keyring.set_keyring(before)


def refusal(keychain: Keychain) -> str:
    with pytest.raises(KeychainUnusableError) as caught:
        keychain.get("vault")
    return str(caught.value)


def test_a_secret_is_kept_under_the_name_of_this_program(backend: FakeBackend) -> None:
    keychain = Keychain()
    assert keychain.get("vault") is None
    keychain.set("vault", "a1")
    assert keychain.get("vault") == "a1"
    assert backend.kept == {("astravue-agent", "vault"): "a1"}


def test_a_backend_that_is_not_keyrings_own_is_named(backend: FakeBackend) -> None:
    keychain = Keychain()
    assert keychain.name == "the OS keychain"
    keychain.get("vault")
    assert keychain.name == f"the keyring backend {FakeBackend.__module__}"


def test_a_backend_that_forgets_without_a_word_is_no_keychain(backend: FakeBackend) -> None:
    backend.forgets = True
    keychain = Keychain()
    with pytest.raises(KeychainUnusableError, match=r"^the keychain did not keep the key$"):
        keychain.set("vault", "a1")
    assert refusal(keychain) == "the keychain did not keep the key"


def test_a_backend_that_breaks_is_told_by_its_error_and_left_alone(backend: FakeBackend) -> None:
    backend.breaks = True
    keychain = Keychain()
    assert refusal(keychain) == "the keychain failed (OSError)"
    backend.breaks = False
    assert refusal(keychain) == "the keychain failed (OSError)"
    assert backend.asked == 1


def test_a_backend_that_falls_silent_is_given_up_and_left_alone(backend: FakeBackend) -> None:
    backend.speaks.clear()
    keychain = Keychain(bound=0.05)
    assert refusal(keychain) == "the keychain did not answer within 0.05 seconds"
    backend.speaks.set()
    assert refusal(keychain) == "the keychain did not answer within 0.05 seconds"
    assert backend.asked == 1


def test_nothing_that_keyring_finds_is_no_keychain(backend: FakeBackend) -> None:
    keyring.set_keyring(fail.Keyring())
    assert refusal(Keychain()) == "no keychain here"


def test_a_chain_is_as_good_as_what_it_chains(backend: FakeBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chainer.ChainerBackend, "backends", [])
    keyring.set_keyring(chainer.ChainerBackend())
    assert refusal(Keychain()) == "no keychain here"
    monkeypatch.setattr(chainer.ChainerBackend, "backends", [backend])
    keychain = Keychain()
    keychain.set("vault", "a1")
    assert keychain.get("vault") == "a1"
    assert keychain.name == "the OS keychain"
