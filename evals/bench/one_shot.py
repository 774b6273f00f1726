"""What one question costs: `astravue ask` with one tool call, and a model that answers at once.

The server is the sandbox on this machine. Start-up is all until the first request to the model; the turn is
the rest. Memory is that of all processes of the command together.
"""

import sys

from evals.bench.figures import Figure, Target, summarise
from evals.bench.processes import PAGE, Run, run_well
from evals.bench.program import ASK, PASS, Program, signed_in

_RUNS = 9
# It ends too soon to be looked at from outside.
_OWN_PAGES = (sys.executable, "-c", "print(open('/proc/self/statm').read().split()[1])")


def measure() -> list[Figure]:
    """Ask the same question several times."""
    empty: list[Run] = []
    asked: list[Run] = []
    startups: list[float] = []
    with signed_in() as program:
        for number in range(_RUNS + 1):
            base = run_well(PASS)
            done = ask(program)
            # The first round warms the file cache.
            if number:
                empty.append(base)
                asked.append(done)
                startups.append(program.endpoint.first_time - done.begun)
    ends = [done.wall - startup for done, startup in zip(asked, startups, strict=True)]
    wall = summarise("python -c pass", "s", [done.wall for done in empty])
    pages = [float(run_well(_OWN_PAGES).output) for _ in range(_RUNS)]
    memory = summarise("an empty Python, memory", "MiB", [each * PAGE / 2**20 for each in pages])
    walls = [done.wall for done in asked]
    memories = [done.memory for done in asked]
    return [
        wall,
        summarise("one question", "s", walls, base=wall, target=Target(2.5)),
        summarise("of it until the first request to the model", "s", startups, base=wall),
        summarise("of it the turn and the end", "s", ends, base=wall),
        summarise("processor time of it", "s", [done.processor for done in asked], base=wall),
        memory,
        summarise("one question, memory", "MiB", memories, base=memory, target=Target(120)),
    ]


def ask(program: Program) -> Run:
    """Ask once.

    Raises:
        RuntimeError: No tool was called.
    """
    program.endpoint.begin()
    done = run_well(ASK, program.environ)
    if not program.endpoint.results:
        raise RuntimeError(f"no tool was called: {done.output[-500:]}")
    return done
