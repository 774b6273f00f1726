"""Password hashing with scrypt (RFC 7914).

The parameters travel inside each hash, so they can be raised without invalidating stored ones. They
are modest on purpose: the accounts are those of a demonstration, and a start must not wait for them.
"""

import base64
import hashlib
import hmac
import secrets

_COST = 2**12
_BLOCK_SIZE = 8
_PARALLELISM = 1
_SALT_BYTES = 16
_HASH_BYTES = 32


def hash_password(password: str) -> str:
    """Returns a salted hash in the form `scrypt$n$r$p$salt$hash`."""
    salt = secrets.token_bytes(_SALT_BYTES)
    digest = _derive(password, salt, _COST, _BLOCK_SIZE, _PARALLELISM)
    encoded = [base64.b64encode(part).decode("ascii") for part in (salt, digest)]
    return "$".join(["scrypt", str(_COST), str(_BLOCK_SIZE), str(_PARALLELISM), *encoded])


def verify_password(password: str, stored: str) -> bool:
    """Returns whether `password` is the one that `stored` was made from."""
    _, cost, block_size, parallelism, salt, expected = stored.split("$")
    digest = _derive(password, base64.b64decode(salt), int(cost), int(block_size), int(parallelism))
    return hmac.compare_digest(digest, base64.b64decode(expected))


def _derive(password: str, salt: bytes, cost: int, block_size: int, parallelism: int) -> bytes:
    secret = password.encode("utf-8", errors="surrogatepass")
    return hashlib.scrypt(secret, salt=salt, n=cost, r=block_size, p=parallelism, dklen=_HASH_BYTES)
