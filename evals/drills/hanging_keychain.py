"""The keychain hangs: a keyring backend that takes every question and never answers."""

from dataclasses import dataclass, field
from pathlib import Path

from agent.auth.vault import Vault
from agent.system.folders import find_folders
from evals.drills.figures import Figures
from evals.drills.home import PROFILE, Home
from evals.drills.sandbox import DrillSandbox
from evals.drills.turns import DrillModel
from evals.drills.window import PausingVault
from evals.drills.window_process import WindowProcess

_BOUND = 1.0
# The start of a process on a busy machine, and the call itself come on top of the bound.
_LONGEST_WAIT = 20.0


@dataclass
class _MemoryKeychain:
    """A keychain that worked when the vault was made."""

    name: str = "the OS keychain"
    _kept: dict[str, str] = field(default_factory=dict[str, str], repr=False)

    def get(self, name: str) -> str | None:
        return self._kept.get(name)

    def set(self, name: str, secret: str) -> None:
        self._kept[name] = secret


async def hanging_keychain(folder: Path, times: int) -> Figures:
    """With the vault's key in the keychain, a call ends in time with the reason, and the vault is kept."""
    figures = Figures(f"keychain that never answers, asked with a bound of {_BOUND:g} s")
    async with DrillSandbox(folder / "sandbox") as sandbox:
        home = Home(folder / "home", sandbox.url)
        await home.sign_in(sandbox, DrillModel())
        login = PausingVault(home.environ).load(sandbox.url, PROFILE)
        assert login is not None
        environ = {name: value for name, value in home.environ.items() if name != "ASTRAVUE_VAULT_KEY"}
        for number in range(times):
            in_keychain = {
                **environ,
                "ASTRAVUE_HOME": str(folder / f"in-keychain-{number}"),
                "PYTHON_KEYRING_BACKEND": "evals.drills.hanging_backend.Keyring",
            }
            vault = Vault(find_folders(in_keychain), in_keychain, keychain=_MemoryKeychain())
            vault.save(login)
            before = vault.path.read_bytes()
            async with WindowProcess(sandbox.url, in_keychain, keychain_bound=_BOUND) as window:
                report = await window.call()
            figures.times += 1
            figures.promise(
                report.seconds < _LONGEST_WAIT, f"{number}: the call waited {report.seconds:.0f} s"
            )
            figures.promise(
                "did not answer within" in "".join(report.failures), f"{number}: told {report.failures}"
            )
            figures.turns_lost += len(report.failures)
            figures.promise(vault.path.read_bytes() == before, f"{number}: the vault was changed")

        ledger = await sandbox.ledger()
        figures.refreshes, figures.families_revoked = ledger.refreshes, ledger.revoked
        figures.promise(ledger.revoked == 0, f"{ledger.revoked} families were revoked")
    figures.remarks.append("without its key the vault cannot be opened: each call says so, within the bound")
    return figures
