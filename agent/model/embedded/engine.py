"""HTTP to the child: one constrained completion, and the prompt's state on disk.

Source: llama.cpp's server, `POST /v1/chat/completions` (server-sent events, `return_progress`) and
`POST /slots/0?action=save|restore`.
"""

import contextlib
import hashlib
import json
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from pathlib import Path

from agent.errors import EndpointError, ModelError
from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.model.embedded.process import Endpoint
from agent.model.protocol import Usage

_STATES_KEPT = 2
_BROKEN = "The embedded model broke off its answer; the conversation is kept."
_BROKEN_HINT = "Ask again; the model is started anew."


class BrokenAnswer(EndpointError):
    """The child ended, or stopped answering properly."""


class Engine:
    """A client of the child's HTTP server.

    Args:
        endpoint: Where it listens.
        states: The folder in which it saves prompt states.
        weights_digest: SHA-256 of the weights; saved states belong to them.
    """

    def __init__(self, endpoint: Endpoint, states: Path, weights_digest: str) -> None:
        import httpx2

        self._endpoint = endpoint
        self._states = states
        self._weights_digest = weights_digest
        self._client = httpx2.AsyncClient(
            base_url=endpoint.url,
            headers={"Authorization": f"Bearer {endpoint.api_key}"},
            timeout=httpx2.Timeout(300.0, connect=5.0),
            # The child closes a connection after a few requests without saying so beforehand.
            limits=httpx2.Limits(max_keepalive_connections=0),
            trust_env=False,
        )

    async def aclose(self) -> None:
        """Close connections; the child stays."""
        await self._client.aclose()

    def state_file(self, prefix: Sequence[JsonObject]) -> Path:
        """Where the state of a prefix is kept: it belongs to the weights, the runtime and the prefix."""
        parts = [self._weights_digest, self._endpoint.runtime, json.dumps(prefix)]
        return self._states / f"{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:32]}.state"

    async def prepare(self, prefix: Sequence[JsonObject], on_progress: Callable[[float], None]) -> bool:
        """Have the prefix evaluated: restore its state from disk, or evaluate and save it.

        Args:
            prefix: The messages that every request begins with.
            on_progress: Told the fraction evaluated so far, when it has to be evaluated.

        Returns:
            Whether the state was restored.

        Raises:
            ModelError: The child cannot be reached or refuses.
        """
        state = self.state_file(prefix)
        if state.exists():
            if await self._slot("restore", state.name):
                state.touch()
                return True
            state.unlink(missing_ok=True)
        messages: list[JsonValue] = [*prefix, {"role": "user", "content": "-"}]
        async for chunk in self._stream({"messages": messages, "max_tokens": 1, "return_progress": True}):
            progress = chunk.get("prompt_progress")
            if is_object(progress):
                total, processed = progress.get("total"), progress.get("processed")
                if isinstance(total, int) and isinstance(processed, int) and total:
                    on_progress(min(processed / total, 1.0))
        # The name is given last: a state that a kill cut short is never restored.
        unfinished = state.with_suffix(".unfinished")
        if await self._slot("save", unfinished.name):
            unfinished.replace(state)
        self._delete_old_states(state)
        return False

    async def complete(
        self,
        messages: Sequence[JsonObject],
        schema: JsonObject,
        max_tokens: int,
        bias: Mapping[str, float] | None = None,
    ) -> AsyncGenerator[str | Usage, None]:
        """Ask for one JSON document that fits a schema, as pieces of its text, then the token counts.

        Closing the generator closes the connection, which stops the generation.

        Args:
            messages: The prompt.
            schema: What the document has to fit.
            max_tokens: How long it may be.
            bias: What is added to the logarithm of the odds of a token.

        Raises:
            ModelError: The child cannot be reached, refuses, or breaks off.
        """
        request: JsonObject = {
            "messages": list(messages),
            "max_tokens": max_tokens,
            "response_format": {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}},
        }
        if bias:
            request["logit_bias"] = [[token, amount] for token, amount in bias.items()]
        is_finished = False
        async with contextlib.aclosing(self._stream(request)) as chunks:
            async for chunk in chunks:
                usage = chunk.get("usage")
                if is_object(usage):
                    yield _read_usage(usage)
                choices = chunk.get("choices")
                if not isinstance(choices, list) or not choices or not is_object(choices[0]):
                    continue
                delta = choices[0].get("delta")
                if is_object(delta) and isinstance(delta.get("content"), str):
                    yield str(delta["content"])
                is_finished = is_finished or choices[0].get("finish_reason") is not None
        if not is_finished:
            raise BrokenAnswer(_BROKEN, _BROKEN_HINT)

    async def _stream(self, request: JsonObject) -> AsyncGenerator[JsonObject, None]:
        """Yield the chunks of a streamed completion."""
        import httpx2

        body = request | {
            "stream": True,
            "stream_options": {"include_usage": True},
            "temperature": 0.0,
            "cache_prompt": True,
        }
        try:
            async with self._client.stream("POST", "/v1/chat/completions", json=body) as response:
                if response.status_code != 200:
                    raise ModelError(
                        "The embedded model refused the request: "
                        f"{_error_text(await response.aread(), response.status_code)}."
                    )
                async for line in response.aiter_lines():
                    if line.startswith("error:"):
                        raise BrokenAnswer(_BROKEN, _BROKEN_HINT)
                    if line.startswith("data:") and (data := line[5:].strip()) != "[DONE]":
                        chunk = json.loads(data)
                        if is_object(chunk):
                            yield chunk
        except (httpx2.HTTPError, ValueError) as error:
            raise BrokenAnswer(_BROKEN, _BROKEN_HINT) from error

    async def _slot(self, action: str, file_name: str) -> bool:
        import httpx2

        try:
            response = await self._client.post(
                "/slots/0", params={"action": action}, json={"filename": file_name}
            )
        except httpx2.HTTPError as error:
            raise BrokenAnswer(_BROKEN, _BROKEN_HINT) from error
        return response.status_code == 200

    def _delete_old_states(self, newest: Path) -> None:
        """Keep the states used last; each is tens of megabytes."""
        others = [path for path in self._states.glob("*.state") if path != newest]
        others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
        for path in [*others[_STATES_KEPT - 1 :], *self._states.glob("*.unfinished")]:
            path.unlink(missing_ok=True)


def _read_usage(usage: JsonObject) -> Usage:
    details = usage.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if is_object(details) else 0
    return Usage(_count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens")), _count(cached))


def _count(value: JsonValue) -> int:
    return value if isinstance(value, int) else 0


def _error_text(body: bytes, status: int) -> str:
    try:
        parsed = json.loads(body)
        return str(parsed["error"]["message"]).rstrip(".")
    except (ValueError, KeyError, TypeError):
        return f"status {status}"
