"""Keys from passphrases: Argon2id (RFC 9106), with parameters that the vault's header keeps."""

import secrets
import unicodedata
from dataclasses import dataclass

from agent.jsontypes import JsonObject, JsonValue

_ALGORITHM = "argon2id"
_SALT_BYTES = 16
# RFC 9106 section 4, the second recommended option.
_ITERATIONS = 3
_LANES = 4
_MEMORY = 64 * 1024
# A file from elsewhere must cost no more than a few times what our own costs.
_MOST_ITERATIONS = 16
_MOST_LANES = 16
_MOST_MEMORY = 256 * 1024


@dataclass(frozen=True, slots=True)
class Derivation:
    """How a key is made from a passphrase.

    Args:
        salt: 16 random bytes.
        iterations: Passes over the memory.
        lanes: How many of them run side by side.
        memory: In KiB.
    """

    salt: bytes
    iterations: int = _ITERATIONS
    lanes: int = _LANES
    memory: int = _MEMORY

    @classmethod
    def fresh(cls) -> "Derivation":
        """Give the parameters of today with a new salt."""
        return cls(secrets.token_bytes(_SALT_BYTES))

    @classmethod
    def from_json(cls, data: JsonObject) -> "Derivation":
        """Read what `to_json` wrote.

        Raises:
            ValueError: A parameter is missing, or it would cost more time or memory than is sensible.
        """
        if data.get("algorithm") != _ALGORITHM:
            raise ValueError("not Argon2id")
        salt = bytes.fromhex(str(data.get("salt")))
        if len(salt) != _SALT_BYTES:
            raise ValueError("not a salt of 16 bytes")
        lanes = _number(data.get("lanes"), 1, _MOST_LANES)
        return cls(
            salt,
            _number(data.get("iterations"), 1, _MOST_ITERATIONS),
            lanes,
            _number(data.get("memory_kib"), 8 * lanes, _MOST_MEMORY),
        )

    def to_json(self) -> JsonObject:
        """Write the parameters down; none of them is secret."""
        return {
            "algorithm": _ALGORITHM,
            "salt": self.salt.hex(),
            "iterations": self.iterations,
            "lanes": self.lanes,
            "memory_kib": self.memory,
        }

    def derive(self, passphrase: str, length: int) -> bytes:
        """Derive a key, which takes about half a second and `memory` KiB.

        Args:
            passphrase: As typed; the same characters count however the keyboard composes them.
            length: Of the key, in bytes.
        """
        from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

        function = Argon2id(
            salt=self.salt,
            length=length,
            iterations=self.iterations,
            lanes=self.lanes,
            memory_cost=self.memory,
        )
        return function.derive(unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogateescape"))


def _number(value: JsonValue, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError("a parameter is out of bounds")
    return value
