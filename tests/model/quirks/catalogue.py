"""All quirks.

Gathered from the issue trackers of clients, gateways and servers (openai-python, openai-node, vercel/ai,
langchain, litellm, qwen-code, pi, hermes-agent; vLLM, SGLang, llama.cpp, Ollama, mistral.rs, Dynamo) and from
what OpenRouter, Azure, Moonshot and DeepSeek say themselves.
"""

from collections.abc import Sequence

from tests.model.quirks.calls import CALLS
from tests.model.quirks.failures import FAILURES
from tests.model.quirks.framing import FRAMINGS
from tests.model.quirks.shape import Quirk
from tests.model.quirks.texts import TEXTS
from tests.model.quirks.usages import USAGES

QUIRKS: Sequence[Quirk] = (*CALLS, *TEXTS, *USAGES, *FRAMINGS, *FAILURES)
