"""The vault's file format: one readable header line, then AES-256-GCM.

The header names the format, its version, which key it takes and where that key lives, so that a
wrong key is told from a damaged file and the right place is asked for the right key. The header
is authenticated with the content (NIST SP 800-38D: additional authenticated data).
"""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Literal

from agent.jsontypes import parse_object

KEY_BYTES = 32
_FORMAT = "astravue-vault"
_VERSION = 1
_NONCE_BYTES = 12
_LONGEST_HEADER = 1024

KeyPlace = Literal["environment", "named file", "keychain", "own file"]


class DamagedError(Exception):
    """The content is not a vault, or not all of one."""


class NewerFormatError(Exception):
    """A newer version of this program wrote the file."""


@dataclass(frozen=True, slots=True)
class Key:
    """The vault's key and where it was found.

    Args:
        value: 32 random bytes.
        place: Which kind of place holds it.
        location: The same for people: "the OS keychain", "the key file PATH".
    """

    value: bytes = field(repr=False)
    place: KeyPlace
    location: str

    @property
    def key_id(self) -> str:
        """A fingerprint that tells keys apart and gives nothing away of a random key."""
        return hashlib.sha256(b"astravue-vault key id\0" + self.value).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Header:
    """The first line of a vault file."""

    key_id: str
    key_place: KeyPlace
    nonce: bytes
    line: bytes
    body: bytes = field(repr=False)


def seal(content: bytes, key: Key) -> bytes:
    """Encrypt the vault's content under a fresh random nonce."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(_NONCE_BYTES)
    header = {
        "format": _FORMAT,
        "version": _VERSION,
        "key_id": key.key_id,
        "key_place": key.place,
        "nonce": nonce.hex(),
    }
    line = json.dumps(header).encode() + b"\n"
    return line + AESGCM(key.value).encrypt(nonce, content, line)


def read_header(data: bytes) -> Header:
    """Read the first line of a vault file.

    Raises:
        DamagedError: It is no vault header.
        NewerFormatError: A newer version of this program wrote it.
    """
    end = data.find(b"\n", 0, _LONGEST_HEADER) + 1
    try:
        fields = parse_object(data[:end].decode("utf-8"))
        if fields.get("format") != _FORMAT:
            raise DamagedError
        version = fields.get("version")
        if isinstance(version, int) and version > _VERSION:
            raise NewerFormatError
        nonce = bytes.fromhex(str(fields.get("nonce")))
    except ValueError:
        raise DamagedError from None
    key_id, place = fields.get("key_id"), fields.get("key_place")
    if not isinstance(key_id, str) or len(nonce) != _NONCE_BYTES:
        raise DamagedError
    match place:
        case "environment" | "named file" | "keychain" | "own file":
            return Header(key_id, place, nonce, data[:end], data[end:])
        case _:
            raise DamagedError


def unseal(header: Header, key: Key) -> bytes:
    """Decrypt the content behind a header.

    Raises:
        DamagedError: The content was cut or changed.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(key.value).decrypt(header.nonce, header.body, header.line)
    except (InvalidTag, ValueError):
        raise DamagedError from None
