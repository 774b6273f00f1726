"""A proxy before the sandbox that keeps every secret which passes it, and turns hostile when told to."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from evals.red_team.forwarding import Answer, Proxy, Request, forwarding

_SECRETS = {
    "access_token",
    "client_secret",
    "code",
    "code_verifier",
    "id_token",
    "password",
    "refresh_token",
    "state",
}


class RecordingProxy(Proxy):
    """The sandbox at another address.

    Args:
        origin: Of the sandbox.
        own: Its own host and port.
    """

    def __init__(self, origin: str, own: str) -> None:
        super().__init__(origin, own)
        self.refuses = False
        """Refuse every token and refresh, with the secret that was sent in the error's own words."""
        self._seen: dict[str, set[str]] = {}

    def seen(self, *kinds: str) -> set[str]:
        """The secrets that passed, of the given kinds or of all."""
        return {secret for kind in kinds or self._seen for secret in self._seen.get(kind, ())}

    def take(self, request: Request) -> Answer | None:
        """Keep the secrets of a request, and refuse it when told to."""
        form = dict(parse_qsl(request.content)) if request.path.startswith("/oauth/") else {}
        self.note_address(request.path)
        self.note(form)
        return self._refusal(request, form) if self.refuses else None

    def _refusal(self, request: Request, form: dict[str, str]) -> Answer:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        challenge = {"WWW-Authenticate": f'Bearer error="invalid_token", error_description="not {token}"'}
        if request.path != "/oauth/token":
            return Answer(401, challenge, json.dumps({"not": token}))
        echo = {"error": "invalid_grant", "error_description": f"not {form.get('refresh_token')}"}
        return Answer(400, challenge, json.dumps(echo))

    def lets_stream(self, request: Request) -> bool:
        """Streams are handed on as they come: no secret of a sign-in is in one."""
        return True

    def give(self, request: Request, answer: Answer) -> str:
        """Keep the secrets of an answer."""
        self.note_address(answer.headers.get("location", ""))
        if request.path in ("/oauth/token", "/oauth/register"):
            self.note(json.loads(answer.text))
        return answer.text

    def note_address(self, address: str) -> None:
        """Keep the secrets in an address."""
        self.note(dict(parse_qsl(urlsplit(address).query)))

    def note(self, fields: dict[str, Any]) -> None:
        """Keep those fields of a form or an object that are secret."""
        for name in _SECRETS & fields.keys():
            self._seen.setdefault(name, set()).add(str(fields[name]))


@contextmanager
def recording_proxy(origin: str) -> Generator[RecordingProxy]:
    """Serve a sandbox through a proxy.

    Args:
        origin: Of the sandbox.
    """
    with forwarding(lambda own: RecordingProxy(origin, own)) as proxy:
        yield proxy
