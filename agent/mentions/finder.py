"""Finds what somebody who types a name may mean: at once what is known, soon after what the server adds.

What is short is listed once and searched here; what has to be searched there is searched when the typing
rests, each text once, one request at a time, and no more of them in a minute than leaves the conversation
its own. Nobody is asked about these calls, so only reads that the user's rules leave free are made.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from agent.errors import AgentError, SignInError
from agent.jsontypes import JsonObject, JsonValue
from agent.mentions.mention import Mention, read_mentions, shown_name
from agent.mentions.ranking import best
from agent.mentions.reading import read_answer
from agent.mentions.sources import NOUNS, Source, find_sources
from agent.tools.names import NameIndex
from agent.tools.tool import Tool
from agent.tools.toolbox import Toolbox

MOST_A_MINUTE = 30
"""Calls in a minute: Astravue takes 100 requests a minute, and the conversation makes some too."""

_LOGGER = logging.getLogger(__name__)
_MINUTE = 60.0
_REST_SECONDS = 0.2
_FEWEST_LETTERS = 2
_MOST_WORDS = 5
_MOST_PARENTS = 12
_MOST_OFFERED = 50
# A list is read again after so long, and a server that failed is left alone for so long.
_FRESH_SECONDS = 300.0


class Finder:
    """Finds things of one workspace by their names.

    Args:
        open_toolbox: The reads that are free, once there is a connection; `None` until then.
        results: The structured results of the conversation, newest first, each with its tool's name.
        clock: Seconds that only ever grow.
        sleep: Waits for so many seconds.
    """

    def __init__(
        self,
        open_toolbox: Callable[[], Toolbox | None],
        results: Callable[[], Sequence[tuple[str, JsonValue]]],
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._open_toolbox = open_toolbox
        self._results = results
        self._clock = clock
        self._sleep = sleep
        self._arrived: Callable[[], None] = lambda: None
        self._names = NameIndex()
        self._learnt = 0
        self._found: dict[tuple[str, str], Mention] = {}
        self._listed: dict[str, float] = {}
        self._searched: dict[tuple[str, str], bool] = {}
        self._calls: deque[float] = deque(maxlen=MOST_A_MINUTE)
        self._wanted = ""
        self._running: asyncio.Task[None] | None = None
        self._quiet_until = 0.0
        self.problem = ""

    def on_arrival(self, arrived: Callable[[], None]) -> None:
        """Have somebody told when more is known."""
        self._arrived = arrived

    def offer(self, typed: str) -> Sequence[Mention]:
        """What is known that fits what was typed, the best first; more is looked for in the background.

        Args:
            typed: What follows the @.
        """
        self._wanted = typed
        if self._running is None and self._clock() >= self._quiet_until:
            self._running = asyncio.create_task(self._run())
        return best(typed, self._found.values(), lambda each: (each.name, each.where), _MOST_OFFERED)

    def picked(self, text: str) -> JsonValue:
        """What the server told of the things that a message mentions, in the form of a result.

        Only what was found here counts: a text from elsewhere may call anything by any name.

        Args:
            text: The message.
        """
        known = [self._found.get((each.kind, each.id)) for each in read_mentions(text)]
        return [{f"{each.kind}Id": each.id, f"{each.kind}Name": each.name} for each in known if each]

    async def aclose(self) -> None:
        """Stop looking."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    async def _run(self) -> None:
        try:
            await self._learn()
            done: str | None = None
            while done != self._wanted:
                done = self._wanted
                await self._sleep(_REST_SECONDS)
                if done == self._wanted:
                    await self._look(done)
        except (AgentError, OSError) as error:
            _LOGGER.info("nothing could be looked up to be mentioned: %s", error)
            self._quiet_until = self._clock() + _MINUTE
            if isinstance(error, SignInError):
                self._found.clear()
                self._listed.clear()
                self._searched.clear()
                self._arrived()
            elif not self.problem:
                self.problem = f"Names cannot be looked up now: {error}"
                self._arrived()
        finally:
            self._running = None

    async def _learn(self) -> None:
        """Take in what the conversation's results told since."""
        results = self._results()
        if len(results) < self._learnt:
            # Another conversation goes on.
            self._learnt = 0
        new, self._learnt = results[: len(results) - self._learnt], len(results)
        for _, result in reversed(new):
            await asyncio.to_thread(self._names.learn, result)
        if new:
            self._add(await asyncio.to_thread(self._told))

    def _told(self) -> list[Mention]:
        told = [
            Mention(kind, number, shown_name(name))
            for (kind, number), name in self._names.things()
            if kind in NOUNS
        ]
        # The first look at a name takes longest, so it is taken here and not at a key.
        best("", told, lambda each: (each.name, each.where))
        return told

    async def _look(self, typed: str) -> None:
        toolbox = self._open_toolbox()
        if toolbox is None:
            return
        tools = await toolbox.tools()
        sources = find_sources(tools)
        for source in sources:
            if typed != self._wanted and source.query:
                return
            if not source.query:
                await self._list(toolbox, source)
            elif self._is_worth_searching(source.tool, typed):
                await self._search(toolbox, source, typed)

    async def _list(self, toolbox: Toolbox, source: Source) -> None:
        if self._clock() < self._listed.get(source.tool.name, 0.0):
            return
        parents = self._parents(source)
        if parents is None:
            return
        self._listed[source.tool.name] = self._clock() + _FRESH_SECONDS
        for parent in parents:
            found = await self._call(toolbox, source, source.arguments(parent=parent.id))
            self._add([replace(each, where=each.where or parent.name) for each in found or ()])

    def _parents(self, source: Source) -> list[Mention] | None:
        """What the things may lie in; one without a name where they need none."""
        if not source.parent:
            return [Mention("", "", "")]
        known = [each for each in self._found.values() if each.kind == source.parent_kind]
        return known[:_MOST_PARENTS] or None

    def _is_worth_searching(self, tool: Tool, typed: str) -> bool:
        words = typed.lower().split()
        if len("".join(words)) < _FEWEST_LETTERS or len(words) > _MOST_WORDS:
            return False
        text = " ".join(words)
        # Of what was found whole by its beginning there is no more.
        earlier = (self._searched.get((tool.name, text[:end])) for end in range(1, len(text) + 1))
        return (tool.name, text) not in self._searched and not any(complete for complete in earlier)

    async def _search(self, toolbox: Toolbox, source: Source, typed: str) -> None:
        text = " ".join(typed.lower().split())
        found = await self._call(toolbox, source, source.arguments(text))
        if found is None:
            return
        # Some servers know whole words only, so that nothing for the beginning of one does not say much.
        self._searched[source.tool.name, text] = 0 < len(found) < source.page_size
        self._add(found)

    async def _call(self, toolbox: Toolbox, source: Source, arguments: JsonObject) -> list[Mention] | None:
        """Call a tool; `None` if there were too many calls, or it refuses."""
        now = self._clock()
        if len(self._calls) == MOST_A_MINUTE and now - self._calls[0] < _MINUTE:
            return None
        self._calls.append(now)
        result = await toolbox.call_tool(source.tool.name, arguments)
        if result.is_error:
            _LOGGER.info("%s: %s", source.tool.name, result.text)
            return None
        return list(read_answer(result.structured, source.kind))

    def _add(self, found: Sequence[Mention]) -> None:
        new: Mapping[tuple[str, str], Mention] = {
            (each.kind, each.id): each for each in found if self._is_news(each)
        }
        if new:
            self._found = {**self._found, **new}
            self._arrived()

    def _is_news(self, mention: Mention) -> bool:
        known = self._found.get((mention.kind, mention.id))
        return known is None or (known != mention and bool(mention.where or known.name != mention.name))
