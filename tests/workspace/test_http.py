"""The HTTP seam, where it is nearer to look at it alone."""

import datetime
import ipaddress
from email.utils import format_datetime
from pathlib import Path

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from starlette.responses import PlainTextResponse, Response

from agent.errors import ServerError
from agent.workspace.http import AnsweringTransport, Patience
from agent.workspace.workspace import Workspace
from tests.workspace.demo_server import Naps
from tests.workspace.mcp_servers import Gate, Seen, running, scripted

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("retry_after", "least", "most"),
    [
        ("0", 0.1, 0.1),
        ("12", 12.0, 12.0),
        ("soon", 2.0, 2.0),
        ("", 2.0, 2.0),
        ("in a minute", 1.0, 60.0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.1, 0.1),
    ],
    ids=["nothing", "seconds", "nonsense", "missing", "date", "past_date"],
)
async def test_the_time_to_wait_is_read_as_a_number_or_as_a_date(
    retry_after: str, least: float, most: float, naps: Naps
) -> None:
    if retry_after == "in a minute":
        retry_after = format_datetime(datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=1))
    answers = [PlainTextResponse("slow down", 429, {"Retry-After": retry_after})]

    async def fault(_: Seen) -> Response | None:
        return answers.pop() if answers else None

    patience = Patience(5.0, 90.0, naps, lambda _: None)
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    with running(Gate(fault=fault)) as server:
        transport = AnsweringTransport(httpx2.AsyncClient(), patience)
        async with httpx2.AsyncClient(transport=transport) as client:
            await client.post(server.url, json=message)
    (nap,) = naps.taken
    assert least <= nap <= most


async def test_a_proxy_of_the_environment_is_used_but_never_for_this_machine(
    monkeypatch: pytest.MonkeyPatch, naps: Naps
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with running(scripted({})) as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        async with Workspace("http://workspace.invalid/mcp", sleep=naps) as workspace:
            assert (await workspace.connect()).name == "scripted"
    with running(scripted({})) as server:
        async with Workspace(server.url, sleep=naps) as workspace:
            assert (await workspace.connect()).name == "scripted"


def self_signed(folder: Path) -> tuple[Path, Path]:
    """Write a certificate for 127.0.0.1 that nobody trusts, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = folder / "certificate.pem", folder / "key.pem"
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate_file, key_file


async def test_a_certificate_that_nobody_trusts_is_named_as_the_reason(tmp_path: Path, naps: Naps) -> None:
    certificate, key = self_signed(tmp_path)
    with running(scripted({}), tls=(certificate, key)) as server:
        async with Workspace(server.url, sleep=naps) as workspace:
            with pytest.raises(ServerError, match="self-signed certificate"):
                await workspace.connect()
    assert naps.taken == []
