"""The way to the server, and its clock, over real connections."""

import dataclasses
import datetime
import ipaddress
import socket
import ssl
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from agent.doctor.case import Case
from agent.doctor.finding import Finding, Outcome
from agent.doctor.network import check_clock, check_network
from tests.doctor.conftest import NOW, Serve

pytestmark = pytest.mark.anyio

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def no_proxy_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


async def test_a_server_that_takes_connections_is_reached(serve: Serve) -> None:
    async with serve(None) as port:
        finding = await check_network(f"http://127.0.0.1:{port}/mcp", {})
    assert finding == Finding("network", Outcome.OK, "127.0.0.1 is reached")


async def test_a_closed_port_is_a_problem() -> None:
    port = free_port()
    finding = await check_network(f"http://127.0.0.1:{port}/mcp", {})
    assert finding.outcome is Outcome.PROBLEM
    assert finding.text == f"127.0.0.1:{port} cannot be reached: the connection was refused"
    assert "--server" in finding.advice


async def test_a_name_that_nobody_knows_is_a_problem() -> None:
    finding = await check_network("https://no-such-host.invalid/mcp", {})
    assert finding.outcome is Outcome.PROBLEM
    assert "the name no-such-host.invalid is not known" in finding.text


async def test_a_proxy_is_named_without_its_password(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serve(None) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://mara:hidden-word@127.0.0.1:{port}")
        finding = await check_network("https://no-such-host.invalid/mcp", {})
    text = f"no-such-host.invalid is reached through the proxy http://127.0.0.1:{port}"
    assert finding == Finding("network", Outcome.OK, text)


async def test_a_proxy_that_is_away_is_a_problem_that_names_the_variables(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ALL_PROXY", f"127.0.0.1:{free_port()}")
    finding = await check_network("https://no-such-host.invalid/mcp", {})
    assert finding.outcome is Outcome.PROBLEM
    assert "HTTPS_PROXY" in finding.advice


async def test_no_proxy_stands_before_this_machine(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    async with serve(None) as port:
        finding = await check_network(f"http://localhost:{port}/mcp", {})
    assert finding.outcome is Outcome.OK


async def test_certificates_that_cannot_be_read_are_a_problem(tmp_path: Path) -> None:
    finding = await check_network("https://a.example/mcp", {"SSL_CERT_FILE": str(tmp_path / "none.pem")})
    assert finding.outcome is Outcome.PROBLEM
    assert "SSL_CERT_FILE" in finding.advice


def make_certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    begin = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    names = x509.SubjectAlternativeName(
        [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + datetime.timedelta(days=9))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "server.pem"
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path


async def test_a_certificate_is_trusted_once_ssl_cert_file_names_its_issuer(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = make_certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    async with serve(None, context) as port:
        distrusted = await check_network(f"https://localhost:{port}/mcp", {})
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        trusted = await check_network(f"https://localhost:{port}/mcp", {"SSL_CERT_FILE": str(certificate)})
    assert distrusted.outcome is Outcome.PROBLEM
    assert "the certificate of localhost is not trusted: self-signed certificate" in distrusted.text
    assert "SSL_CERT_FILE" in distrusted.advice
    assert (trusted.outcome, trusted.text) == (Outcome.OK, "localhost is reached, TLSv1.3")


async def test_a_server_without_tls_at_an_https_address_is_a_problem(serve: Serve) -> None:
    async with serve(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        finding = await check_network(f"https://127.0.0.1:{port}/mcp", {})
    assert finding.outcome is Outcome.PROBLEM
    assert "does not speak TLS there" in finding.text


async def test_a_server_that_never_ends_its_greeting_is_given_up(serve: Serve) -> None:
    async with serve(None) as port:
        finding = await check_network(f"https://127.0.0.1:{port}/mcp", {}, seconds=0.05)
    assert finding.outcome is Outcome.PROBLEM
    assert finding.text == f"127.0.0.1:{port} did not answer within 0.05 s"


@pytest.mark.parametrize(
    ("ahead", "outcome", "words"),
    [
        (0.0, Outcome.OK, "right, by the server's clock"),
        (59.0, Outcome.OK, "right, by the server's clock"),
        (-90.0, Outcome.WARNING, "90 s behind the server's: tokens may expire unnoticed"),
        (600.0, Outcome.WARNING, "10 min ahead of the server's: tokens may expire unnoticed"),
        (9000.0, Outcome.WARNING, "2 h ahead of the server's"),
        (-10 * 86_400.0, Outcome.PROBLEM, "10 days behind the server's: certificates"),
    ],
)
async def test_a_clock_is_compared_with_the_servers(
    serve: Serve, make_case: Callable[..., Case], ahead: float, outcome: Outcome, words: str
) -> None:
    dated = formatdate(NOW - ahead, usegmt=True)
    answer = f"HTTP/1.1 404 Not Found\r\nDate: {dated}\r\nContent-Length: 0\r\n\r\n".encode()
    async with serve(answer) as port:
        finding = await check_clock(make_case(f"http://127.0.0.1:{port}/mcp"))
    assert finding.outcome is outcome
    assert words in finding.text
    assert ("timedatectl" in finding.advice) == (outcome is not Outcome.OK)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nDate: yesterday\r\nContent-Length: 0\r\n\r\n",
        b"no HTTP at all\r\n\r\n",
    ],
)
async def test_a_server_that_names_no_time_says_nothing_of_the_clock(
    serve: Serve, make_case: Callable[..., Case], answer: bytes
) -> None:
    async with serve(answer) as port:
        finding = await check_clock(make_case(f"http://127.0.0.1:{port}/mcp"))
    assert finding.outcome is Outcome.NOT_TRIED


async def test_the_time_that_the_answer_takes_is_no_skew(
    serve: Serve, make_case: Callable[..., Case]
) -> None:
    answer = f"HTTP/1.1 200 OK\r\nDate: {formatdate(NOW, usegmt=True)}\r\nContent-Length: 0\r\n\r\n".encode()
    times = iter((NOW - 50, NOW + 50))
    async with serve(answer) as port:
        case = dataclasses.replace(make_case(f"http://127.0.0.1:{port}/mcp"), clock=lambda: next(times))
        assert (await check_clock(case)).outcome is Outcome.OK
