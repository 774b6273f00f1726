"""The settings with which another model answers in the same chat."""

from dataclasses import replace

import pytest

from agent.available_models.places import Found, Place
from agent.available_models.switching import place_model
from agent.errors import ModelError
from agent.model.listing import Listing
from agent.settings.settings import Settings

CONFIGURED = Place("configured", "https://api.example/v1", Listing(("large", "small")), is_configured=True)
OLLAMA = Place("Ollama", "http://127.0.0.1:11434/v1", Listing(("llama3.2:latest",)))
SETTINGS = Settings(model="large", base_url=CONFIGURED.base_url, api_key="a key")


def test_a_model_of_the_same_endpoint_keeps_its_address_and_key() -> None:
    placed = place_model(SETTINGS, "small", Found((CONFIGURED, OLLAMA), ()))
    assert placed == replace(SETTINGS, model="small")


def test_a_model_of_another_endpoint_never_gets_the_key_of_the_first() -> None:
    placed = place_model(SETTINGS, "llama3.2", Found((CONFIGURED, OLLAMA), ()))
    assert (placed.model, placed.base_url, placed.api_key) == ("llama3.2", OLLAMA.base_url, "")


def test_a_model_that_no_place_has_is_refused() -> None:
    with pytest.raises(ModelError, match="There is no model huge anywhere; the one before stays"):
        place_model(SETTINGS, "huge", Found((CONFIGURED, OLLAMA), ()))


@pytest.mark.parametrize(("reached", "is_taken"), [(True, True), (False, False)])
def test_an_endpoint_that_tells_no_models_may_have_any_as_long_as_it_answers(
    reached: bool, is_taken: bool
) -> None:
    silent = replace(CONFIGURED, listing=Listing((), "tells no models", reached=reached))
    found = Found((silent,), ())
    if is_taken:
        assert place_model(SETTINGS, "huge", found).model == "huge"
    else:
        with pytest.raises(ModelError):
            place_model(SETTINGS, "huge", found)
