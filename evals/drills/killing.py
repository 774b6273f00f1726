"""`kill -9` in the two worst moments of a refresh: around the write of the new tokens."""

from pathlib import Path

from evals.drills.figures import Figures
from evals.drills.home import Home
from evals.drills.sandbox import DrillSandbox
from evals.drills.turns import DrillModel
from evals.drills.window_process import WindowProcess


async def killed_after_write(folder: Path, times: int) -> Figures:
    """The process dies when the new tokens are stored and not used yet: the next one uses them."""
    figures = Figures("client killed -9 between the write of new tokens and their use")
    async with DrillSandbox(folder / "sandbox") as sandbox:
        home = Home(folder / "home", sandbox.url)
        await home.sign_in(sandbox, DrillModel())
        for number in range(times):
            await _kill_at("after write", sandbox, home)
            figures.times += 1
            async with WindowProcess(sandbox.url, home.environ) as survivor:
                report = await survivor.call()
            report.add_to(figures)
            figures.promise(not report.failures, f"kill {number}: the next window failed: {report.failures}")
        ledger = await sandbox.ledger()
        figures.refreshes, figures.families_revoked = ledger.refreshes, ledger.revoked
        figures.promise(ledger.refreshes == times, f"{ledger.refreshes} refreshes for {times} expiries")
        figures.promise(ledger.revoked == 0, f"{ledger.revoked} families were revoked")
        figures.promise(ledger.families == 1, f"{ledger.families - 1} further sign-ins were made")
    return figures


async def killed_before_write(folder: Path, times: int) -> Figures:
    """The process dies with the only copy of the new tokens: one sign-in is asked for, in a sentence.

    The server has spent the old refresh token and the new one died with the process, so no client can go on.
    What is promised is that it costs no more than that.
    """
    figures = Figures("client killed -9 between the token response and the write")
    async with DrillSandbox(folder / "sandbox") as sandbox:
        home = Home(folder / "home", sandbox.url)
        for number in range(times):
            await home.sign_in(sandbox, DrillModel())
            await _kill_at("before write", sandbox, home)
            figures.times += 1
            async with WindowProcess(sandbox.url, home.environ) as survivor:
                report = await survivor.call()
                again = await survivor.call()
            report.add_to(figures)
            for told in (report, again):
                figures.promise(
                    told.sign_ins_asked == 1 and "astravue login" in "".join(told.failures),
                    f"kill {number}: the next window was told {told.failures}",
                )
            figures.promise(
                report.seconds < 30, f"kill {number}: the next window waited {report.seconds:.0f} s"
            )
        ledger = await sandbox.ledger()
        figures.refreshes, figures.families_revoked = ledger.refreshes, ledger.revoked
        figures.promise(ledger.refreshes == times, f"{ledger.refreshes} refreshes for {times} expiries")
        figures.promise(
            ledger.families == times, f"{ledger.families} sign-ins were made where {times} were needed"
        )
    figures.remarks.append(
        "the only copy of the new token died with the process: one sign-in each is the least"
    )
    return figures


async def _kill_at(moment: str, sandbox: DrillSandbox, home: Home) -> None:
    """Let the token expire, and kill the process that refreshes it as soon as it tells that it is there."""
    await sandbox.expire()
    async with WindowProcess(sandbox.url, home.environ, pause=moment) as victim:
        await victim.tell("call")
        told = await victim.answer()
        if told != {"paused": moment}:
            raise RuntimeError(f"the process was to stop {moment} and told {told}")
        await victim.kill()
