"""The way to the server: its name, a connection, TLS, the proxy if there is one, and the server's clock."""

import asyncio
import os
import socket
import ssl
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import httpx2

from agent.auth.token_endpoint import make_oauth_client
from agent.doctor.case import Case, run_aside
from agent.doctor.finding import Finding, Outcome
from agent.model.addresses import is_on_this_machine

NETWORK = "network"
CLOCK = "clock"
_SECONDS = 5.0
_PORTS = {"http": 80, "https": 443}
# Tokens of five minutes, as servers give them, are renewed a minute ahead: a clock that is put right by
# more than that while one lives makes it die unnoticed. Below it lie whole seconds and slow answers.
_LARGEST_SKEW = 60.0
# Certificates and the days of answers ("today", "overdue") are wrong by then.
_DAY = 86_400.0


async def check_network(server: str, environ: Mapping[str, str], *, seconds: float = _SECONDS) -> Finding:
    """Find the server's host and connect to it, or to the proxy in front of it.

    Args:
        server: The MCP server's address.
        environ: The process environment.
        seconds: How long it may take.
    """
    if fault := _certificate_fault(environ):
        return fault
    parts = urlsplit(server)
    proxy = _proxy_for(parts)
    target = urlsplit(proxy) if proxy else parts
    host, port = target.hostname or "", target.port or _PORTS.get(target.scheme, 0)
    via = f" through the proxy {target.scheme}://{host}:{port}" if proxy else ""
    try:
        async with asyncio.timeout(seconds):
            addresses = await run_aside(lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
            how = await _connect(
                [str(address[4][0]) for address in addresses],
                host,
                port,
                tls=parts.scheme == "https" and not proxy,
            )
    except socket.gaierror as error:
        return _fault(f"the name {host} is not known ({error.strerror})", bool(proxy))
    except TimeoutError:
        return _fault(f"{host}:{port} did not answer within {seconds:g} s", bool(proxy))
    except ssl.SSLError as error:
        return _distrust(host, error)
    except OSError as error:
        reason = "the connection was refused" if isinstance(error, ConnectionRefusedError) else error.strerror
        return _fault(f"{host}:{port} cannot be reached: {reason or type(error).__name__}", bool(proxy))
    return Finding(NETWORK, Outcome.OK, f"{parts.hostname} is reached{via}{how}")


async def _connect(addresses: list[str], host: str, port: int, *, tls: bool) -> str:
    """Connect to the first address that takes it, and say how it is secured."""
    context = httpx2.create_ssl_context() if tls else None
    failure: OSError | None = None
    for address in dict.fromkeys(addresses):
        try:
            _, writer = await asyncio.open_connection(
                address, port, ssl=context, server_hostname=host if tls else None
            )
        except ssl.SSLError:
            raise
        except OSError as error:
            failure = error
            continue
        session: object = writer.get_extra_info("ssl_object")
        how = f", {session.version()}" if isinstance(session, ssl.SSLObject) else ""
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        return how
    raise failure or OSError("it has no address")


def _proxy_for(parts: SplitResult) -> str:
    """The proxy that the environment names for an address, as the HTTP client sees it; empty without one."""
    host = parts.hostname or ""
    if is_on_this_machine(parts.geturl()) or urllib.request.proxy_bypass(host):
        return ""
    proxies = urllib.request.getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all") or ""
    return proxy if "://" in proxy or not proxy else f"http://{proxy}"


def _certificate_fault(environ: Mapping[str, str]) -> Finding | None:
    name = environ.get("SSL_CERT_FILE", "")
    if not name or os.access(Path(name), os.R_OK):
        return None
    return Finding(
        NETWORK,
        Outcome.PROBLEM,
        f"SSL_CERT_FILE names {name}, which cannot be read",
        "Correct SSL_CERT_FILE, or unset it.",
    )


def _fault(text: str, through_proxy: bool) -> Finding:
    advice = (
        "Check HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY."
        if through_proxy
        else "Check the network and the address (--server, ASTRAVUE_SERVER)."
    )
    return Finding(NETWORK, Outcome.PROBLEM, text, advice)


def _distrust(host: str, error: ssl.SSLError) -> Finding:
    if isinstance(error, ssl.SSLCertVerificationError):
        return Finding(
            NETWORK,
            Outcome.PROBLEM,
            f"the certificate of {host} is not trusted: {error.verify_message}",
            "Set SSL_CERT_FILE to a file with your organisation's certificates; check the clock.",
        )
    return _fault(f"{host} does not speak TLS there ({error.reason or 'no reason given'})", False)


async def check_clock(case: Case) -> Finding:
    """Compare this machine's clock with the one that the server's answers are dated by.

    Source: RFC 9110, section 6.6.1 (Date).
    """
    parts = urlsplit(case.settings.server)
    try:
        async with make_oauth_client() as http:
            before = case.clock()
            async with http.stream("GET", f"{parts.scheme}://{parts.netloc}/") as response:
                between = (before + case.clock()) / 2
                dated = parsedate_to_datetime(response.headers["Date"]).timestamp()
    except (httpx2.HTTPError, KeyError, ValueError):
        return Finding(CLOCK, Outcome.NOT_TRIED, "the server does not say what time it is")
    # The server's time is cut to whole seconds.
    skew = between - (dated + 0.5)
    if abs(skew) <= _LARGEST_SKEW:
        return Finding(CLOCK, Outcome.OK, "right, by the server's clock")
    grave = abs(skew) >= _DAY
    return Finding(
        CLOCK,
        Outcome.PROBLEM if grave else Outcome.WARNING,
        f"{_in_words(abs(skew))} {'ahead of' if skew > 0 else 'behind'} the server's: "
        + ("certificates and the days in answers are wrong" if grave else "tokens may expire unnoticed"),
        "Set this machine's clock, or have it set from the network (timedatectl set-ntp true).",
    )


def _in_words(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h" if seconds < 2 * _DAY else f"{seconds / _DAY:.0f} days"
