"""A lending library on FastMCP and its OAuth provider, which `tests/run` installs into a folder of its own.

Only what a library has to say is written here. Sign-in, transport and protocol are FastMCP's, as everybody
who uses it gets them; so the program meets a server whose makers never saw it.
"""

import json
import socket
import sys
from dataclasses import dataclass

import mcp_types
import uvicorn
from fastmcp import Context, FastMCP
from fastmcp.server.auth.auth import ClientRegistrationOptions, RevocationOptions
from fastmcp.server.auth.providers.in_memory import InMemoryOAuthProvider
from mcp.server.auth.provider import AuthorizationParams, AuthorizeError
from mcp.shared.auth import OAuthClientInformationFull
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

SCOPE = "books"
TITLES = ("Emma", "Middlemarch", "Ulysses")


class StrictProvider(InMemoryOAuthProvider):
    """FastMCP's provider, which lets everybody in, for tokens that are for this library only (RFC 8707)."""

    def __init__(self, origin: str) -> None:
        super().__init__(
            base_url=origin,
            client_registration_options=ClientRegistrationOptions(enabled=True, valid_scopes=[SCOPE]),
            revocation_options=RevocationOptions(enabled=True),
            required_scopes=[SCOPE],
        )
        self._resource = f"{origin}/mcp"

    async def authorize(self, client: OAuthClientInformationFull, params: AuthorizationParams) -> str:
        if params.resource != self._resource:
            raise AuthorizeError(error="invalid_request", error_description="The resource is another.")
        return await super().authorize(client, params)


@dataclass
class Book:
    number: int
    title: str
    reader: str = ""


@dataclass
class Wish:
    title: str
    copies: int = 1


class Library:
    """The books, and what can be done with them.

    Args:
        origin: Where it is served.
    """

    def __init__(self, origin: str) -> None:
        self.provider = StrictProvider(origin)
        self.books = {number: Book(number, title) for number, title in enumerate(TITLES, 1)}
        self.server = FastMCP(
            "Library",
            instructions="Books are known by their numbers.",
            auth=self.provider,
            # So that every list comes in pages.
            list_page_size=2,
        )
        for tool in (self.lend_book, self.reshelve, self.order_book, self.summarise, self.open_cellar):
            self.server.tool(tool)
        self.server.tool(self.find_books, annotations={"readOnlyHint": True})
        self.server.prompt(self.recommend)
        self.server.resource("library://hours", mime_type="text/plain")(self.hours)
        self.server.resource("library://books/{number}")(self.book)
        self.server.custom_route("/owner/{action}", methods=["POST"])(self.act_as_owner)

    def find_books(self, word: str = "") -> list[Book]:
        """Find books by a word of their titles."""
        return [book for book in self.books.values() if word.lower() in book.title.lower()]

    def lend_book(self, number: int, reader: str) -> Book:
        """Lend a book to a reader."""
        self.books[number].reader = reader
        return self.books[number]

    async def reshelve(self, books: int, ctx: Context) -> str:
        """Put books back."""
        await ctx.warning("The second shelf is full.")
        for done in range(1, books + 1):
            await ctx.report_progress(done, books, f"shelf {done}")
        return f"{books} books are back."

    def order_book(self, ctx: Context) -> str | mcp_types.InputRequiredResult:
        """Order a book that the library lacks."""
        answer = (ctx.input_responses or {}).get("wish")
        if answer is None:
            wish = mcp_types.ElicitRequestFormParams(
                message="Which book shall be ordered?",
                requested_schema={
                    "type": "object",
                    "properties": {
                        "title": {"type": "string", "title": "Title"},
                        "copies": {"type": "integer", "title": "Copies", "minimum": 1, "default": 1},
                    },
                    "required": ["title"],
                },
            )
            request = mcp_types.ElicitRequest(params=wish)
            return mcp_types.InputRequiredResult(input_requests={"wish": request})
        return answer.model_dump_json(exclude_none=True)

    def summarise(self, ctx: Context) -> str | mcp_types.InputRequiredResult:
        """Have the reader's own model summarise a book."""
        words = mcp_types.SamplingMessage(
            role="user", content=mcp_types.TextContent(type="text", text="Summarise Emma.")
        )
        request = mcp_types.CreateMessageRequest(
            params=mcp_types.CreateMessageRequestParams(messages=[words], max_tokens=50)
        )
        return mcp_types.InputRequiredResult(input_requests={"summary": request})

    async def open_cellar(self, ctx: Context) -> str:
        """Open the cellar, where there is more to do."""
        self.server.tool(self.find_rarities)
        await ctx.send_notification(mcp_types.ToolListChangedNotification())
        return "The cellar is open."

    def find_rarities(self) -> str:
        """Find books that nobody may lend."""
        return "A first folio."

    def recommend(self, genre: str, mood: str = "any") -> str:
        """Recommend a book."""
        return f"Recommend a book of the genre {genre} for this mood: {mood}."

    def hours(self) -> str:
        """When the library is open."""
        return "From 9 to 17."

    def book(self, number: str) -> str:
        """What there is to say about a book."""
        return f"{self.books[int(number)].title} is book {number}."

    async def act_as_owner(self, request: Request) -> Response:
        """What only the owner of a server can do; for the tests alone."""
        match request.path_params["action"]:
            case "expire-access":
                self.provider.access_tokens.clear()
            case "end-sign-ins":
                self.provider.access_tokens.clear()
                self.provider.refresh_tokens.clear()
            case _:
                return Response(status_code=404)
        return JSONResponse({})


def main() -> None:
    """Serve on a free port, and say where."""
    listening = socket.create_server(("127.0.0.1", 0))
    origin = f"http://127.0.0.1:{listening.getsockname()[1]}"
    library = Library(origin)
    sys.stdout.write(json.dumps({"url": f"{origin}/mcp"}) + "\n")
    sys.stdout.flush()
    config = uvicorn.Config(library.server.http_app(), log_level="warning", timeout_graceful_shutdown=0)
    uvicorn.Server(config).run([listening])


if __name__ == "__main__":
    main()
