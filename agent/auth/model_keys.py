"""The keys of model endpoints, kept in the vault: one for each address, used for that address alone."""

import asyncio
from collections.abc import Callable

from agent.auth.login import canonical_server
from agent.auth.vault import Vault
from agent.errors import VaultError

_PREFIX = "model-key:"


class ModelKeys:
    """Keys by the address that they are for.

    Args:
        vault: Where they are kept.
    """

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def find(self, base_url: str) -> str | None:
        """Read the key for an address; none when none is kept.

        Raises:
            VaultError: The vault cannot be opened.
        """
        return self._vault.secret(_name(base_url))

    def keep(self, base_url: str, key: str) -> None:
        """Store the key for an address in place of an older one.

        Raises:
            VaultError: It could not be stored; what was stored before is kept.
        """
        self._vault.set_secret(_name(base_url), key)

    def forget(self, base_url: str) -> bool:
        """Remove the key for an address, and say whether there was one.

        Raises:
            VaultError: It could not be removed.
        """
        if self.find(base_url) is None:
            return False
        self._vault.set_secret(_name(base_url), None)
        return True

    def addresses(self) -> list[str]:
        """The addresses for which a key is kept.

        Raises:
            VaultError: The vault cannot be opened.
        """
        names = self._vault.secret_names()
        return sorted(name.removeprefix(_PREFIX) for name in names if name.startswith(_PREFIX))


def _name(base_url: str) -> str:
    return f"{_PREFIX}{canonical_server(base_url)}"


class KeyLookup:
    """Finds stored keys beside the event loop; a vault that cannot be opened has none, and is told once.

    Args:
        keys: The keys.
        warn: Shows one line to the person.
    """

    def __init__(self, keys: ModelKeys, warn: Callable[[str], None]) -> None:
        self._keys = keys
        self._warn = warn
        self._has_warned = False

    async def __call__(self, base_url: str) -> str | None:
        """The key for an address, if one is kept and can be read."""
        try:
            return await asyncio.to_thread(self._keys.find, base_url)
        except VaultError as error:
            self._tell(error)
            return None

    async def addresses(self) -> list[str]:
        """The addresses for which a key is kept and can be read."""
        try:
            return await asyncio.to_thread(self._keys.addresses)
        except VaultError as error:
            self._tell(error)
            return []

    def _tell(self, error: VaultError) -> None:
        if not self._has_warned:
            self._has_warned = True
            self._warn(f"no stored model key can be used: {error}")
