"""The disk is full while tokens rotate: the login goes on in memory, and is stored when there is room."""

import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from evals.drills.figures import Figures
from evals.drills.home import Home
from evals.drills.sandbox import DrillSandbox
from evals.drills.turns import DrillModel
from evals.drills.window_process import WindowProcess

_DISK = "size=512k"
_UNLIMITED = -1


async def full_disk(folder: Path, times: int) -> Figures:
    """Fill the disk, let tokens expire three times, make room, leave, and go on in another process."""
    with _small_disk(folder / "disk") as mounted:
        return await _fill_and_free(folder, times, mounted)


async def _fill_and_free(folder: Path, times: int, mounted: bool) -> Figures:
    how = "disk of 512 KiB filled to the last byte" if mounted else "files limited to 0 bytes (no tmpfs here)"
    figures = Figures(f"{how} while tokens expired, then freed")
    fill, free = ("fill disk", "free disk") if mounted else ("limit files", "limit files")
    async with DrillSandbox(folder / "sandbox") as sandbox:
        home = Home(folder / "disk" / "home", sandbox.url)
        await home.sign_in(sandbox, DrillModel())
        for number in range(times):
            async with WindowProcess(sandbox.url, home.environ) as window:
                (await window.call()).add_to(figures)
                await window.order(fill, bytes=0)
                warnings: list[str] = []
                for _ in range(3):
                    await sandbox.expire()
                    report = await window.call()
                    report.add_to(figures)
                    warnings = report.warnings
                    figures.promise(not report.failures, f"full disk {number}: {report.failures}")
                figures.promise(
                    any("goes on in memory" in warning for warning in warnings),
                    f"full disk {number}: no warning was given, but {warnings}",
                )
                await window.order(free, bytes=_UNLIMITED)
            # It left in good order with room on the disk, so what it held is stored.
            async with WindowProcess(sandbox.url, home.environ) as next_window:
                report = await next_window.call()
            report.add_to(figures)
            figures.promise(not report.failures, f"after full disk {number}: {report.failures}")
            figures.times += 1
        ledger = await sandbox.ledger()
        figures.refreshes, figures.families_revoked = ledger.refreshes, ledger.revoked
        figures.promise(
            ledger.refreshes == 3 * times, f"{ledger.refreshes} refreshes for {3 * times} expiries"
        )
        figures.promise(ledger.revoked == 0, f"{ledger.revoked} families were revoked")
        figures.promise(ledger.families == 1, f"{ledger.families - 1} further sign-ins were made")
    return figures


@contextmanager
def _small_disk(folder: Path) -> Generator[bool]:
    """Mount a small file system in memory where this user may; else the folder is an ordinary one."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", _DISK, "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)
