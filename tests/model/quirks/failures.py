"""Answers that end badly: each of them says so, and none is taken for whole."""

from agent.errors import LimitError, ModelError
from agent.jsontypes import JsonObject, JsonValue
from agent.model.protocol import FinishReason
from tests.model.fake_endpoint import DONE, Reply, event
from tests.model.quirks.shape import Answer, Broken, Quirk, sent
from tests.model.stream_chunks import delta, end, fragment

HALF = event(delta(content="Half"))
STOP = event(end("stop"))
CUT_CALL = event(fragment(0, "c1", "get_task", '{"task'))
LOST = "was lost; what came is kept"
UNREADABLE = "cannot be read; what came is kept"
OFF = "broke off; what came of it is kept"


def _told(*words: str, kind: type[ModelError] | type[LimitError] = ModelError, text: str = "Half") -> Broken:
    return Broken(["broke off the answer: ", *words], kind, text)


def _error(message: str, **fields: JsonValue) -> JsonObject:
    return {"error": {"message": message, **fields}}


_REPORTED = (
    Quirk(
        "an error as an event",
        "vLLM, SGLang, LiteLLM, DeepSeek",
        sent(HALF, _error("Engine died", type="server_error", code=500)),
        _told("Engine died."),
    ),
    Quirk(
        "an error as text",
        "Together, gateways in Go",
        sent(HALF, {"error": "upstream timed out"}),
        _told("upstream timed out."),
    ),
    Quirk(
        "an error as an event of that name",
        "LangServe, hebo-gateway, Anthropic's compatible endpoint",
        sent(HALF, b'event: error\ndata: {"type":"overloaded","message":"Overloaded"}\n\n', done=False),
        _told("Overloaded."),
    ),
    Quirk(
        "an error as an event of that name, as text",
        "gateways of their own make",
        sent(HALF, b"event: error\ndata: upstream timed out\n\n"),
        _told("upstream timed out."),
    ),
    Quirk(
        "an error as a field",
        "llama.cpp until 2025",
        sent(HALF, b'error: {"code":500,"message":"slot was released","type":"server_error"}\n\n'),
        _told("slot was released."),
    ),
    Quirk(
        "the request is too long, said as a field",
        "llama.cpp until 2025",
        sent(b'error: {"code":400,"message":"the request exceeds the available context size"}\n\n'),
        Broken(["longer than", "can read; it is kept"], LimitError),
    ),
    Quirk(
        "an error beside a reason",
        "OpenRouter",
        sent(
            HALF,
            {
                "object": "chat.completion.chunk",
                "error": {"code": 502, "message": "Provider disconnected"},
                "choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": "error"}],
            },
        ),
        _told("Provider disconnected."),
    ),
    Quirk(
        "an error inside of the choice",
        "OpenRouter",
        sent(
            HALF,
            {"choices": [{"index": 0, "delta": {}, "error": {"code": 502, "message": "Provider gone"}}]},
        ),
        _told("Provider gone."),
    ),
    Quirk(
        "an error before anything else, with empty choices",
        "OpenRouter",
        sent({"choices": [], "error": {"code": 400, "message": "prompt rejected"}}, done=False),
        _told("prompt rejected.", text=""),
    ),
    Quirk(
        "a rate limit in mid-stream",
        "LiteLLM, OpenRouter",
        sent(HALF, _error("Slow down", type="rate_limit_error", code=429)),
        _told("Slow down.", kind=LimitError),
    ),
    Quirk(
        "an error that is no object named so, and then [DONE]",
        "vLLM until 2025",
        sent(HALF, {"object": "error", "message": "Engine died", "type": "InternalServerError", "code": 500}),
        _told("Engine died."),
    ),
    Quirk(
        "an error in fields of its own",
        "gateways in front of Poolside, Qianfan",
        sent({"choices": None, "error_type": "BadRequestError", "error_message": "prompt is too large"}),
        _told("prompt is too large.", text=""),
    ),
    Quirk(
        "an error in a status",
        "MiniMax",
        sent({"choices": None, "base_resp": {"status_code": 1002, "status_msg": "rate limit"}}, done=False),
        Broken(["broke off the answer: ", "rate limit."], text=""),
    ),
    Quirk(
        "an error as JSON, with status 200",
        "FastAPI behind proxies, Baidu",
        Reply(
            [b'{\n  "error": {\n    "message": "No such model"\n  }\n}\n'], content_type="application/json"
        ),
        _told("No such model.", text=""),
    ),
    Quirk(
        "a detail as JSON, with status 200",
        "FastAPI behind proxies",
        Reply([b'{"detail":"Not authenticated"}'], content_type="application/json"),
        _told("Not authenticated.", text=""),
    ),
    Quirk(
        "an error that says nothing",
        "gateways of their own make",
        sent(HALF, {"error": {"code": 500}}),
        _told("it did not say why."),
    ),
)

_REASONS = (
    Quirk(
        "error for a reason",
        "OpenRouter",
        sent(HALF, end("error")),
        Broken(["broke off the answer and did not say why"], text="Half"),
    ),
    Quirk(
        "no resources for a reason",
        "DeepSeek",
        sent(HALF, end("insufficient_system_resource")),
        Broken(["broke off the answer", "insufficient_system_resource"], text="Half"),
    ),
    Quirk(
        "abort for a reason",
        "vLLM, SGLang",
        sent(HALF, end("abort")),
        Broken(["broke off the answer", "abort"], text="Half"),
    ),
    Quirk(
        "a malformed call for a reason",
        "Gemini's compatible endpoint",
        sent(end("function_call_filter: MALFORMED_FUNCTION_CALL")),
        Broken(["broke off the answer", "MALFORMED_FUNCTION_CALL"]),
    ),
    Quirk(
        "a network error for a reason",
        "Zhipu",
        sent(HALF, end("network_error")),
        Broken(["broke off the answer", "network_error"], text="Half"),
    ),
    Quirk(
        "the length limit",
        "every server",
        sent(HALF, end("length")),
        Answer("Half", finish=FinishReason.LENGTH),
    ),
    Quirk(
        "the length limit in other words",
        "Mistral, gateways for Gemini",
        sent(HALF, end("MAX_TOKENS")),
        Answer("Half", finish=FinishReason.LENGTH),
    ),
    Quirk(
        "the length limit in the text, and then a stop",
        "gateways that end every stream with a stop",
        sent(HALF, end("model_length"), end("stop")),
        Answer("Half", finish=FinishReason.LENGTH),
    ),
    Quirk(
        "the content filter",
        "Azure",
        sent(HALF, end("content_filter")),
        Answer("Half", finish=FinishReason.CONTENT_FILTER),
    ),
    Quirk(
        "the content filter in other words",
        "Zhipu, gateways for Gemini",
        sent(HALF, end("sensitive")),
        Answer("Half", finish=FinishReason.CONTENT_FILTER),
    ),
    Quirk(
        "a stop in other words",
        "TGI, gateways for Anthropic's models",
        sent(HALF, end("eos_token")),
        Answer("Half"),
    ),
)

_CUT = (
    Quirk("lost before anything", "every network", sent(done=False, cut=True), Broken([LOST])),
    Quirk("lost in the text", "every network", sent(HALF, done=False, cut=True), Broken([LOST], text="Half")),
    Quirk(
        "lost in a call",
        "every network",
        sent(HALF, CUT_CALL, done=False, cut=True),
        Broken([LOST], text="Half"),
    ),
    Quirk(
        "lost after the reason",
        "every network",
        sent(HALF, STOP, done=False, cut=True),
        Broken([LOST], text="Half"),
    ),
    Quirk(
        "over in the text",
        "DeepSeek, proxies that hide a loss",
        sent(HALF, done=False),
        Broken([OFF], text="Half"),
    ),
    Quirk(
        "over in a call",
        "proxies that hide a loss",
        sent(HALF, CUT_CALL, done=False),
        Broken(["in the middle of a tool call; nothing was run"], text="Half"),
    ),
    Quirk(
        "over after a whole call, without a reason",
        "proxies that hide a loss",
        sent(fragment(0, "c1", "get_task", "{}"), done=False),
        Broken(["in the middle of a tool call; nothing was run"]),
    ),
    Quirk(
        "over in the JSON of a chunk",
        "proxies that hide a loss",
        sent(HALF, STOP[:-20], done=False),
        Broken([UNREADABLE], text="Half"),
    ),
    Quirk(
        "over before it says anything",
        "gateways that lost the server behind them",
        sent(delta(role="assistant", content=""), done=False),
        Broken(["before it had said anything"]),
    ),
    Quirk(
        "over before it says anything, and [DONE]",
        "gateways that lost the server behind them",
        sent(delta(role="assistant", content="")),
        Broken(["before it had said anything"]),
    ),
    Quirk(
        "over in the reasoning",
        "DeepSeek",
        sent(delta(reasoning_content="Hm"), done=False),
        Broken(["before it had said anything"], reasoning="Hm"),
    ),
    Quirk(
        "the reason is the word null, and then it is over",
        "DashScope",
        sent({"choices": [{"delta": {"content": "Half"}, "finish_reason": "null"}]}, done=False),
        Broken([OFF], text="Half"),
    ),
    Quirk(
        "a line of plain text at the end",
        "proxies that report a loss in words of their own",
        sent(HALF, b"upstream error: read ECONNRESET\n", done=False),
        Broken([OFF], text="Half"),
    ),
    Quirk(
        "half a whole completion",
        "proxies with a limit for bodies",
        Reply(
            [b'{"object":"chat.completion","choices":[{"message":{"content":"Ha'],
            content_type="application/json",
        ),
        Broken([UNREADABLE]),
    ),
)

_UNREADABLE = (
    Quirk("no JSON", "every network", sent(HALF, b"data: {broken\n\n"), Broken([UNREADABLE], text="Half")),
    Quirk(
        "two values in one line",
        "proxies that lose line ends",
        sent(HALF, b'data: {"choices":[]}{"choices":[]}\n\n'),
        Broken([UNREADABLE], text="Half"),
    ),
    Quirk(
        "no UTF-8",
        "servers that cut text by bytes",
        sent(HALF, b'data: {"choices":[{"delta":{"content":"\xff"}}]}\n\n'),
        Broken([UNREADABLE], text="Half"),
    ),
    Quirk(
        "a number that is none",
        "servers in Python, with log probabilities",
        sent(HALF, b'data: {"choices":[{"delta":{},"logprobs":{"x":NaN}}]}\n\n', STOP),
        Broken([UNREADABLE], text="Half"),
    ),
    Quirk(
        "a value that is no object",
        "gateways of their own make",
        sent(HALF, b"data: null\n\n", STOP),
        Broken([UNREADABLE], text="Half"),
    ),
    Quirk(
        "not packed as it says",
        "proxies",
        Reply([HALF, STOP, DONE], headers={"content-encoding": "gzip"}),
        Broken([UNREADABLE]),
    ),
)

FAILURES = (*_REPORTED, *_REASONS, *_CUT, *_UNREADABLE)
