"""Tool calls: what vendors leave out, repeat, make up or put elsewhere."""

from agent.errors import LimitError
from agent.jsontypes import JsonValue
from tests.model.quirks.shape import Answer, Broken, Quirk, called, sent
from tests.model.stream_chunks import UNSAID, A, B, delta, end, fragment

GET_A, GET_B = ("get_task", A), ("get_task", B)
WHOLE_A: JsonValue = {
    "index": 0,
    "id": "c1",
    "type": "function",
    "function": {"name": "get_task", "arguments": A},
}
CUT = '{"task'
REST = 'Id":7}'

_INDEX = (
    Quirk(
        "no index",
        "Gemini's compatible endpoint, mistral.rs, Moonshot",
        sent(
            fragment(UNSAID, "c1", "get_task", CUT),
            fragment(UNSAID, arguments=REST),
            fragment(UNSAID, "c2", "get_task", B),
            end("tool_calls"),
        ),
        called(GET_A, GET_B, ids=["c1", "c2"]),
    ),
    Quirk(
        "the index is null",
        "gateways before OpenAI's older models",
        sent(fragment(None, "c1", "get_task", CUT), fragment(None, arguments=REST), end("tool_calls")),
        called(GET_A, ids=["c1"]),
    ),
    Quirk(
        "the index begins at one",
        "gateways for Anthropic's models, where the text is block 0",
        sent(
            delta(content="Looking."),
            fragment(1, "c1", "get_task", ""),
            fragment(1, arguments=A),
            fragment(2, "c2", "get_task", B),
            end("tool_calls"),
        ),
        called(GET_A, GET_B, text="Looking.", ids=["c1", "c2"]),
    ),
    Quirk(
        "the index is text, and fragments alternate",
        "gateways that write every value as text",
        sent(
            fragment("0", "c1", "get_task", CUT),
            fragment("1", "c2", "list_tasks", "{"),
            fragment("0", arguments=REST),
            fragment("1", arguments="}"),
            end("tool_calls"),
        ),
        called(GET_A, ("list_tasks", "{}"), ids=["c1", "c2"]),
    ),
    Quirk(
        "fragments of two calls alternate",
        "vLLM",
        sent(
            fragment(0, "c1", "get_task", ""),
            fragment(1, "c2", "get_task", ""),
            fragment(0, arguments=CUT),
            fragment(1, arguments='{"taskId"'),
            fragment(0, arguments=REST),
            fragment(1, arguments=":8}"),
            end("tool_calls"),
        ),
        called(GET_A, GET_B, ids=["c1", "c2"]),
    ),
    Quirk(
        "every call has index 0, with ids",
        "Ollama",
        sent(
            fragment(0, "c1", "get_task", A),
            fragment(0, "c2", "get_task", B),
            fragment(0, "c3", "list_tasks", "{}"),
            end("tool_calls"),
        ),
        called(GET_A, GET_B, ("list_tasks", "{}"), ids=["c1", "c2", "c3"]),
    ),
    Quirk(
        "every call has index 0, all in one chunk",
        "Ollama",
        sent(
            delta(
                tool_calls=[
                    {"index": 0, "id": "c1", "function": {"name": "get_task", "arguments": A}},
                    {"index": 0, "id": "c2", "function": {"name": "get_task", "arguments": B}},
                ]
            ),
            end("stop"),
        ),
        called(GET_A, GET_B, ids=["c1", "c2"]),
    ),
    Quirk(
        "every call has index 0, without ids",
        "gateways for Gemini",
        sent(
            fragment(0, UNSAID, "get_task", A),
            fragment(0, UNSAID, "get_task", B),
            fragment(0, UNSAID, "list_tasks", "{}"),
            end("tool_calls"),
        ),
        called(GET_A, GET_B, ("list_tasks", "{}")),
    ),
)

_IDS = (
    Quirk(
        "no id",
        "llama.cpp, older Ollama",
        sent(fragment(0, UNSAID, "get_task", A), fragment(1, UNSAID, "get_task", B), end("tool_calls")),
        called(GET_A, GET_B),
    ),
    Quirk(
        "the id is empty",
        "DashScope, LM Studio",
        sent(
            fragment(0, "c1", "get_task", ""),
            fragment(0, "", "", CUT),
            fragment(0, "", "", REST),
            fragment(1, "", "list_tasks", "{}"),
            end("tool_calls"),
        ),
        called(GET_A, ("list_tasks", "{}")),
    ),
    Quirk(
        "id and name are null from the second fragment on",
        "SGLang, OpenCode Zen",
        sent(
            fragment(0, "c1", "get_task", ""),
            fragment(0, None, None, CUT),
            fragment(0, None, None, REST),
            end("tool_calls"),
        ),
        called(GET_A, ids=["c1"]),
    ),
    Quirk(
        "the id is a number",
        "gateways with counters for ids",
        sent(
            fragment(UNSAID, 1, "get_task", CUT),
            fragment(UNSAID, 1, arguments=REST),
            fragment(UNSAID, 2, "get_task", B),
            end("tool_calls"),
        ),
        called(GET_A, GET_B, ids=["1", "2"]),
    ),
    Quirk(
        "two calls have the same id",
        "gateways that take the function's name for an id",
        sent(
            fragment(0, "get_task", "get_task", A), fragment(1, "get_task", "get_task", B), end("tool_calls")
        ),
        called(GET_A, GET_B),
    ),
    Quirk(
        "the id comes late",
        "SGLang",
        sent(fragment(0, UNSAID, "get_task", ""), fragment(0, "c1", arguments=A), end("tool_calls")),
        called(GET_A, ids=["c1"]),
    ),
    Quirk(
        "the id changes with every fragment",
        "gateways that make one up for each chunk",
        sent(
            fragment(0, "r1", "get_task", CUT),
            fragment(0, "r2", arguments='Id":'),
            fragment(0, "r3", None, "7}"),
            end("tool_calls"),
        ),
        called(GET_A, ids=["r1"]),
    ),
    Quirk(
        "id and name are repeated with every fragment",
        "vLLM, MiniMax behind NVIDIA NIM",
        sent(
            fragment(0, "c1", "get_task", CUT),
            fragment(0, "c1", "get_task", 'Id":'),
            fragment(0, "c1", "get_task", "7}"),
            end("tool_calls"),
        ),
        called(GET_A, ids=["c1"]),
    ),
)

_NAMES = (
    Quirk(
        "the name comes in pieces",
        "Gemini behind gateways",
        sent(
            fragment(0, "c1", "get_", ""),
            fragment(0, name="task"),
            fragment(0, arguments=A),
            end("tool_calls"),
        ),
        called(GET_A, ids=["c1"]),
    ),
    Quirk(
        "the name comes after id and arguments",
        "SGLang",
        sent(
            fragment(UNSAID, "c1", UNSAID, CUT),
            fragment(UNSAID, UNSAID, "get_task", ""),
            fragment(UNSAID, arguments=REST),
            fragment(UNSAID, "c2", UNSAID, B),
            fragment(UNSAID, UNSAID, "get_task"),
            end("tool_calls"),
        ),
        called(GET_A, GET_B, ids=["c1", "c2"]),
    ),
    Quirk(
        "no type",
        "Mistral",
        sent(
            delta(tool_calls=[{"id": "c1", "function": {"name": "get_task", "arguments": A}, "index": 0}]),
            end("tool_calls"),
        ),
        called(GET_A, ids=["c1"]),
    ),
    Quirk(
        "name and arguments stand beside the id",
        "Cloudflare Workers AI",
        sent(delta(tool_calls=[{"name": "get_task", "arguments": {"taskId": 7}}]), end("stop")),
        called(GET_A),
    ),
    Quirk(
        "a call that never becomes one",
        "vLLM",
        sent(
            delta(content="Hi"),
            fragment(0, UNSAID, UNSAID, ""),
            end("stop"),
        ),
        Answer("Hi"),
    ),
    Quirk(
        "a call without a name",
        "models that lose the thread, behind any server",
        sent(delta(content="So"), fragment(0, "c1", UNSAID, A), end("tool_calls")),
        Broken(["a tool without naming it; nothing was run"], text="So"),
    ),
)

_ARGUMENTS = (
    Quirk(
        "arguments in one chunk",
        "Groq, Mistral, xAI",
        sent(fragment(0, "c1", "get_task", A), end("tool_calls")),
        called(GET_A, ids=["c1"]),
    ),
    Quirk(
        "arguments as an object",
        "LiteLLM before Ollama, older LM Studio",
        sent(fragment(0, "c1", "get_task", {"taskId": 7}), end("tool_calls")),
        called(GET_A, ids=["c1"]),
    ),
    Quirk(
        "arguments as an empty list",
        "gateways in PHP",
        sent(fragment(0, "c1", "list_tasks", []), end("tool_calls")),
        called(("list_tasks", "{}"), ids=["c1"]),
    ),
    Quirk(
        "arguments null or left out",
        "Gemini's compatible endpoint, Anthropic's",
        sent(fragment(0, "c1", "list_tasks", None), fragment(1, "c2", "list_spaces"), end("tool_calls")),
        called(("list_tasks", ""), ("list_spaces", ""), ids=["c1", "c2"]),
    ),
    Quirk(
        "arguments of another type are not made empty",
        "models that write a list, behind servers that parse it",
        sent(fragment(0, "c1", "get_task", [7]), end("tool_calls")),
        called(("get_task", "[7]"), ids=["c1"]),
    ),
    Quirk(
        "an empty object before the arguments",
        "gateways for Anthropic's models",
        sent(
            fragment(0, "c1", "get_task", "{}"),
            fragment(0, arguments=CUT),
            fragment(0, arguments=REST),
            end("tool_calls"),
        ),
        called(GET_A, ids=["c1"]),
    ),
    Quirk(
        "all arguments so far with every fragment",
        "DashScope",
        sent(
            fragment(0, "c1", "get_task", '{"t'),
            fragment(0, "c1", "get_task", '{"taskId"'),
            fragment(0, "c1", "get_task", A),
            end("tool_calls"),
        ),
        called(GET_A, ids=["c1"]),
    ),
    Quirk(
        "the last chunk says all of the call again",
        "vLLM with GLM's parser",
        sent(
            fragment(0, "c1", "get_task", CUT),
            fragment(0, arguments=REST),
            fragment(0, "c1", "get_task", A),
            end("tool_calls"),
        ),
        called(GET_A, ids=["c1"]),
    ),
    Quirk(
        "a blank after whole arguments",
        "vLLM with Hermes's parser",
        sent(fragment(0, "c1", "get_task", A), fragment(0, "c1", "get_task", "\n"), end("tool_calls")),
        called(("get_task", A + "\n"), ids=["c1"]),
    ),
    Quirk(
        "a character of the arguments is cut in two",
        "servers in JavaScript",
        sent(
            fragment(0, "c1", "find_task", '{"title":"\ud83d'),
            fragment(0, arguments='\ude00"}'),
            end("tool_calls"),
        ),
        called(("find_task", '{"title":"😀"}'), ids=["c1"]),
    ),
    Quirk(
        "a signature that is to be handed back",
        "Gemini 3's compatible endpoint",
        sent(
            delta(
                tool_calls=[
                    {
                        "extra_content": {"google": {"thought_signature": "EjQKMg=="}},
                        "function": {"name": "get_task", "arguments": A},
                        "id": "c1",
                        "type": "function",
                    }
                ]
            ),
            end("tool_calls"),
        ),
        called(GET_A, ids=["c1"]),
    ),
)

_ENDS = (
    Quirk(
        "stop, though there are calls",
        "OpenAI with a tool that is forced, Ollama, llama.cpp",
        sent(fragment(0, "c1", "get_task", A), end("stop")),
        called(GET_A, ids=["c1"]),
    ),
    Quirk(
        "function_call for a reason",
        "older gateways",
        sent(fragment(0, "c1", "get_task", A), end("function_call")),
        called(GET_A, ids=["c1"]),
    ),
    Quirk(
        "the call comes with the reason",
        "vLLM, Gemini's compatible endpoint",
        sent(end("tool_calls", tool_calls=[WHOLE_A])),
        called(GET_A, ids=["c1"]),
    ),
    Quirk(
        "a stop after tool_calls",
        "ChatMock, SGLang",
        sent(fragment(0, "c1", "get_task", A), end("tool_calls"), end("stop")),
        called(GET_A, ids=["c1"]),
    ),
    Quirk(
        "a reason with every call",
        "LiteLLM for Gemini",
        sent(
            end("tool_calls", tool_calls=[WHOLE_A]),
            end(
                "tool_calls",
                tool_calls=[{"index": 1, "id": "c2", "function": {"name": "get_task", "arguments": B}}],
            ),
        ),
        called(GET_A, GET_B, ids=["c1", "c2"]),
        ends_early=True,
    ),
    Quirk(
        "whole calls, [DONE], and no reason",
        "vllm-mlx, gateways for DeepSeek",
        sent(fragment(0, "c1", "get_task", A)),
        called(GET_A, ids=["c1"]),
    ),
    Quirk(
        "half a call, [DONE], and no reason",
        "gateways that lost the server behind them",
        sent(delta(content="So"), fragment(0, "c1", "get_task", CUT)),
        Broken(["in the middle of a tool call; nothing was run"], text="So"),
    ),
    Quirk(
        "the length limit in the middle of a call",
        "every server",
        sent(
            delta(content="So"),
            fragment(0, "c1", "get_task", A),
            fragment(1, "c2", "get_task", CUT),
            end("length"),
        ),
        Broken(["length limit in the middle of a tool call; nothing was run"], LimitError, text="So"),
    ),
    Quirk(
        "the length limit after the name of a call",
        "every server",
        sent(fragment(0, "c1", "delete_all", ""), end("length")),
        Broken(["length limit in the middle of a tool call; nothing was run"], LimitError),
    ),
    Quirk(
        "the length limit after a whole call",
        "every server",
        sent(fragment(0, "c1", "get_task", A), end("length")),
        called(GET_A, ids=["c1"]),
    ),
    Quirk(
        "the length limit, and then a stop",
        "gateways that end every stream with a stop",
        sent(fragment(0, "c1", "get_task", CUT), end("length"), end("stop")),
        Broken(["length limit in the middle of a tool call; nothing was run"], LimitError),
    ),
    Quirk(
        "tool_calls for a reason, though the limit cut the call",
        "vLLM, DeepSeek",
        sent(fragment(0, "c1", "get_task", CUT), end("tool_calls")),
        # Such a call is never run: its arguments are no object, which the model is told.
        called(("get_task", CUT), ids=["c1"]),
    ),
    Quirk(
        "the content filter in the middle of a call",
        "Azure",
        sent(fragment(0, "c1", "get_task", CUT), end("content_filter")),
        Broken(["content filter stopped the answer in a tool call; nothing was run"]),
    ),
)

_ELSEWHERE = (
    Quirk(
        "the older function_call",
        "OpenAI's models of 2023, older gateways",
        sent(
            delta(role="assistant", content=None, function_call={"name": "get_task", "arguments": ""}),
            delta(function_call={"arguments": CUT}),
            delta(function_call={"arguments": REST}),
            end("function_call"),
        ),
        called(GET_A),
    ),
    Quirk(
        "text and calls as two choices",
        "GitHub Copilot for Anthropic's models",
        sent(
            {"choices": [{"index": 0, "delta": {"content": "Looking."}, "finish_reason": None}]},
            {
                "choices": [
                    {"index": 0, "delta": {}, "finish_reason": "tool_calls"},
                    {"index": 1, "delta": {"tool_calls": [WHOLE_A]}, "finish_reason": "tool_calls"},
                ]
            },
        ),
        called(GET_A, text="Looking.", ids=["c1"]),
    ),
    Quirk(
        "tool_calls null or empty beside text",
        "Inception Mercury, DashScope",
        sent(delta(content="H", tool_calls=None), delta(content="i", tool_calls=[]), end("stop")),
        Answer("Hi"),
    ),
    Quirk(
        "a call as text, in tags",
        "vLLM and llama.cpp without the parser of a model",
        sent(
            delta(content='<tool_call>\n{"name": "delete_task", '),
            delta(content='"arguments": {"taskId": 7}}\n</tool_call>'),
            end("stop"),
        ),
        Answer('<tool_call>\n{"name": "delete_task", "arguments": {"taskId": 7}}\n</tool_call>'),
    ),
    Quirk(
        "a call as text, as JSON in a fence",
        "small models behind any server",
        sent(delta(content='```json\n{"name": "delete_task", "arguments": {"taskId": 7}}\n```'), end("stop")),
        Answer('```json\n{"name": "delete_task", "arguments": {"taskId": 7}}\n```'),
    ),
    Quirk(
        "text after the calls",
        "Anthropic's compatible endpoint, Mistral",
        sent(fragment(0, "c1", "get_task", A), delta(content=" Done."), end("tool_calls")),
        called(GET_A, text=" Done.", ids=["c1"]),
    ),
)

CALLS = (*_INDEX, *_IDS, *_NAMES, *_ARGUMENTS, *_ENDS, *_ELSEWHERE)
