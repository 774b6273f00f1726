"""Random tokens, and the form in which they are stored."""

import base64
import hashlib
import hmac
import secrets

_TOKEN_BYTES = 32


def new_token() -> str:
    """Returns 256 random bits as URL-safe text."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def hashed(token: str) -> str:
    """Returns the SHA-256 of a token in hexadecimal: a token is random, so no salt is needed."""
    return hashlib.sha256(token.encode("utf-8", errors="surrogatepass")).hexdigest()


def same(one: str, other: str) -> bool:
    """Returns whether two secrets are equal, in a time that does not depend on where they differ."""
    return hmac.compare_digest(hashed(one), hashed(other))


def challenge_of(verifier: str) -> str:
    """Returns the S256 code challenge of a code verifier (RFC 7636 section 4.2)."""
    digest = hashlib.sha256(verifier.encode("ascii", errors="replace")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
