"""How many tokens a request takes at the most, as far as that can be known before it is sent."""

import math
from collections.abc import Iterable, Sequence

from agent.conversation import AssistantMessage, Message
from agent.jsontypes import dump
from agent.model.addresses import reads_typescript
from agent.model.protocol import FunctionDefinition
from agent.usage.calibration import Calibration
from agent.usage.tokens import TokenCounter

# What is added while nothing is known of how a model counts, and once it is known.
_UNKNOWN = 1.15
_KNOWN = 1.03
# Without the encoding, two bytes are taken for a token: base64 and numbers take no fewer.
_WITHOUT_ENCODING = 2.0
_BYTES_PER_OPAQUE_TOKEN = 4


class Ruler:
    """Measures the parts of requests for one model, rather too long than too short.

    Args:
        counter: Counts on this machine.
        calibration: What counts are multiplied by.
        base_url: The endpoint.
        model: The model's name there.
    """

    def __init__(self, counter: TokenCounter, calibration: Calibration, base_url: str, model: str) -> None:
        self._counter = counter
        self._calibration = calibration
        self._where = base_url, model
        self._is_exact = reads_typescript(base_url, model)

    @property
    def factor(self) -> float:
        """What counts are multiplied by."""
        if not self._counter.is_exact:
            return _WITHOUT_ENCODING
        if not self._calibration.knows(*self._where):
            return _KNOWN if self._is_exact else _UNKNOWN
        # A factor below one would let a request be longer than was counted.
        return max(self._calibration.factor(*self._where), 1.0) * _KNOWN

    async def load(self) -> None:
        """Have the encoding ready."""
        await self._counter.load()

    def is_surely_within(
        self, tokens: int, system: str, messages: Sequence[Message], functions: Sequence[FunctionDefinition]
    ) -> bool:
        """Say whether a request fits however its model counts; needs no encoding."""
        opaque = sum(map(_opaque, messages))
        return self._counter.count_bytes(system, messages, functions) + opaque <= tokens

    def message(self, message: Message) -> int:
        """The tokens of a message; may take a while, so best called in a thread."""
        return self._scale(self._counter.count_now("", (message,), ())) + _opaque(message)

    def prefix(self, system: str, functions: Sequence[FunctionDefinition]) -> int:
        """The tokens of what stands before the history, and of the beginning of the answer."""
        # The beginning of the answer takes three.
        return self._scale(self._counter.count_now(system, (), functions) + 3)

    def request(
        self, system: str, messages: Iterable[Message], functions: Sequence[FunctionDefinition]
    ) -> int:
        """The tokens of a request."""
        return self.prefix(system, functions) + sum(map(self.message, messages))

    def _scale(self, counted: int) -> int:
        return math.ceil(counted * self.factor)


def _opaque(message: Message) -> int:
    """What the items take that an endpoint wants back, of which nobody here knows what is in them."""
    if not isinstance(message, AssistantMessage) or not message.provider_items:
        return 0
    return len(dump(message.provider_items)) // _BYTES_PER_OPAQUE_TOKEN
