"""A model behind any endpoint that speaks OpenAI's Chat Completions with streaming.

Stateless: each request carries the whole history. Imported only when a request is about to be
made, since the `openai` package takes most of a second to load.
"""

from collections.abc import AsyncGenerator, Iterator, Mapping

import httpx2
import openai
from openai.types.chat import (
    ChatCompletionChunk,
    ChatCompletionMessageParam,
    ChatCompletionToolUnionParam,
)

from agent import __version__
from agent.conversation import AssistantMessage, Message, ToolMessage, UserMessage
from agent.errors import LimitError, ModelError
from agent.jsontypes import JsonObject, JsonValue, dump, is_object, parse_object
from agent.model.accumulator import StreamAccumulator
from agent.model.addresses import is_on_this_machine
from agent.model.protocol import FunctionDefinition, ModelRequest, StreamItem
from agent.model.server_sent import read_data

_TIMEOUT = httpx2.Timeout(30.0, read=300.0)


class ChatCompletionsModel:
    """One model of one endpoint.

    Args:
        name: The model's name at the endpoint.
        base_url: The endpoint, usually ending in `/v1`.
        api_key: Sent as bearer; endpoints without keys accept any text.
        max_retries: How often a request that was not answered is sent again.
    """

    def __init__(
        self,
        name: str,
        *,
        base_url: str,
        api_key: str,
        max_retries: int = openai.DEFAULT_MAX_RETRIES,
    ) -> None:
        self._name = name
        self._base_url = base_url
        self._http = httpx2.AsyncClient(timeout=_TIMEOUT, trust_env=not is_on_this_machine(base_url))
        self._client = openai.AsyncOpenAI(
            api_key=api_key,
            base_url=base_url,
            http_client=self._http,
            max_retries=max_retries,
            default_headers={"User-Agent": f"astravue-agent/{__version__}"},
        )
        # Parameters that this endpoint refused by name; left out from then on.
        self._refused: set[str] = set()

    @property
    def name(self) -> str:
        """The model's name at the endpoint."""
        return self._name

    async def respond(self, request: ModelRequest) -> AsyncGenerator[StreamItem, None]:
        """Ask for the next message; see `Model.respond`."""
        accumulator = StreamAccumulator()
        done = False
        try:
            # The SDK's own reader takes an event without data for broken JSON, and does not tell whether
            # the stream was done.
            async with await self._open(request) as stream:
                async for data in read_data(stream.response.aiter_bytes()):
                    done = data.startswith("[DONE]")
                    if done:
                        break
                    for item in accumulator.feed(self._parse(data)):
                        yield item
        except (ValueError, httpx2.DecodingError) as error:
            raise ModelError(
                f"{self._base_url} sent something that cannot be read; what came is kept.", "Ask again."
            ) from error
        except httpx2.HTTPError as error:
            raise ModelError(
                f"The connection to {self._base_url} was lost; what came is kept.", "Ask again."
            ) from error
        except openai.OpenAIError as error:
            raise self._explain(error) from error
        for item in accumulator.finish(done=done):
            yield item

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _open(self, request: ModelRequest) -> openai.AsyncStream[ChatCompletionChunk]:
        while True:
            try:
                return await self._create(request)
            except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
                refused = _refused_parameter(error, self._optional(request)) - self._refused
                if not refused:
                    raise
                self._refused |= refused

    def _optional(self, request: ModelRequest) -> Mapping[str, JsonValue]:
        optional: dict[str, JsonValue] = {"stream_options": {"include_usage": True}}
        if request.session_id:
            optional["prompt_cache_key"] = request.session_id
        if request.max_output_tokens is not None:
            optional["max_completion_tokens"] = request.max_output_tokens
        return {key: value for key, value in optional.items() if key not in self._refused}

    async def _create(self, request: ModelRequest) -> openai.AsyncStream[ChatCompletionChunk]:
        tools = [_tool(function) for function in request.functions]
        return await self._client.chat.completions.create(
            model=self._name,
            messages=list(_messages(request)),
            tools=tools or openai.omit,
            stream=True,
            extra_body=dict(self._optional(request)),
        )

    def _parse(self, data: str) -> JsonObject:
        chunk = parse_object(data)
        if error := chunk.get("error"):
            raise ModelError(f"{self._base_url} broke off the answer: {_sentence(error)}", "Ask again.")
        return chunk

    def _explain(self, error: openai.OpenAIError) -> ModelError | LimitError:
        where = self._base_url
        match error:
            case openai.APITimeoutError():
                return ModelError(f"{where} did not answer in time; the conversation is kept.", "Ask again.")
            case openai.APIConnectionError():
                return ModelError(
                    f"{where} cannot be reached; the conversation is kept.",
                    "Check the network and OPENAI_BASE_URL.",
                )
            case openai.AuthenticationError() | openai.PermissionDeniedError():
                return ModelError(
                    f"{where} refused the API key (HTTP {error.status_code}).", "Check OPENAI_API_KEY."
                )
            case openai.NotFoundError():
                return ModelError(
                    f"{where} does not know the model “{self._name}” or is no chat completions endpoint "
                    "(HTTP 404).",
                    "Check --model and OPENAI_BASE_URL.",
                )
            case openai.BadRequestError() if _is_overflow(error):
                return LimitError(
                    f"The conversation is longer than “{self._name}” can read; it is kept.",
                    "Start a new one, or choose a model that reads more.",
                )
            case openai.RateLimitError():
                return LimitError(f"{where} refuses for now (HTTP 429): {_detail(error)}", "Wait and retry.")
            case openai.APIStatusError():
                return ModelError(f"{where} answered HTTP {error.status_code}: {_detail(error)}")
            case _:
                return ModelError(f"{where} broke off the answer: {_detail(error)}", "Ask again.")


def _detail(error: openai.OpenAIError) -> str:
    body = error.body if isinstance(error, openai.APIError) else None
    return _sentence(body or str(error))


def _sentence(said: object) -> str:
    """What an endpoint says about an error, as one line that ends like a sentence."""
    message = said.get("message") if is_object(said) else said
    text = " ".join(message.split()) if isinstance(message, str) else ""
    if not text:
        return "it did not say why."
    if text.startswith("<"):
        return "a web page."
    if len(text) > 300:
        return text[:299] + "…"
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _is_overflow(error: openai.BadRequestError) -> bool:
    # OpenAI's code, and the words of llama.cpp, vLLM and Ollama.
    said = f"{error.code} {error.type} {error.message}".lower()
    signs = ("context_length_exceeded", "exceed_context_size", "context length", "context size")
    return any(sign in said for sign in signs)


def _refused_parameter(error: openai.APIStatusError, sent: Mapping[str, JsonValue]) -> set[str]:
    text = str(error.message)
    return {name for name in sent if name in text}


def _tool(function: FunctionDefinition) -> ChatCompletionToolUnionParam:
    return {
        "type": "function",
        "function": {
            "name": function.name,
            "description": function.description,
            "parameters": dict(function.parameters),
            # Said explicitly, because some endpoints try strict mode by themselves when it is left out.
            "strict": False,
        },
    }


def _messages(request: ModelRequest) -> Iterator[ChatCompletionMessageParam]:
    yield {"role": "system", "content": request.system}
    for message in request.messages:
        yield _message(message)


def _message(message: Message) -> ChatCompletionMessageParam:
    match message:
        case UserMessage(text, context):
            return {"role": "user", "content": f"{context}\n\n{text}" if context else text}
        case ToolMessage(call_id, _, text):
            return {"role": "tool", "tool_call_id": call_id, "content": text}
        case AssistantMessage(text, calls):
            if not calls:
                return {"role": "assistant", "content": text}
            return {
                "role": "assistant",
                "content": text or None,
                "tool_calls": [
                    {
                        "id": call.id,
                        "type": "function",
                        "function": {"name": call.name, "arguments": _sound_arguments(call.arguments)},
                    }
                    for call in calls
                ],
            }


def _sound_arguments(text: str) -> str:
    # Many endpoints parse the arguments of old calls, and refuse a history in which one cannot be parsed.
    try:
        parse_object(text or "{}")
    except ValueError:
        return dump({"malformed": text})
    return text or "{}"
