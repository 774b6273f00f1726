"""The vault's file format: one readable header line, then AES-256-GCM.

The header names the format, its version, which key it takes and where that key lives, so that a
wrong key is told from a damaged file and the right place is asked for the right key. It also holds
how a key is made from a passphrase. The header is authenticated with the content (NIST SP 800-38D:
additional authenticated data). A vault that its owner wants unencrypted has the same header, and
its content follows as it is.
"""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Literal

from agent.auth.passphrase import Derivation
from agent.jsontypes import JsonObject, is_object, parse_object

KEY_BYTES = 32
LONGEST_HEADER = 1024
_FORMAT = "astravue-vault"
_VERSION = 1
_NONCE_BYTES = 12

KeyPlace = Literal["environment", "named file", "keychain", "own file", "passphrase", "plaintext"]


class DamagedError(Exception):
    """The content is not a vault, or not all of one."""


class NewerFormatError(Exception):
    """A newer version of this program wrote the file."""


@dataclass(frozen=True, slots=True)
class Key:
    """The vault's key and where it was found.

    Args:
        value: 32 bytes, random or derived from a passphrase; empty for no encryption.
        place: Which kind of place holds it.
        location: The same for people: "the OS keychain", "the key file PATH".
        derivation: How it was made from a passphrase; None for a random key.
    """

    value: bytes = field(repr=False)
    place: KeyPlace
    location: str
    derivation: Derivation | None = None

    @property
    def key_id(self) -> str:
        """A fingerprint that tells keys apart and gives nothing away of a random key.

        Of a derived one it lets passphrases be tried, as the sealed content does, at the cost of a
        derivation each.
        """
        return hashlib.sha256(b"astravue-vault key id\0" + self.value).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Header:
    """The first line of a vault file."""

    key_id: str
    key_place: KeyPlace
    nonce: bytes
    line: bytes
    body: bytes = field(repr=False)
    derivation: Derivation | None = None


PLAINTEXT = Key(b"", "plaintext", "none; the vault is not encrypted")
"""Stands for the wish of a vault's owner that it be kept unencrypted."""


def passphrase_key(passphrase: str, derivation: Derivation) -> Key:
    """Make the key that a passphrase stands for, which takes about half a second."""
    value = derivation.derive(passphrase, KEY_BYTES)
    return Key(value, "passphrase", "derived from your passphrase, kept nowhere", derivation)


def seal(content: bytes, key: Key) -> bytes:
    """Encrypt the vault's content under a fresh random nonce, unless the key stands for plaintext."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(_NONCE_BYTES)
    header: JsonObject = {
        "format": _FORMAT,
        "version": _VERSION,
        "key_id": key.key_id,
        "key_place": key.place,
        "nonce": nonce.hex(),
    }
    if key.derivation is not None:
        header["derivation"] = key.derivation.to_json()
    line = json.dumps(header).encode() + b"\n"
    if key.place == "plaintext":
        return line + content
    return line + AESGCM(key.value).encrypt(nonce, content, line)


def read_header(data: bytes) -> Header:
    """Read the first line of a vault file.

    Raises:
        DamagedError: It is no vault header.
        NewerFormatError: A newer version of this program wrote it.
    """
    end = data.find(b"\n", 0, LONGEST_HEADER) + 1
    try:
        fields = parse_object(data[:end].decode("utf-8"))
        if fields.get("format") != _FORMAT:
            raise DamagedError
        version = fields.get("version")
        if isinstance(version, int) and version > _VERSION:
            raise NewerFormatError
        nonce = bytes.fromhex(str(fields.get("nonce")))
        place = _read_place(fields)
        derivation = _read_derivation(fields) if place == "passphrase" else None
    except ValueError:
        raise DamagedError from None
    key_id = fields.get("key_id")
    if not isinstance(key_id, str) or len(nonce) != _NONCE_BYTES:
        raise DamagedError
    return Header(key_id, place, nonce, data[:end], data[end:], derivation)


def _read_place(fields: JsonObject) -> KeyPlace:
    match fields.get("key_place"):
        case ("environment" | "named file" | "keychain" | "own file" | "passphrase" | "plaintext") as place:
            return place
        case _:
            raise ValueError("no place that is known")


def _read_derivation(fields: JsonObject) -> Derivation:
    derivation = fields.get("derivation")
    if not is_object(derivation):
        raise ValueError("no derivation")
    return Derivation.from_json(derivation)


def unseal(header: Header, key: Key) -> bytes:
    """Decrypt the content behind a header; that of a plaintext vault is given as it stands.

    Raises:
        DamagedError: The content was cut or changed.
    """
    if header.key_place == "plaintext":
        return header.body
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(key.value).decrypt(header.nonce, header.body, header.line)
    except (InvalidTag, ValueError):
        raise DamagedError from None
