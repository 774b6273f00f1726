"""Which certificate authorities are trusted, read once a process.

Reading all of them takes longer than a request on this machine, and each client would do it for itself.
"""

import os
import ssl
from functools import cache

import httpx2


def trusted_authorities(*, trust_env: bool = True) -> ssl.SSLContext:
    """What TLS connections of a client are checked against.

    Args:
        trust_env: Go by `SSL_CERT_FILE` and `SSL_CERT_DIR`.
    """
    named = (os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")) if trust_env else ()
    return _read(trust_env, *named)


@cache
def _read(trust_env: bool, *_named: str | None) -> ssl.SSLContext:
    return httpx2.create_ssl_context(trust_env=trust_env)
