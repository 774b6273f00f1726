"""Where a model is that somebody wants to use."""

from agent.available_models.places import Found, Place, find_place
from agent.model.listing import Listing

OPENAI = Place("configured", "https://api.openai.com/v1", Listing(("gpt-5-mini",)), is_configured=True)
AWAY = Place("configured", "https://away.example/v1", Listing((), "cannot be reached"), is_configured=True)
OLLAMA = Place("Ollama", "http://127.0.0.1:11434/v1", Listing(("llama3.2:latest", "gpt-5-mini")))
NOTHING = Place("llama.cpp", "http://127.0.0.1:8080/v1", Listing((), "cannot be reached", reached=False))


def find(name: str, *places: Place, named: bool = False) -> tuple[str, str]:
    return find_place(name, Found(places, ()), must_be_configured=named)


def test_a_model_of_the_configured_endpoint_needs_no_address() -> None:
    assert find("gpt-5-mini", OPENAI, OLLAMA) == ("", "")


def test_a_model_that_a_local_server_has_is_found_there() -> None:
    assert find("llama3.2", OPENAI, OLLAMA) == (OLLAMA.base_url, "")
    assert find("llama3.2", NOTHING, OLLAMA) == (OLLAMA.base_url, "")


def test_a_model_is_not_looked_for_elsewhere_when_its_endpoint_was_named() -> None:
    address, doubt = find("llama3.2", OPENAI, OLLAMA, named=True)
    assert (address, doubt) == ("", "https://api.openai.com/v1 does not list llama3.2")
    assert find("m", AWAY, OLLAMA, named=True)[1] == (
        "https://away.example/v1 cannot be reached, so m was not looked for"
    )


def test_a_model_that_nobody_lists_is_doubted() -> None:
    assert find("m", OPENAI, NOTHING) == (
        "",
        "m is not listed by https://api.openai.com/v1; name the endpoint that has it with --base-url, "
        "or see `astravue model list`",
    )
    assert find("m", NOTHING)[1].startswith("no endpoint answers, so m was not found;")
