"""The child process: serves the weights over HTTP on loopback until its standard input ends.

    python -m agent.model.embedded.server --model PATH --states FOLDER [--port 0] [--threads N] [--context N]

The first line of standard input is a JSON object with the key that requests must carry (`api_key`): neither
arguments nor environment show it. Standard input stays open for as long as the server is wanted; the system
closes it when the parent is gone, `kill -9` included, and the process leaves at once. Standard output has
one JSON line when the server listens: `{"url": ..., "runtime": ...}`. The runtime's own log goes to standard
error.
"""

import argparse
import importlib
import json
import os
import signal
import sys
import threading

from agent.model.embedded import RUNTIME


def main(arguments: list[str]) -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(prog="agent.model.embedded.server")
    parser.add_argument("--model", required=True)
    parser.add_argument("--states", required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--context", type=int, default=8192)
    options = parser.parse_args(arguments)
    # Ctrl-C is meant for the parent, which shares the terminal and closes standard input when it leaves.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    api_key: str = json.loads(sys.stdin.readline())["api_key"]
    threading.Thread(target=_leave_with_parent, daemon=True).start()

    # The runtime is native code that may print: the ready line gets a descriptor of its own.
    ready = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    runtime = importlib.import_module(RUNTIME)
    parameters = runtime.CommonParams()
    parameters.model.path = options.model
    parameters.n_ctx = options.context
    parameters.n_parallel = 1
    parameters.n_batch = 256
    parameters.cpuparams.n_threads = options.threads
    parameters.cpuparams_batch.n_threads = options.threads
    # Repacked weights cost half as much memory again and evaluate prompts at half the speed here.
    parameters.no_extra_bufts = True
    parameters.fit_params = False
    parameters.cache_ram_mib = 0
    parameters.slot_save_path = f"{options.states}{os.sep}"
    parameters.endpoint_slots = True
    parameters.api_keys = [api_key]
    parameters.port = options.port
    parameters.ui = False
    server = runtime.Server(parameters)
    ready.write(json.dumps({"url": server.listening_address, "runtime": runtime.__version__}) + "\n")
    ready.flush()
    threading.Event().wait()


def _leave_with_parent() -> None:
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
