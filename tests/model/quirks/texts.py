"""Text and reasoning: where vendors put them, and how they cut them."""

from agent.jsontypes import JsonObject, JsonValue
from agent.model.protocol import FinishReason
from tests.model.quirks.shape import Answer, Broken, Quirk, sent
from tests.model.stream_chunks import delta, end

PART: JsonObject = {"type": "text", "text": "H"}
LONG = "Here is what is late in Website relaunch:"
HUGE = "word " * 400_000
TINY = 5_000


def _choice(number: int, content: str, reason: JsonValue = None) -> JsonObject:
    return {"choices": [{"index": number, "delta": {"content": content}, "finish_reason": reason}]}


def _message(message: JsonObject, reason: JsonValue = "stop", **fields: JsonValue) -> JsonObject:
    return {
        "object": "chat.completion.chunk",
        "choices": [{"index": 0, "message": message, "finish_reason": reason, **fields}],
    }


_CONTENT = (
    Quirk(
        "content null, empty or left out",
        "OpenAI, vLLM, Ollama",
        sent(
            delta(role="assistant", content=None),
            delta(content=""),
            delta(),
            delta(content="Hi"),
            end("stop"),
        ),
        Answer("Hi"),
    ),
    Quirk(
        "the role is repeated, empty or null",
        "OpenRouter, Together, OpenCode Zen",
        sent(
            delta(role="assistant", content="H"),
            delta(role="", content="i"),
            delta(role=None, content="!"),
            end("stop"),
        ),
        Answer("Hi!"),
    ),
    Quirk(
        "content as a list of parts",
        "Mistral, Databricks",
        sent(delta(content=[PART, {"type": "text", "text": "i"}, {"type": "reference"}]), end("stop")),
        Answer("Hi"),
    ),
    Quirk(
        "a refusal",
        "OpenAI",
        sent(delta(refusal="I cannot "), delta(refusal="help with that."), end("stop")),
        Answer("I cannot help with that."),
    ),
    Quirk(
        "the delta is null",
        "LiteLLM, Azure",
        sent(delta(content="Hi"), {"choices": [{"index": 0, "delta": None, "finish_reason": "stop"}]}),
        Answer("Hi"),
    ),
    Quirk(
        "results of a content filter, without delta",
        "Azure with its asynchronous filter",
        sent(
            {"id": "", "model": "", "choices": [], "prompt_filter_results": [{"prompt_index": 0}]},
            delta(content="Hi"),
            end("stop"),
            {
                "choices": [
                    {"index": 0, "finish_reason": None, "content_filter_offsets": {"check_offset": 44}}
                ]
            },
        ),
        Answer("Hi"),
    ),
    Quirk(
        "an empty object between chunks",
        "llama.cpp",
        sent(delta(content="H"), b"data: {}\n\n", delta(content="i"), end("stop")),
        Answer("Hi"),
    ),
    Quirk(
        "the text of older completions",
        "llama-cpp-python, gateways for them",
        sent(
            {"choices": [{"index": 0, "text": "Hi", "finish_reason": None}]},
            {"choices": [{"index": 0, "text": "", "finish_reason": "stop"}]},
        ),
        Answer("Hi"),
    ),
)

_WHOLE = (
    Quirk(
        "a message for a delta, whole",
        "gateways that ask without streaming",
        sent(_message({"role": "assistant", "content": "Hi"}, delta={})),
        Answer("Hi"),
    ),
    Quirk(
        "a message for a delta, in pieces",
        "gateways of their own make",
        sent(_message({"content": "H"}, None), _message({"content": "i"}, None), _message({}, "stop")),
        Answer("Hi"),
    ),
    Quirk(
        "a message beside the last delta",
        "Perplexity, gateways that log",
        sent(
            delta(content="H"), delta(content="i"), _message({"role": "assistant", "content": "Hi"}, delta={})
        ),
        Answer("Hi"),
    ),
    Quirk(
        "a message so far beside every delta",
        "Perplexity",
        sent(
            _message({"content": "H"}, None, delta={"content": "H"}),
            _message({"content": "Hi"}, None, delta={"content": "i"}),
            _message({"content": "Hi"}, "stop", delta={"content": ""}),
        ),
        Answer("Hi"),
    ),
    Quirk(
        "all text so far with every chunk",
        "DashScope, Apple's models, gateways for Gemini",
        sent(
            delta(content="Two"),
            delta(content="Two tasks"),
            delta(content="Two tasks are late:"),
            delta(content="Two tasks are late: Fix login"),
            delta(content="Two tasks are late: Fix login, Order pens."),
            end("stop"),
        ),
        Answer("Two tasks are late: Fix login, Order pens."),
    ),
    Quirk(
        "all text so far, in two chunks",
        "gateways for Gemini",
        sent(delta(content=LONG), delta(content=f"{LONG} nothing."), end("stop")),
        Answer(f"{LONG} nothing."),
    ),
    Quirk(
        "all reasoning so far with every chunk",
        "DashScope",
        sent(
            delta(reasoning_content="The user asks"),
            delta(reasoning_content="The user asks what is"),
            delta(reasoning_content="The user asks what is late."),
            delta(content="Nothing."),
            end("stop"),
        ),
        Answer("Nothing.", reasoning="The user asks what is late."),
    ),
    Quirk(
        "all text once more with the reason",
        "gateways of their own make",
        sent(delta(content=LONG[:9]), delta(content=LONG[9:]), end("stop", content=LONG)),
        Answer(LONG),
    ),
    Quirk(
        "text that only looks like all so far",
        "every server",
        sent(
            *(delta(content=piece) for piece in ("1", "12", " 1", "\n")),
            *(delta(content=f"{LONG}\n") for _ in range(3)),
            end("stop"),
        ),
        Answer(f"112 1\n{LONG}\n{LONG}\n{LONG}\n"),
    ),
    Quirk(
        "text that begins as it goes on",
        "every server with large chunks",
        sent(delta(content="#"), delta(content="# Late tasks\n\nNone of them is late."), end("stop")),
        Answer("## Late tasks\n\nNone of them is late."),
    ),
)

_CHOICES = (
    Quirk(
        "the choice has number 1",
        "gateways that count from one",
        sent(_choice(1, "Hi"), _choice(1, "!", "stop")),
        Answer("Hi!"),
    ),
    Quirk(
        "several answers, though one was asked for",
        "vLLM and Gemini with a default of their own",
        sent(
            _choice(0, "Yes"),
            _choice(1, "No"),
            _choice(1, " way.", "length"),
            _choice(0, ", sir.", "stop"),
        ),
        Answer("Yes, sir."),
    ),
    Quirk(
        "the other answer is over, ours is cut",
        "vLLM and Gemini with a default of their own",
        sent(_choice(0, "Yes"), _choice(1, "No", "stop"), done=False),
        Broken(["broke off; what came of it is kept"], text="Yes"),
    ),
)

_REASONING = (
    Quirk(
        "reasoning_content",
        "DeepSeek, llama.cpp, older vLLM, xAI",
        sent(
            delta(role="assistant", content=None, reasoning_content="Hm."),
            delta(content=None, reasoning_content=" Yes."),
            delta(content="Yes.", reasoning_content=None),
            end("stop"),
        ),
        Answer("Yes.", reasoning="Hm. Yes."),
    ),
    Quirk(
        "reasoning",
        "Groq, Ollama, newer vLLM, Cerebras",
        sent(delta(reasoning="Hm."), delta(content="Yes."), end("stop")),
        Answer("Yes.", reasoning="Hm."),
    ),
    Quirk(
        "reasoning under two names",
        "LightLLM, LiteLLM",
        sent(delta(reasoning="Hm.", reasoning_content="Hm."), delta(content="Yes."), end("stop")),
        Answer("Yes.", reasoning="Hm."),
    ),
    Quirk(
        "reasoning and its details",
        "OpenRouter",
        sent(
            delta(reasoning="Hm.", reasoning_details=[{"type": "reasoning.text", "text": "Hm.", "index": 0}]),
            delta(reasoning=None, reasoning_details=[{"type": "reasoning.encrypted", "data": "AAAA"}]),
            delta(content="Yes."),
            end("stop"),
        ),
        Answer("Yes.", reasoning="Hm."),
    ),
    Quirk(
        "nothing but details of the reasoning",
        "OpenRouter",
        sent(
            delta(content="", reasoning_details=[{"type": "reasoning.summary", "summary": "Hm."}]),
            delta(content="Yes."),
            end("stop"),
        ),
        Answer("Yes.", reasoning="Hm."),
    ),
    Quirk(
        "reasoning_text",
        "GitHub Copilot",
        sent(delta(reasoning_text="Hm."), delta(content="Yes."), end("stop")),
        Answer("Yes.", reasoning="Hm."),
    ),
    Quirk(
        "reasoning as an object",
        "any-llm's gateway",
        sent(delta(reasoning={"content": "Hm."}), delta(content="Yes."), end("stop")),
        Answer("Yes.", reasoning="Hm."),
    ),
    Quirk(
        "reasoning as parts of the content",
        "Mistral's Magistral",
        sent(
            delta(content=[{"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}]),
            delta(content=[{"type": "text", "text": "Yes."}]),
            end("stop"),
        ),
        Answer("Yes.", reasoning="Hm."),
    ),
    Quirk(
        "reasoning in tags with which the answer begins",
        "Ollama and vLLM without a reasoning parser, MiniMax, LM Studio",
        sent(
            *(
                delta(content=piece)
                for piece in ("\n", "<th", "ink>", "H", "m <b>.", "</", "think", ">\n", "\nYes", ". <think>")
            ),
            end("stop"),
        ),
        Answer("Yes. <think>", reasoning="Hm <b>."),
    ),
    Quirk(
        "tags of reasoning in the middle of an answer",
        "models that explain them",
        sent(delta(content="Write <think>"), delta(content="x</think> first."), end("stop")),
        Answer("Write <think>x</think> first."),
    ),
    Quirk(
        "a closing tag alone",
        "servers whose template opens the reasoning",
        sent(delta(content="Hm.\n</think>\n\n"), delta(content="Yes."), end("stop")),
        Answer("Hm.\n</think>\n\nYes."),
    ),
    Quirk(
        "an answer that begins like a tag",
        "every model",
        sent(delta(content="<"), delta(content="thin> is no tag"), end("stop")),
        Answer("<thin> is no tag"),
    ),
    Quirk(
        "nothing but the beginning of a tag",
        "every model",
        sent(delta(content="<think"), end("stop")),
        Answer("<think"),
    ),
    Quirk(
        "reasoning that reached the limit",
        "every model that reasons",
        sent(delta(content="<think>Hm. </th"), end("length")),
        Answer(reasoning="Hm. </th", finish=FinishReason.LENGTH),
    ),
    Quirk(
        "reasoning and no answer",
        "DeepSeek",
        sent(delta(reasoning_content="Hm."), end("stop")),
        Answer(reasoning="Hm."),
    ),
)

_CHARACTERS = (
    Quirk(
        "a character is cut between two chunks",
        "servers in JavaScript",
        sent(delta(content="a\ud83d"), delta(content=""), delta(content="\ude00b"), end("stop")),
        Answer("a😀b"),
    ),
    Quirk(
        "half a character that never becomes whole",
        "servers that cut at a limit",
        sent(delta(content="a\ud83d"), delta(content="b"), delta(content="c\ud83d"), end("length")),
        Answer("a\ufffdbc\ufffd", finish=FinishReason.LENGTH),
    ),
    Quirk(
        "a character is cut between two packets",
        "every network",
        sent(
            b'data: {"choices":[{"delta":{"content":"Gr\xc3',
            b"\xbc\xc3\x9fe \xf0\x9f",
            b'\x98\x80"}}]}\n\n',
            end("stop"),
        ),
        Answer("Grüße 😀"),
    ),
    Quirk(
        "line ends of Unicode in the text",
        "servers that escape nothing",
        sent('data: {"choices":[{"delta":{"content":"a\u2028b\u0085c\u000bd"}}]}\n\n'.encode(), end("stop")),
        Broken(["cannot be read; what came is kept"]),
    ),
    Quirk(
        "separators of Unicode in the text",
        "servers that escape nothing",
        sent('data: {"choices":[{"delta":{"content":"a\u2028b\u0085c"}}]}\n\n'.encode(), end("stop")),
        Answer("a\u2028b\u0085c"),
    ),
    Quirk(
        "signs of the protocol in the text",
        "every model",
        sent(delta(content="data: [DONE]\n\n"), delta(content="[DONE]"), end("stop")),
        Answer("data: [DONE]\n\n[DONE]"),
    ),
    Quirk(
        "two megabytes in one chunk",
        "servers that stream in name only",
        sent(delta(content=HUGE), end("stop")),
        Answer(HUGE),
    ),
    Quirk(
        "thousands of tiny chunks",
        "llama.cpp, Ollama",
        sent(*(delta(content=f"{number},") for number in range(TINY)), end("stop")),
        Answer("".join(f"{number}," for number in range(TINY))),
    ),
)

TEXTS = (*_CONTENT, *_WHOLE, *_CHOICES, *_REASONING, *_CHARACTERS)
