"""All checks side by side: their order, their bounds, and what one means for the others."""

import asyncio
import dataclasses
import threading
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

import pytest

from agent.auth.vault import Vault
from agent.doctor import places
from agent.doctor.case import Case, Once, run_aside
from agent.doctor.examination import examine
from agent.doctor.finding import Finding, Outcome
from agent.errors import AgentError, SettingsError
from agent.settings.settings import Settings
from agent.system.folders import Folders
from tests.doctor.conftest import Serve
from tests.doctor.test_doctor_sign_in import LOGIN
from tests.end_to_end.scripted_endpoint import ScriptedEndpoint

pytestmark = pytest.mark.anyio

MakeCase = Callable[..., Case]
ORDER = [
    *("terminal", "versions", "settings", "folders", "disk", "network", "clock", "discovery"),
    *("keychain", "vault", "sign-in", "server", "model", "tracing"),
]
OF_SERVER = ("clock", "discovery", "sign-in", "server")


async def examined(case: Case) -> dict[str, Finding]:
    async with aclosing(examine(case)) as findings:
        return {finding.name: finding async for finding in findings}


async def test_the_order_is_always_the_same(make_case: MakeCase) -> None:
    assert list(await examined(make_case())) == ORDER


async def test_a_server_that_is_away_is_one_problem_and_what_hangs_on_it_is_not_tried(
    make_case: MakeCase,
) -> None:
    found = await examined(make_case())
    assert found["network"].outcome is Outcome.PROBLEM
    told = {(found[name].outcome, found[name].text) for name in OF_SERVER}
    assert told == {(Outcome.NOT_TRIED, "the server cannot be reached")}


async def test_settings_that_cannot_be_used_are_one_problem_too(make_case: MakeCase) -> None:
    error = SettingsError("They are no valid TOML.", "Correct them.")
    found = await examined(dataclasses.replace(make_case(), settings_error=error))
    assert found["settings"].outcome is Outcome.PROBLEM
    told = {(found[name].outcome, found[name].text) for name in (*OF_SERVER, "network", "model")}
    assert told == {(Outcome.NOT_TRIED, "the settings cannot be used")}
    assert found["vault"].outcome is Outcome.OK


async def test_a_vault_that_does_not_open_is_one_problem_too(make_case: MakeCase, serve: Serve) -> None:
    async with serve(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n") as port:
        case = make_case(f"http://127.0.0.1:{port}/mcp")
        Vault(case.folders, case.environ).save(LOGIN)
        found = await examined(dataclasses.replace(case, environ={"ASTRAVUE_VAULT_KEY": "6b" * 32}))
    assert found["vault"].outcome is Outcome.PROBLEM
    assert found["sign-in"] == Finding("sign-in", Outcome.NOT_TRIED, "the vault does not open")
    assert found["server"] == Finding("server", Outcome.NOT_TRIED, "the vault does not open")


async def test_a_silent_server_is_given_up_after_the_bound(make_case: MakeCase, serve: Serve) -> None:
    async with serve(None) as port:
        case = make_case(f"http://127.0.0.1:{port}/mcp")
        found = await examined(dataclasses.replace(case, seconds=1.0))
    assert found["network"].outcome is Outcome.OK
    assert found["discovery"].outcome is Outcome.PROBLEM
    assert found["discovery"].text == "no answer within 1 s"


async def test_a_check_that_fails_unforeseen_hides_none_of_the_others(
    make_case: MakeCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Folders) -> Finding:
        raise ZeroDivisionError

    monkeypatch.setattr(places, "check_disk", fail)
    case = make_case()
    found = await examined(case)
    assert list(found) == ORDER
    assert found["disk"].outcome is Outcome.PROBLEM
    assert found["disk"].text == "could not be looked at (ZeroDivisionError)"
    assert str(case.folders.log_file) in found["disk"].advice


async def test_leaving_early_stops_what_is_under_way(make_case: MakeCase, serve: Serve) -> None:
    async with serve(None) as port:
        before = asyncio.all_tasks()
        async with aclosing(examine(make_case(f"http://127.0.0.1:{port}/mcp"))) as findings:
            assert (await anext(findings)).name == "terminal"
        assert {task for task in asyncio.all_tasks() - before if "agent/doctor" in repr(task)} == set()


def files_in(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path): (path.stat().st_mtime_ns, path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file()
    }


async def test_nothing_is_written_and_the_model_is_asked_nothing(make_case: MakeCase, serve: Serve) -> None:
    async with serve(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n") as port:
        with ScriptedEndpoint([], key="sk-hidden") as endpoint:
            base_url = endpoint.base_url.replace("//", "//mara:password-hidden@")
            settings = Settings(model="scripted", base_url=base_url, api_key="sk-hidden")
            case = make_case(f"http://mara:password-hidden@127.0.0.1:{port}/mcp?api_key=key-hidden", settings)
            Vault(case.folders, case.environ).save(LOGIN)
            before = files_in(case.folders.config)
            found = await examined(case)
            assert files_in(case.folders.config) == before
            assert endpoint.requests == []
    told = repr(list(found.values()))
    hidden = (
        *("sk-hidden", "password-hidden", "key-hidden", case.environ["ASTRAVUE_VAULT_KEY"]),
        *(LOGIN.access_token, str(LOGIN.refresh_token)),
    )
    assert [secret for secret in hidden if secret in told] == []


# What the checks share


async def test_an_answer_is_asked_for_once_whoever_waits_for_it() -> None:
    asked: list[int] = []
    ready = asyncio.Event()

    async def ask() -> int:
        asked.append(1)
        await ready.wait()
        return 7

    once = Once(ask)
    impatient, patient = asyncio.ensure_future(once()), asyncio.ensure_future(once())
    await asyncio.sleep(0)
    impatient.cancel()
    await asyncio.sleep(0)
    ready.set()
    assert (await patient, await once(), asked) == (7, 7, [1])


async def test_what_goes_wrong_is_told_to_everybody_who_waits() -> None:
    async def ask() -> int:
        raise AgentError("It is away.")

    once = Once(ask)
    for _ in range(2):
        with pytest.raises(AgentError, match="It is away"):
            await once()
    await once.aclose()


async def test_blocking_work_that_never_ends_holds_nobody_up() -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await run_aside(threading.Event().wait)
    assert [thread.daemon for thread in threading.enumerate() if thread.name == "doctor"] == [True]


async def test_what_blocking_work_raises_is_raised_here() -> None:
    with pytest.raises(ZeroDivisionError):
        await run_aside(lambda: 1 // 0)
    assert await run_aside(lambda: 7) == 7
