"""All checks side by side, each with a bound, told in an order that never changes.

What one check needs to know of another, such as whether the server is reached at all, is found out
once. A check that fails in a way nobody foresaw is a finding like any other, so that it hides none.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from agent.auth.discovery import Authorization
from agent.auth.login import Login
from agent.doctor import model, network, places, server, sign_in, terminal, tracing, versions
from agent.doctor.case import Case, Once, run_aside
from agent.doctor.finding import Finding, Outcome
from agent.errors import AgentError, VaultError
from agent.system.logs import redact_text

_log = logging.getLogger(__name__)

Check: TypeAlias = Callable[[], Awaitable[Finding]]


@dataclass(frozen=True, slots=True)
class _Named:
    """A check and the name that it has whatever comes of it."""

    name: str
    check: Check


async def examine(case: Case) -> AsyncGenerator[Finding, None]:
    """Look at everything, and give each finding as soon as all before it are there.

    Args:
        case: What is looked at.
    """
    examination = _Examination(case)
    running = [asyncio.ensure_future(_bounded(each, case)) for each in examination.checks()]
    try:
        for finding in running:
            yield await finding
    finally:
        for each in running:
            each.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await examination.aclose()


async def _bounded(named: _Named, case: Case) -> Finding:
    finding = await _found(named, case)
    # An address may hold a password, and a server may say anything.
    return replace(finding, text=redact_text(finding.text))


async def _found(named: _Named, case: Case) -> Finding:
    try:
        async with asyncio.timeout(case.seconds):
            return await named.check()
    except TimeoutError:
        return Finding(
            named.name, Outcome.PROBLEM, f"no answer within {case.seconds:g} s", "Try again in a minute."
        )
    except AgentError as error:
        return Finding(named.name, Outcome.PROBLEM, error.message.removesuffix("."), error.hint)
    except Exception as error:
        _log.exception("The check of %s failed", named.name)
        return Finding(
            named.name,
            Outcome.PROBLEM,
            f"could not be looked at ({type(error).__name__})",
            f"See {case.folders.log_file}",
        )


class _Examination:
    """The checks of one case, and what they share."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._vault = sign_in.open_vault(case)
        settings, environ = case.settings, case.environ
        self._network = Once(lambda: network.check_network(settings.server, environ))
        self._authorization: Once[Authorization | None] = Once(lambda: sign_in.find_authorization(settings))
        self._login: Once[Login | None] = Once(lambda: sign_in.load_login(self._vault, settings))

    def checks(self) -> list[_Named]:
        """In the order in which they are told: what others build on comes first."""
        case = self._case

        def here(name: str, look: Callable[[], Finding]) -> _Named:
            return _Named(name, lambda: run_aside(look))

        return [
            here(terminal.TERMINAL, lambda: terminal.check_terminal(terminal.look_at_terminal(case.environ))),
            here(versions.VERSIONS, lambda: versions.check_versions(versions.read_requirements())),
            here(places.SETTINGS, lambda: places.check_settings(case)),
            here(places.FOLDERS, lambda: places.check_folders(case.folders)),
            here(places.DISK, lambda: places.check_disk(case.folders)),
            self._with_settings(network.NETWORK, self._network),
            self._with_server(network.CLOCK, lambda: network.check_clock(case)),
            self._with_server(sign_in.DISCOVERY, self._check_discovery),
            _Named(sign_in.KEYCHAIN, sign_in.check_keychain),
            _Named(sign_in.VAULT, lambda: sign_in.check_vault(self._vault)),
            self._with_server(sign_in.SIGN_IN, self._check_login),
            self._with_server(server.SERVER, self._check_server),
            self._with_settings(model.MODEL, lambda: model.check_model(self._vault, case)),
            here(tracing.TRACING, lambda: tracing.check_tracing(case.environ)),
        ]

    async def aclose(self) -> None:
        """Stop what nobody waits for any more."""
        for shared in (self._network, self._authorization, self._login):
            await shared.aclose()

    def _with_settings(self, name: str, check: Check) -> _Named:
        async def run() -> Finding:
            if self._case.settings_error is not None:
                return Finding(name, Outcome.NOT_TRIED, "the settings cannot be used")
            return await check()

        return _Named(name, run)

    def _with_server(self, name: str, check: Check) -> _Named:
        async def run() -> Finding:
            if (await self._network()).outcome is Outcome.PROBLEM:
                return Finding(name, Outcome.NOT_TRIED, "the server cannot be reached")
            return await check()

        return self._with_settings(name, run)

    async def _check_discovery(self) -> Finding:
        return sign_in.check_discovery(await self._authorization(), self._case.settings)

    async def _check_login(self) -> Finding:
        try:
            login = await self._login()
        except VaultError:
            return Finding(sign_in.SIGN_IN, Outcome.NOT_TRIED, "the vault does not open")
        authorization = None if login is not None else await self._authorization()
        return sign_in.check_login(login, authorization, self._case)

    async def _check_server(self) -> Finding:
        try:
            login = await self._login()
        except VaultError:
            return Finding(server.SERVER, Outcome.NOT_TRIED, "the vault does not open")
        return await server.check_server(login, self._case)
