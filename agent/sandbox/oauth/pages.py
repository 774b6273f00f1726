"""The HTML that people see: plain pages, no script, everything that varies escaped."""

from collections.abc import Mapping
from html import escape
from importlib import resources
from string import Template
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from agent.sandbox.oauth.clients import is_loopback


async def style_sheet(_request: Request) -> Response:
    """Answers with the style sheet of the pages."""
    headers = {"Cache-Control": "max-age=300", "X-Content-Type-Options": "nosniff"}
    return Response(_read("style.css"), media_type="text/css", headers=headers)


def sign_in_page(
    client_name: str, redirect_uri: str, hidden: Mapping[str, str], email: str, alert: str, status: int
) -> HTMLResponse:
    """Returns the page on which a person signs in and approves or denies.

    Args:
        client_name: How the application calls itself.
        redirect_uri: Where the answer will go, which the page shows.
        hidden: The form's hidden fields.
        email: What to fill in as the e-mail address.
        alert: What went wrong with the attempt before; empty for the first.
        status: The HTTP status.
    """
    fields = "\n".join(
        f'      <input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in hidden.items()
    )
    page = Template(_read("sign_in.html")).substitute(
        client_name=escape(client_name),
        destination=escape(_destination(redirect_uri)),
        hidden_fields=fields,
        email=escape(email),
        alert=f'<p class="alert" role="alert" id="problem">{escape(alert)}</p>' if alert else "",
        described='aria-describedby="problem" aria-invalid="true"' if alert else "",
    )
    return HTMLResponse(page, status_code=status, headers=_headers(_form_target(redirect_uri)))


def error_page(message: str) -> HTMLResponse:
    """Returns the page for a request that must not be redirected."""
    page = Template(_read("error.html")).substitute(message=escape(message))
    return HTMLResponse(page, status_code=400, headers=_headers(""))


def _read(name: str) -> str:
    return resources.files("agent.sandbox.oauth").joinpath("templates", name).read_text("utf-8")


def _destination(redirect_uri: str) -> str:
    parts = urlsplit(redirect_uri)
    if is_loopback(parts.hostname):
        return "this computer"
    return parts.hostname or f"the application behind {parts.scheme}:"


def _form_target(redirect_uri: str) -> str:
    """Returns the source that lets a browser follow the redirect after the form (CSP form-action)."""
    parts = urlsplit(redirect_uri)
    if parts.scheme not in ("http", "https"):
        return f"{parts.scheme}:"
    # A source expression cannot hold an IPv6 address, so the scheme has to do.
    return f"{parts.scheme}:" if ":" in (parts.hostname or "") else f"{parts.scheme}://{parts.netloc}"


def _headers(form_target: str) -> dict[str, str]:
    policy = (
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {form_target}"
    )
    return {
        "Content-Security-Policy": policy.strip(),
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
