"""The child process: started, stopped, and gone with its parent."""

import os
import signal
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import httpx2
import pytest

from agent.errors import ModelError
from agent.model.embedded.process import start_child

pytestmark = pytest.mark.anyio
FAKE = Path(__file__).parent / "fake_completion_server.py"


def command(tmp_path: Path) -> tuple[str, ...]:
    (tmp_path / "answers.json").write_text("{}")
    return (sys.executable, str(FAKE), str(tmp_path / "answers.json"))


async def test_it_listens_on_loopback_and_wants_the_key(tmp_path: Path) -> None:
    child = await start_child(
        tmp_path / "m", tmp_path / "states", tmp_path / "logs" / "log", command=command(tmp_path)
    )
    try:
        assert child.endpoint.url.startswith("http://127.0.0.1:")
        assert child.endpoint.api_key not in repr(child.endpoint)
        async with httpx2.AsyncClient(base_url=child.endpoint.url, trust_env=False) as client:
            refused = await client.post("/slots/0?action=save", json={"filename": "x"})
            assert refused.status_code == 401
            key = {"Authorization": f"Bearer {child.endpoint.api_key}"}
            taken = await client.post("/slots/0?action=save", json={"filename": "x"}, headers=key)
            assert taken.status_code == 200
    finally:
        await child.aclose()
    assert not child.is_running


async def test_the_key_is_in_neither_arguments_nor_environment(tmp_path: Path) -> None:
    child = await start_child(
        tmp_path / "m", tmp_path / "states", tmp_path / "log", command=command(tmp_path)
    )
    try:
        shown = arguments_and_environment(child.process_id)
        assert str(FAKE).encode() in shown
        assert child.endpoint.api_key.encode() not in shown
    finally:
        await child.aclose()


async def test_its_log_and_what_it_saves_are_their_owners_alone_even_if_they_were_not(tmp_path: Path) -> None:
    log, states = tmp_path / "logs" / "log", tmp_path / "models" / "states"
    for older in (log, states / "older.state"):
        older.parent.mkdir(parents=True)
        older.touch()
        older.chmod(0o644)
    usual = os.umask(0o022)
    try:
        child = await start_child(tmp_path / "m", states, log, command=command(tmp_path))
    finally:
        os.umask(usual)
    try:
        async with httpx2.AsyncClient(base_url=child.endpoint.url, trust_env=False) as client:
            key = {"Authorization": f"Bearer {child.endpoint.api_key}"}
            await client.post("/slots/0?action=save", json={"filename": "new.state"}, headers=key)
    finally:
        await child.aclose()
    if os.name == "posix":
        written = (log, states / "older.state", states / "new.state")
        assert [stat.S_IMODE(path.stat().st_mode) for path in written] == [0o600] * 3


async def test_a_child_that_ends_before_it_listens_names_its_log(tmp_path: Path) -> None:
    broken = (sys.executable, "-c", "import sys; sys.exit('cannot load')")
    with pytest.raises(ModelError, match="its process ended with 1") as caught:
        await start_child(tmp_path / "m", tmp_path / "states", tmp_path / "log", command=broken)
    assert caught.value.hint == f"Its log is {tmp_path / 'log'}."
    assert "cannot load" in (tmp_path / "log").read_text()


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("raise RuntimeError('no such model')", "could not be started: RuntimeError: no such model"),
        ("raise ImportError('libgomp.so.1: cannot open')", "the system library libgomp is missing"),
    ],
)
async def test_what_a_child_ended_with_is_told(tmp_path: Path, code: str, reason: str) -> None:
    with pytest.raises(ModelError, match=reason):
        await start_child(
            tmp_path / "m", tmp_path / "states", tmp_path / "log", command=(sys.executable, "-c", code)
        )


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_it_is_gone_with_its_parent_however_that_ends(tmp_path: Path, how: signal.Signals) -> None:
    script = textwrap.dedent(f"""
        import asyncio, pathlib
        from agent.model.embedded.process import start_child
        folder = pathlib.Path({str(tmp_path)!r})
        command = {command(tmp_path)!r}
        async def main():
            child = await start_child(folder / "m", folder / "s", folder / "log", command=command)
            print(child.process_id, flush=True)
            await asyncio.Event().wait()
        asyncio.run(main())
    """)
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.send_signal(how)
        # The child holds the other end of its parent's pipe no longer than it lives.
        parent.stdout.read()
        parent.wait()
    wait_until_gone(child)


def wait_until_gone(process_id: int) -> None:
    while True:
        try:
            os.kill(process_id, 0)
        except ProcessLookupError:
            return
        status = Path(f"/proc/{process_id}/status")
        if status.exists() and "State:\tZ" in status.read_text():
            return


def arguments_and_environment(process_id: int) -> bytes:
    """What other programs of the same user can see of a process."""
    process = Path(f"/proc/{process_id}")
    if process.exists():
        return (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
    return subprocess.run(
        ["ps", "eww", "-o", "command=", "-p", str(process_id)], capture_output=True, check=True
    ).stdout
