"""A keyring backend whose owner will not unlock it."""

from keyring.backend import KeyringBackend
from keyring.compat import properties
from keyring.errors import KeyringLocked


class Keyring(KeyringBackend):
    @properties.classproperty
    def priority(cls) -> float:
        return 1

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringLocked
