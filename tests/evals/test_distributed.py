"""A Dask cluster runs every trial once, whatever becomes of one of its workers."""

import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import ExitStack, aclosing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import dask.config
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from drawn_records import make_plans
from fake_setup import FakeSetup, environ, plan_to

from agent.errors import AgentError, UsageError
from agent.settings.settings import Settings
from evals.definitions.reading import read_cases
from evals.definitions.selection import shipped_cases
from evals.definitions.trial import Kind, Status, TrialPlan, TrialRecord
from evals.runs import remote
from evals.runs.distributed import Distributed, check_address
from evals.runs.engine import SandboxSetup
from evals.runs.reading import read_run
from evals.runs.remote import KEY, make_job, setup_here, why_refused
from evals.trials.players import Players

pytestmark = pytest.mark.anyio
CASE = "single-step/create-task"
ROLES = ("scheduler", "worker", "client")
FILES = ("cert", "key")


class Cluster:
    """A scheduler and workers, each a process of this machine."""

    def __init__(self, stack: ExitStack, folder: Path, scheme: str, variables: Mapping[str, str]) -> None:
        self._stack = stack
        self._folder = folder
        self.processes: list[subprocess.Popen[str]] = []
        self._environ = environ() | {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1", **variables}
        self._environ.pop(KEY, None)
        self.address = self._start(
            "scheduler", "--host", f"{scheme}://127.0.0.1", "--port", "0", until="Scheduler at:"
        )

    def add_worker(self, *options: str) -> None:
        """Start one more worker of three threads."""
        local = ("--nthreads", "3", "--local-directory", str(self._folder))
        self._start("worker", self.address, *local, *options, until="Starting established connection")

    def _start(self, program: str, *options: str, until: str) -> str:
        process = self._stack.enter_context(
            subprocess.Popen(
                [sys.executable, "-m", "dask", program, *options, "--no-dashboard"],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                env=self._environ,
            )
        )
        self._stack.callback(process.kill)
        self.processes.append(process)
        assert process.stderr is not None
        line = next(line for line in process.stderr if until in line)
        # What it goes on to say must not fill the pipe.
        threading.Thread(target=process.stderr.read, daemon=True).start()
        return line.split()[-1]


@contextmanager
def make_cluster(
    folder: Path, workers: int, scheme: str = "tcp", variables: Mapping[str, str] | None = None
) -> Generator[Cluster]:
    with ExitStack() as stack:
        cluster = Cluster(stack, folder, scheme, variables or {})
        for _ in range(workers):
            cluster.add_worker("--no-nanny")
        yield cluster


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Generator[Cluster]:
    with make_cluster(tmp_path_factory.mktemp("dask"), 2) as made:
        yield made


async def run(engine: Distributed, plans: Iterable[TrialPlan]) -> list[TrialRecord]:
    return [record async for record in engine.run(plans)]


async def test_every_trial_is_run_once_by_the_workers(tmp_path: Path, cluster: Cluster) -> None:
    setup = FakeSetup(tmp_path)
    plans = make_plans(100)
    records = await run(Distributed(setup, cluster.address), plans)
    assert sorted(record.number for record in records) == list(range(1, 101))
    assert sorted(key for key, _, _ in setup.begun()) == sorted(plan.key for plan in plans)
    pids = {pid for _, pid, _ in setup.begun()}
    assert len(pids) == 2
    assert os.getpid() not in pids
    assert setup.closed() == pids


async def test_a_worker_that_is_killed_loses_nothing_and_no_finished_trial_is_repeated(
    tmp_path: Path,
) -> None:
    setup = FakeSetup(tmp_path)
    plans = make_plans(200)
    victim = 0
    with make_cluster(tmp_path, 2) as cluster:
        records: list[TrialRecord] = []
        async with aclosing(Distributed(setup, cluster.address).run(plans)) as coming:
            async for record in coming:
                records.append(record)
                if len(records) == 40:
                    victim = setup.begun()[0][1]
                    os.kill(victim, signal.SIGKILL)
    assert sorted(record.number for record in records) == list(range(1, 201))
    begun = [key for key, _, _ in setup.begun()]
    # The scheduler may not know yet that the last ones were taken in the moment when their worker dies.
    assert {begun.count(record.key) for record in records[:20]} == {1}
    assert {pid for key, pid, _ in setup.begun() if key == records[-1].key} != {victim}


async def test_a_trial_that_kills_every_worker_is_broken_and_drags_no_other_along(tmp_path: Path) -> None:
    plans = plan_to("", "die", "", "")
    with make_cluster(tmp_path, 0) as cluster:
        cluster.add_worker("--nanny")
        records = await run(Distributed(FakeSetup(tmp_path), cluster.address), plans)
    found = {record.case: record for record in records}
    assert len(found) == len(records) == 4
    broken = found.pop("single-step/1")
    assert (broken.status, broken.problem) == (Status.BROKEN, "Every worker that ran this trial died.")
    assert {record.status for record in found.values()} == {Status.FINISHED}


def make_certificate(folder: Path) -> dict[str, str]:
    """A certificate that vouches for itself, as Dask's configuration names it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "cluster")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    written = certificate.public_bytes(serialization.Encoding.PEM)
    (folder / "certificate.pem").write_bytes(written)
    plain = serialization.NoEncryption()
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )
    tls = {f"{part}.{file}": f"{file.replace('cert', 'certificate')}.pem" for part in ROLES for file in FILES}
    return {f"distributed.comm.tls.{name}": str(folder / file) for name, file in tls.items()} | {
        "distributed.comm.tls.ca-file": str(folder / "certificate.pem")
    }


async def test_tls_goes_by_the_configuration_of_dask(tmp_path: Path) -> None:
    configured = make_certificate(tmp_path)
    variables = {
        f"DASK_{name.upper().replace('.', '__').replace('-', '_')}": value
        for name, value in configured.items()
    }
    with make_cluster(tmp_path, 1, "tls", variables) as cluster, dask.config.set(configured):
        records = await run(Distributed(FakeSetup(tmp_path), cluster.address), make_plans(4))
    assert cluster.address.startswith("tls://")
    assert len(records) == 4


async def test_plans_are_drawn_as_there_is_room(tmp_path: Path, cluster: Cluster) -> None:
    drawn = count()

    def endless() -> Iterator[TrialPlan]:
        for plan in make_plans(1) * 10_000:
            yield replace(plan, number=next(drawn) + 1)

    async with aclosing(Distributed(FakeSetup(tmp_path), cluster.address).run(endless())) as records:
        for _ in range(5):
            await anext(records)
    # Two for each of six threads, and those that have ended.
    assert next(drawn) <= 2 * 6 + 12


async def test_a_trial_that_fails_is_broken_and_the_others_go_on(tmp_path: Path, cluster: Cluster) -> None:
    records = await run(Distributed(FakeSetup(tmp_path), cluster.address), plan_to("", "fail", ""))
    assert [record.status for record in sorted(records, key=lambda record: record.case)] == [
        Status.FINISHED,
        Status.BROKEN,
        Status.FINISHED,
    ]


async def test_what_a_worker_cannot_open_ends_the_run_in_a_sentence(tmp_path: Path, cluster: Cluster) -> None:
    setup = FakeSetup(tmp_path, "There are no sockets.")
    with pytest.raises(AgentError) as told:
        await run(Distributed(setup, cluster.address), make_plans(9))
    assert str(told.value) == "There are no sockets. Do something."


async def test_a_worker_with_another_version_is_refused(
    tmp_path: Path, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = remote.installed_versions()
    monkeypatch.setattr(remote, "installed_versions", lambda: there | {"astravue-agent": "0.0.1"})
    setup = FakeSetup(tmp_path)
    with pytest.raises(AgentError) as told:
        await run(Distributed(setup, cluster.address), make_plans(3))
    own = there["astravue-agent"]
    assert f"A worker has other versions (astravue-agent {own} there, 0.0.1 here)" in str(told.value)
    assert not (tmp_path / "begun").exists()


async def test_a_scheduler_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{unused.getsockname()[1]}"
        engine = Distributed(FakeSetup(tmp_path), address, connect_seconds=0.2)
        with pytest.raises(AgentError) as told:
            await run(engine, make_plans(3))
    assert str(told.value).startswith(f"The scheduler at {address} cannot be reached; nothing was run.")
    assert told.value.exit_code == 1


async def test_a_scheduler_without_workers_is_said_so(tmp_path: Path) -> None:
    with make_cluster(tmp_path, 0) as cluster:
        engine = Distributed(FakeSetup(tmp_path), cluster.address, wait_seconds=0.1)
        with pytest.raises(AgentError, match="has no worker; nothing was run"):
            await run(engine, make_plans(3))


async def test_a_scheduler_that_is_lost_ends_the_run_in_a_sentence(tmp_path: Path) -> None:
    with (
        make_cluster(tmp_path, 1) as cluster,
        dask.config.set({"distributed.comm.timeouts.connect": "200ms"}),
    ):
        async with aclosing(
            Distributed(FakeSetup(tmp_path), cluster.address, resume="go on").run(plan_to("", "wait"))
        ) as records:
            await anext(records)
            cluster.processes[0].kill()
            with pytest.raises(AgentError) as told:
                await anext(records)
    assert str(told.value).startswith(
        f"The scheduler at {cluster.address} was lost; the trials that had ended are"
    )
    assert told.value.hint.endswith(f": go on --scheduler {cluster.address}")


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="10\\.0\\.0\\.5 is no address of a scheduler"):
        check_address("10.0.0.5")


def test_without_the_extra_one_is_told_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(AgentError, match=r"pip install 'astravue-agent\[distributed\]'"):
        check_address("tcp://127.0.0.1:1")


def with_key(base_url: str = "https://models.example/v1") -> SandboxSetup:
    settings = Settings(model="m", base_url=base_url, api_key="sk-secret-0123", client_secret="hush")
    return SandboxSetup(Players(settings, judge_settings=settings))


def test_keys_stay_here_and_are_taken_from_the_environment_of_a_worker() -> None:
    setup = with_key()
    job = make_job("one", setup)
    sent = pickle.dumps(job)
    assert b"sk-secret" not in sent
    assert b"hush" not in sent
    assert why_refused(job, {KEY: "sk-theirs"}) is None
    here = setup_here(job, {KEY: "sk-theirs"})
    assert isinstance(here, SandboxSetup)
    assert here.players.settings.api_key == "sk-theirs"
    assert here.players.judge_settings is not None
    assert here.players.judge_settings.api_key == "sk-theirs"


def test_an_endpoint_without_a_key_needs_none() -> None:
    job = make_job("one", SandboxSetup(Players(Settings(model="m", base_url="http://10.0.0.7:8000/v1"))))
    assert why_refused(job, {}) is None
    assert setup_here(job, {KEY: "sk-theirs"}) == job.setup


def test_an_address_with_a_password_is_not_sent() -> None:
    with pytest.raises(UsageError, match="holds a password"):
        make_job("one", with_key("https://me:hidden@models.example/v1"))


async def test_a_worker_without_a_key_is_refused(cluster: Cluster) -> None:
    with pytest.raises(AgentError, match="A worker has no key for the endpoint of the model"):
        await run(Distributed(with_key(), cluster.address), make_plans(1))


async def test_real_trials_run_in_workers_that_have_the_cases_elsewhere(
    tmp_path: Path, cluster: Cluster
) -> None:
    cases, _ = read_cases(shipped_cases(), [CASE])
    records = await run(
        Distributed(SandboxSetup(), cluster.address),
        [TrialPlan(case, Kind.ORACLE, number) for case in cases for number in (1, 2, 3)],
    )
    assert [(record.status, record.problem) for record in records] == [(Status.FINISHED, "")] * 3
    assert all(record.changes and record.events for record in records)


def run_program(home: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "agent", "eval", "run", CASE, "--kind", "oracle", *options],
        capture_output=True,
        text=True,
        env=environ() | {"ASTRAVUE_HOME": str(home)},
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--jobs", "2"), "--jobs and --scheduler cannot be given together"),
        (("--concurrency", "2"), "--concurrency and --scheduler cannot be given together"),
    ],
)
def test_how_many_run_at_once_is_for_the_workers_to_say(
    tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    ended = run_program(tmp_path, "--scheduler", "tcp://127.0.0.1:1", *options)
    assert ended.returncode == 2
    assert said in ended.stderr
    assert not list(tmp_path.glob("**/manifest.json"))


def test_the_program_runs_cases_on_a_cluster(tmp_path: Path, cluster: Cluster) -> None:
    folder = tmp_path / "run"
    options = ("--trials", "3", "--scheduler", cluster.address, "--output", str(folder))
    ended = run_program(tmp_path / "home", *options)
    assert ended.returncode == 0, ended.stderr
    results = read_run(folder).results
    assert [(result.record.number, result.score.passed) for result in results] == [
        (1, True),
        (2, True),
        (3, True),
    ]
