"""The operating system's keychain, asked in a way that can never hang the program.

A Secret Service that never answers blocks any call for ever, the import of `keyring` included.
So each call runs in a daemon thread with a bound; after the first one that fails or takes too
long the keychain is left alone for the rest of the session.
"""

import threading
from collections.abc import Callable
from typing import Protocol, TypeVar

SERVICE = "astravue-agent"
ABSENT = "no keychain here"
"""What is said where there is none, which is no fault."""
_BOUND = 5.0
_OWN_BACKENDS = "keyring.backends."
_NO_KEYCHAIN = ("keyring.backends.fail", "keyring.backends.null")
_CHAINER = "keyring.backends.chainer"

_T = TypeVar("_T")


class KeychainUnusableError(Exception):
    """There is no keychain here, or it did not answer; the message says which."""


class SecretStore(Protocol):
    """What the vault asks of a keychain."""

    @property
    def name(self) -> str:
        """What a person would call it."""
        ...

    def get(self, name: str) -> str | None:
        """Read a secret; None when there is none."""
        ...

    def set(self, name: str, secret: str) -> None:
        """Store a secret."""
        ...


class Keychain:
    """The keychain that `keyring` finds on this machine.

    Args:
        bound: How long one call may take, in seconds.
    """

    def __init__(self, bound: float = _BOUND) -> None:
        self._bound = bound
        self._unusable = ""
        self._name = "the OS keychain"

    @property
    def name(self) -> str:
        """What a person would call it; known after the first call."""
        return self._name

    def get(self, name: str) -> str | None:
        """Read a secret.

        Raises:
            KeychainUnusableError: No keychain, no answer within the bound, or a refusal.
        """
        return self._bounded(lambda: self._get(name))

    def set(self, name: str, secret: str) -> None:
        """Store a secret and read it back, because some backends forget without a word.

        Raises:
            KeychainUnusableError: No keychain, no answer within the bound, or a refusal.
        """
        self._bounded(lambda: self._set(name, secret))

    def _get(self, name: str) -> str | None:
        import keyring

        self._check_backend()
        return keyring.get_password(SERVICE, name)

    def _set(self, name: str, secret: str) -> None:
        import keyring

        self._check_backend()
        keyring.set_password(SERVICE, name, secret)
        if keyring.get_password(SERVICE, name) != secret:
            raise KeychainUnusableError("the keychain did not keep the key")

    def _check_backend(self) -> None:
        import keyring

        backend = keyring.get_keyring()
        module = type(backend).__module__
        if module == _CHAINER:
            from keyring.backends.chainer import ChainerBackend

            usable = isinstance(backend, ChainerBackend) and bool(list(backend.backends))
        else:
            usable = module not in _NO_KEYCHAIN
        if not usable:
            raise KeychainUnusableError(ABSENT)
        if not module.startswith(_OWN_BACKENDS):
            self._name = f"the keyring backend {module}"

    def _bounded(self, call: Callable[[], _T]) -> _T:
        if self._unusable:
            raise KeychainUnusableError(self._unusable)
        answers: list[_T] = []
        failures: list[str] = []

        def work() -> None:
            try:
                answers.append(call())
            except KeychainUnusableError as error:
                failures.append(str(error))
            except Exception as error:  # whatever a backend raises means the same: it is no use
                failures.append(f"the keychain failed ({type(error).__name__})")

        thread = threading.Thread(target=work, name="keychain", daemon=True)
        thread.start()
        thread.join(self._bound)
        if answers:
            return answers[0]
        self._unusable = (
            failures[0] if failures else f"the keychain did not answer within {self._bound:g} seconds"
        )
        raise KeychainUnusableError(self._unusable)
