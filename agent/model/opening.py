"""From a choice to a model that can be asked; imports what takes most of a second."""

from pathlib import Path

from agent.model.addresses import is_openai
from agent.model.capabilities import CapabilityStore
from agent.model.chat_completions import ChatCompletionsModel
from agent.model.endpoint import Endpoint
from agent.model.http_client import ShowRequest
from agent.model.prices import price_of
from agent.model.protocol import Model
from agent.model.responses import ResponsesModel
from agent.model.selection import Choice


def open_model(
    choice: Choice, *, api: str, capabilities_file: Path, show_request: ShowRequest | None = None
) -> Model:
    """Open the connections to an endpoint.

    Args:
        choice: Which model of which endpoint.
        api: “chat” or “responses”; empty for the one that suits the endpoint best.
        capabilities_file: Where what the endpoint refuses is remembered.
        show_request: Is shown each request as it leaves.
    """
    endpoint = Endpoint(
        choice.base_url,
        choice.api_key,
        model=choice.name,
        capabilities=CapabilityStore(capabilities_file),
        price=price_of(choice.base_url, choice.name),
        show_request=show_request,
    )
    # Only there is it certain that both are spoken; reasoning models do better with Responses.
    wants_responses = api == "responses" or (not api and is_openai(choice.base_url))
    return ResponsesModel(endpoint) if wants_responses else ChatCompletionsModel(endpoint)
