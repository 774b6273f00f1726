"""A server that does things of its own accord: it logs, asks, changes its lists, tells how far it is."""

from dataclasses import dataclass, field
from typing import Annotated

from mcp.server import MCPServer
from mcp.server.mcpserver import AcceptedElicitation, Context, Elicit, ElicitationResult, Resolve
from mcp.shared.exceptions import UrlElicitationRequiredError
from mcp_types import (
    ElicitRequest,
    ElicitRequestURLParams,
    InputRequiredResult,
    LoggingLevel,
    LoggingMessageNotification,
    LoggingMessageNotificationParams,
    ToolAnnotations,
)
from pydantic import BaseModel, Field

from tests.workspace.mcp_servers import Gate, only_initialize

PAGE = "https://pay.example/checkout?order=7"


class Trip(BaseModel):
    """What a booking needs to know."""

    city: str = Field(min_length=2)
    nights: int = Field(default=3, ge=1)


def ask_for_trip() -> Elicit[Trip]:
    return Elicit("Where to?", Trip)


@dataclass
class Talker:
    """The server and what it was answered."""

    gate: Gate
    legacy: bool
    answers: list[str] = field(default_factory=list[str])

    def build(self) -> None:
        server = MCPServer("talker", log_level="CRITICAL")
        talker = self

        @server.tool(annotations=ToolAnnotations(read_only_hint=True))
        async def count(context: Context) -> str:
            for number in (1, 2, 3):
                await context.report_progress(number, 3, f"at {number}\x1b[2J")
            return "counted"

        @server.tool(annotations=ToolAnnotations(read_only_hint=True))
        async def complain(context: Context, level: LoggingLevel, times: int = 1) -> str:
            for number in range(times):
                said = LoggingMessageNotificationParams(
                    level=level, logger="disk", data={"text": f"full {number}\x07", "token": "sesame-0123"}
                )
                notification = LoggingMessageNotification(params=said)
                await context.session.send_notification(notification, context.request_id)
            return "complained"

        @server.tool()
        async def rearrange(context: Context) -> str:
            await context.notify_prompts_changed()
            await context.notify_resources_changed()
            await context.session.send_prompt_list_changed()
            await context.session.send_resource_list_changed()
            return "rearranged"

        @server.tool()
        async def book(trip: Annotated[ElicitationResult[Trip], Resolve(ask_for_trip)]) -> str:
            talker.answers.append(trip.action)
            if isinstance(trip, AcceptedElicitation):
                return f"{trip.data.nights} nights in {trip.data.city}"
            return f"the user said: {trip.action}"

        @server.tool()
        async def pay(context: Context) -> str | InputRequiredResult:
            if talker.legacy:
                answered = (await context.elicit_url("Pay here.", PAGE, "order-7")).action
            elif context.input_responses is None:
                page = ElicitRequestURLParams(message="Pay here.", url=PAGE)
                return InputRequiredResult(input_requests={"page": ElicitRequest(params=page)})
            else:
                answered = str(context.input_responses["page"].model_dump()["action"])
            talker.answers.append(answered)
            return f"the page was: {answered}"

        @server.tool()
        async def locked() -> str:
            page = ElicitRequestURLParams(message="Unlock it.", url=PAGE, elicitation_id="order-7")
            raise UrlElicitationRequiredError([page])

        @server.prompt()
        def greet() -> str:
            return "Say hello"

        @server.resource("note://today")
        def today() -> str:
            return "sunny"

        self.gate.app = server.streamable_http_app()
        self.gate.fault = only_initialize if self.legacy else None
