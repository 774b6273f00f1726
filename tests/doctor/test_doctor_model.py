"""The model that would answer: found out without asking it anything."""

import dataclasses
from collections.abc import Callable

import pytest

from agent.auth.model_keys import ModelKeys
from agent.auth.vault import Vault
from agent.doctor.case import Case
from agent.doctor.finding import Outcome
from agent.doctor.model import check_model
from agent.doctor.sign_in import open_vault
from agent.errors import ModelError
from agent.model.embedded import weights
from agent.settings.settings import Settings
from tests.doctor.conftest import Serve
from tests.end_to_end.scripted_endpoint import ScriptedEndpoint

pytestmark = pytest.mark.anyio

MakeCase = Callable[..., Case]


async def test_an_endpoint_that_lists_the_model_is_well_and_asked_for_no_answer(make_case: MakeCase) -> None:
    with ScriptedEndpoint([], models=("small", "large"), key="sk-hidden") as endpoint:
        settings = Settings(model="large", base_url=endpoint.base_url, api_key="sk-hidden")
        case = make_case(settings=settings)
        finding = await check_model(open_vault(case), case)
    assert finding.outcome is Outcome.OK
    assert finding.text.startswith(f"large at {endpoint.base_url}")
    assert "key accepted, listed" in finding.text
    assert "astravue model test" in finding.text
    assert "sk-hidden" not in finding.text
    assert endpoint.requests == []


async def test_a_stored_key_is_found_in_the_vault(make_case: MakeCase) -> None:
    with ScriptedEndpoint([], key="sk-kept") as endpoint:
        case = make_case(settings=Settings(model="scripted", base_url=endpoint.base_url))
        ModelKeys(Vault(case.folders, case.environ)).keep(endpoint.base_url, "sk-kept")
        finding = await check_model(open_vault(case), case)
    assert (finding.outcome, "key accepted" in finding.text) == (Outcome.OK, True)


async def test_a_model_that_is_not_listed_is_a_warning(make_case: MakeCase) -> None:
    with ScriptedEndpoint([], models=("small",)) as endpoint:
        case = make_case(settings=Settings(model="huge", base_url=endpoint.base_url))
        finding = await check_model(open_vault(case), case)
    assert finding.outcome is Outcome.WARNING
    assert "not among the 1 models listed there" in finding.text
    assert "astravue model list" in finding.advice


async def test_an_endpoint_that_lists_nothing_may_answer_all_the_same(make_case: MakeCase) -> None:
    with ScriptedEndpoint([], models=()) as endpoint:
        case = make_case(settings=Settings(model="huge", base_url=endpoint.base_url))
        finding = await check_model(open_vault(case), case)
    assert (finding.outcome, finding.advice) == (Outcome.WARNING, "Run `astravue model test`.")


async def test_a_refused_key_is_a_problem_that_says_where_to_put_the_right_one(make_case: MakeCase) -> None:
    with ScriptedEndpoint([], key="sk-right") as endpoint:
        case = make_case(settings=Settings(model="m", base_url=endpoint.base_url, api_key="sk-wrong"))
        finding = await check_model(open_vault(case), case)
    assert finding.outcome is Outcome.PROBLEM
    assert finding.text == f"{endpoint.base_url} refuses the API key (HTTP 401)"
    assert "astravue model key" in finding.advice


async def test_an_endpoint_that_is_away_is_a_problem(make_case: MakeCase) -> None:
    case = make_case(settings=Settings(model="m", base_url="http://127.0.0.1:9/v1", api_key="sk-any"))
    finding = await check_model(open_vault(case), case)
    assert (finding.outcome, "cannot be reached" in finding.text) == (Outcome.PROBLEM, True)


async def test_an_endpoint_without_a_model_of_its_own_says_why(make_case: MakeCase, serve: Serve) -> None:
    async with serve(b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n") as port:
        case = make_case(settings=Settings(base_url=f"http://127.0.0.1:{port}/v1", api_key="sk-any"))
        with pytest.raises(ModelError, match="lists no models"):
            await check_model(open_vault(case), case)


async def test_the_embedded_model_is_well_once_its_weights_are_there(make_case: MakeCase) -> None:
    case = make_case(settings=Settings(model="embedded"))
    missing = await check_model(open_vault(case), case)
    assert (missing.outcome, missing.advice) == (Outcome.WARNING, "Run `astravue model fetch`.")

    path = weights.QWEN_CODER.path(case.folders.models)
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        file.truncate(weights.QWEN_CODER.size)
    fetched = await check_model(open_vault(case), case)
    assert (fetched.outcome, "fetched" in fetched.text) == (Outcome.OK, True)


async def test_a_vault_that_does_not_open_is_told_beside_the_model(make_case: MakeCase) -> None:
    case = make_case()
    ModelKeys(Vault(case.folders, case.environ)).keep("http://127.0.0.1:9/v1", "sk-kept")
    with ScriptedEndpoint([]) as endpoint:
        settings = dataclasses.replace(case.settings, model="scripted", base_url=endpoint.base_url)
        other = dataclasses.replace(case, settings=settings, environ={"ASTRAVUE_VAULT_KEY": "6b" * 32})
        finding = await check_model(open_vault(other), other)
    assert finding.outcome is Outcome.WARNING
    assert "no stored model key can be used" in finding.text
