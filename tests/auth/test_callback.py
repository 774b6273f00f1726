"""The loopback address that the browser comes back to."""

import asyncio
import contextlib
import socket
from urllib.parse import quote, urlencode

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.auth.callback import CallbackListener, parse_redirect
from agent.auth.landing_page import landing_page
from agent.errors import SignInError

_values = st.text(min_size=1, alphabet=st.characters(codec="utf-8"))


@given(
    code=_values,
    state=_values,
    issuer=st.none() | _values,
    prefix=st.sampled_from(["", "?", "/callback?", "http://127.0.0.1:9/callback?"]),
)
def test_whatever_a_server_sends_is_read_as_it_was_sent(
    code: str, state: str, issuer: str | None, prefix: str
) -> None:
    fields = {"code": code, "state": state, **({} if issuer is None else {"iss": issuer})}

    redirect = parse_redirect(f"  {prefix}{urlencode(fields, quote_via=quote)}\n")

    assert (redirect.code, redirect.state, redirect.iss, redirect.error) == (code, state, issuer, None)


@given(st.text())
def test_any_other_text_is_refused_and_nothing_else_happens(text: str) -> None:
    try:
        redirect = parse_redirect(text)
    except ValueError:
        return
    assert (redirect.code is None) != (redirect.error is None)


@pytest.mark.parametrize(
    "text", ["", "code", "state=1", "code=1&code=2&state=3", "code=1&error=2", "code=&state=3", "http://[::1"]
)
def test_an_address_without_exactly_one_answer_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"neither|more than once"):
        parse_redirect(text)


def test_a_redirect_shows_neither_code_nor_state() -> None:
    shown = repr(parse_redirect("code=c0de&state=5tate&iss=https://i.example"))
    assert "c0de" not in shown
    assert "5tate" not in shown


def test_the_landing_page_shows_a_failure_as_text() -> None:
    page = landing_page("<script>alert(1)</script>")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_a_port_in_use_is_one_clear_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SignInError, match=rf"Port {port} on this machine is in use"):
            CallbackListener(port)


@pytest.mark.anyio
async def test_the_port_is_held_from_its_choice() -> None:
    listener = CallbackListener()
    with pytest.raises(SignInError):
        CallbackListener(listener.port)
    async with listener:
        with pytest.raises(SignInError):
            CallbackListener(listener.port)
    async with CallbackListener(listener.port) as again:
        assert again.redirect_uri == listener.redirect_uri


@pytest.mark.anyio
async def test_only_the_redirect_counts_and_the_page_tells_how_it_ended() -> None:
    async with CallbackListener() as listener, httpx2.AsyncClient() as http:
        base = f"http://127.0.0.1:{listener.port}"
        assert (await http.get(f"{base}/favicon.ico")).status_code == 404
        assert (await http.post(listener.redirect_uri)).status_code == 405
        assert (await http.get(f"{listener.redirect_uri}?hello=1")).status_code == 400

        listener.expect("2")
        browser = asyncio.create_task(http.get(f"{listener.redirect_uri}?code=1&state=2"))
        assert (await listener.redirect()).code == "1"
        assert not browser.done()
        listener.finish(None)
        page = await browser

    assert page.status_code == 200
    assert "You are signed in" in page.text
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.anyio
@pytest.mark.parametrize(
    "query", ["code=0", "code=0&state=", "code=0&state=3", "error=access_denied", "error=x&state=1"]
)
async def test_an_answer_of_a_stranger_is_refused_and_the_right_one_is_waited_for(query: str) -> None:
    async with CallbackListener() as listener, httpx2.AsyncClient() as http:
        listener.expect("2")
        stranger = await http.get(f"{listener.redirect_uri}?{query}")
        assert stranger.status_code == 400
        assert "belongs to another sign-in" in stranger.text
        assert listener.strangers == 1

        browser = asyncio.create_task(http.get(f"{listener.redirect_uri}?code=1&state=2"))
        assert (await listener.redirect()).code == "1"
        listener.finish(None)
        assert (await browser).status_code == 200


@pytest.mark.anyio
async def test_before_a_request_is_sent_every_answer_is_a_strangers() -> None:
    async with CallbackListener() as listener, httpx2.AsyncClient() as http:
        assert (await http.get(f"{listener.redirect_uri}?code=1&state=2")).status_code == 400
        assert (await http.get(f"{listener.redirect_uri}?code=1")).status_code == 400
        assert listener.strangers == 2


@pytest.mark.anyio
async def test_a_sign_in_that_is_given_up_tells_the_browser_and_leaves_nothing_open() -> None:
    async with CallbackListener() as listener, httpx2.AsyncClient() as http:
        listener.expect("2")
        browser = asyncio.create_task(http.get(f"{listener.redirect_uri}?code=1&state=2"))
        await listener.redirect()
        # A connection that a browser opened ahead and never used does not hold up the end.
        _, unused = await asyncio.open_connection("127.0.0.1", listener.port)
        await listener.__aexit__()
        assert "given up" in (await browser).text
        unused.close()
        await unused.wait_closed()


@pytest.mark.anyio
@pytest.mark.parametrize(
    "junk", [b"\r\n\r\n", b"\xff\xfe\x00 x\r\n\r\n", b"GET " + b"a" * 200_000 + b"\r\n\r\n"]
)
async def test_junk_on_the_port_harms_nothing(junk: bytes) -> None:
    async with CallbackListener() as listener, httpx2.AsyncClient() as http:
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        writer.write(junk)
        with contextlib.suppress(ConnectionError):  # it hangs up on a line without end
            await reader.read()
        writer.close()

        listener.expect("2")
        browser = asyncio.create_task(http.get(f"{listener.redirect_uri}?code=1&state=2"))
        assert (await listener.redirect()).code == "1"
        listener.finish(None)
        assert (await browser).status_code == 200
