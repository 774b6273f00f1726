"""What a browser is told at the loopback address, to the letter."""

import asyncio

import pytest

from agent.auth.callback import CallbackListener, Redirect, parse_redirect
from agent.auth.landing_page import landing_page

pytestmark = pytest.mark.anyio


async def ask(port: int, request: bytes) -> tuple[str, dict[str, str], str]:
    """Send a request, and read its status line, headers and body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = (await reader.read()).decode()
    writer.close()
    head, _, body = answer.partition("\r\n\r\n")
    status, *lines = head.split("\r\n")
    return status, dict(line.split(": ", 1) for line in lines), body


def get(target: str) -> bytes:
    return f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()


def test_the_page_of_a_sign_in_that_worked_says_so() -> None:
    page = landing_page(None)
    assert page.count("<title>You are signed in</title>") == 1
    assert "<h1>You are signed in</h1>\n<p>Close this tab and go back to the terminal.</p>" in page


def test_the_page_of_a_sign_in_that_did_not_work_says_why() -> None:
    page = landing_page("It was <refused>.")
    assert page.count("<title>The sign-in did not work</title>") == 1
    assert "<h1>The sign-in did not work</h1>\n<p>It was &lt;refused&gt;.</p>" in page


def test_every_parameter_of_an_answer_is_read() -> None:
    assert parse_redirect("/callback?state=s&error=denied&error_description=No.&iss=i#top") == Redirect(
        "s", None, "denied", "No.", "i"
    )


@pytest.mark.parametrize("name", ["state", "code", "iss", "error_description"])
def test_a_parameter_that_is_there_twice_is_named(name: str) -> None:
    with pytest.raises(ValueError, match=rf"^{name} is there more than once$"):
        parse_redirect(f"{name}=1&{name}=2&state=s&code=c")


def test_an_answer_may_have_many_parameters_and_not_any_number() -> None:
    others = "&".join(f"x{number}=1" for number in range(48))
    assert parse_redirect(f"state=s&code=c&{others}").code == "c"
    with pytest.raises(ValueError, match="num"):
        parse_redirect(f"state=s&code=c&{others}&y=1")


async def test_a_browser_that_comes_back_is_told_how_it_ended() -> None:
    async with CallbackListener() as listener:
        assert listener.redirect_uri == f"http://127.0.0.1:{listener.port}/callback"
        listener.expect("s")
        asking = asyncio.create_task(ask(listener.port, get("/callback?state=s&code=c")))
        assert await listener.redirect() == Redirect("s", "c", None, None, None)
        listener.finish(None)
        listener.finish("Only the first counts.")
        status, headers, body = await asking
    assert status == "HTTP/1.1 200 OK"
    assert body == landing_page(None)
    assert headers == {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Length": str(len(body.encode())),
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
        "Connection": "close",
    }


async def test_a_browser_is_told_that_a_sign_in_failed() -> None:
    async with CallbackListener() as listener:
        listener.expect("s")
        asking = asyncio.create_task(ask(listener.port, get("/callback?state=s&error=denied")))
        await listener.redirect()
        listener.finish("It was refused.")
        status, _, body = await asking
    assert (status, body) == ("HTTP/1.1 400 Bad Request", landing_page("It was refused."))


async def test_a_sign_in_that_is_given_up_is_told_as_that() -> None:
    async with CallbackListener() as listener:
        listener.expect("s")
        asking = asyncio.create_task(ask(listener.port, get("/callback?state=s&code=c")))
        await listener.redirect()
    status, _, body = await asking
    assert status == "HTTP/1.1 400 Bad Request"
    assert body == landing_page("The sign-in was given up. Go back to the terminal.")


@pytest.mark.parametrize(
    ("request_", "status", "sentence"),
    [
        (
            b"POST /callback?state=s&code=c HTTP/1.1\r\n\r\n",
            "405 Method Not Allowed",
            "This address only takes a browser's redirect.",
        ),
        (b"GET\r\n\r\n", "405 Method Not Allowed", "This address only takes a browser's redirect."),
        (get("/favicon.ico"), "404 Not Found", "There is nothing at this address."),
        (
            get("/callback?state=s"),
            "400 Bad Request",
            "The address holds no answer of an authorization server.",
        ),
    ],
)
async def test_any_other_request_is_told_what_the_address_is_for(
    request_: bytes, status: str, sentence: str
) -> None:
    async with CallbackListener() as listener:
        answered, _, body = await ask(listener.port, request_)
    assert answered == f"HTTP/1.1 {status}"
    assert body == landing_page(sentence)
