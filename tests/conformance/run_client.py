"""Runs the official MCP conformance suite against this program as a client.

    python -m tests.conformance.run_client [FOLDER] [SCENARIO ...]

All client scenarios of the suite, one at a time, with `client.py` beside this file; or only those named.
Each scenario that a frozen set requires is run at the wire version of that revision, the others at their own.
npm installs the suite and Node.js 22 into the folder (default: a temporary one). Prints a line for each
scenario, a total for each frozen set of requirements, and by name what fails. Ends with status 1 when a
scenario fails that is not among the extensions that the MCP SDK lacks.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.conformance.run import install

REVISIONS = ("2025-11-25", "2026-07-28")
# Extensions that nobody is required to have.
LACKING = {
    "auth/dpop": "the MCP SDK has no tokens bound to a key (RFC 9449)",
    "auth/dpop-nonce": "the MCP SDK has no tokens bound to a key (RFC 9449)",
    "auth/wif-jwt-bearer": "the MCP SDK has no workload identity federation (RFC 7523)",
}
SECONDS = 90
ROOT = Path(__file__).parents[2]


def names(command: list[str], *options: str) -> list[str]:
    """The client scenarios that the suite lists."""
    listed = subprocess.run(
        [*command, "list", "--client", *options], check=True, capture_output=True, text=True
    ).stdout
    client = listed.partition("Client scenarios")[2].partition("\n\n")[0]
    return re.findall(r"^  - (\S+)", client, re.MULTILINE)


def play(command: list[str], scenario: str, results: Path, extra: list[str]) -> tuple[str, str]:
    """Runs one scenario; gives how it ended in one word, and what else there is to say."""
    client = f"{sys.executable} -P -m tests.conformance.client"
    arguments = ["client", "--command", client, "--scenario", scenario, "-o", str(results), *extra]
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        [*command, *arguments], env=environ, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    checks = [check for file in results.rglob("checks.json") for check in json.loads(file.read_text("utf-8"))]
    passed = sum(check["status"] == "SUCCESS" for check in checks)
    if done.returncode == 0:
        return "passed", f"{passed} checks" if passed else "nothing to check: this client does not do that"
    failed = [
        check.get("errorMessage") or check["description"]
        for check in checks
        if check["status"] in ("FAILURE", "WARNING")
    ]
    said = "; ".join(dict.fromkeys(failed)) or done.stderr[-400:].strip().replace("\n", " ")
    return "FAILED", LACKING.get(scenario, said)


def main() -> int:
    """Installs, runs and sums up."""
    arguments = sys.argv[1:]
    outcomes: dict[tuple[str, str], bool] = {}
    with tempfile.TemporaryDirectory() as spare:
        command = install(Path(arguments[0] if arguments else spare).resolve())
        sets = {revision: names(command, "--requirements", revision) for revision in REVISIONS}
        wanted = arguments[1:] or names(command)
        runs = [(name, revision) for revision in REVISIONS for name in sets[revision] if name in wanted]
        required = {name for name, _ in runs}
        runs += [(name, "") for name in wanted if name not in required]
        for name, revision in runs:
            folder = Path(spare) / f"result-{len(outcomes)}"
            extra = ["--spec-version", revision] if revision else []
            outcome, words = play(command, name, folder, extra)
            outcomes[name, revision] = outcome == "passed"
            sys.stdout.write(f"{outcome}  {name}  {revision or 'its own version'}  ({words})\n")
            sys.stdout.flush()
    return sum_up(outcomes)


def sum_up(outcomes: dict[tuple[str, str], bool]) -> int:
    """Prints the totals and the names of what failed; gives the exit status."""
    for wanted in REVISIONS:
        results = [passed for (_, revision), passed in outcomes.items() if revision == wanted]
        sys.stdout.write(f"required by {wanted}: {sum(results)} of {len(results)} passed\n")
    failed = {name for (name, _), passed in outcomes.items() if not passed}
    every = {name for name, _ in outcomes}
    sys.stdout.write(f"in all: {len(every - failed)} of {len(every)} scenarios passed\n")
    for name in sorted(failed):
        sys.stdout.write(f"not passed: {name}: {LACKING.get(name, 'see above')}\n")
    return 1 if failed - set(LACKING) else 0


if __name__ == "__main__":
    sys.exit(main())
