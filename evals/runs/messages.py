"""Messages between a run and the processes that it starts: objects of this program, over a pipe.

Both ends are the same program of the same version, and nobody else has the pipe, so they are pickled. Each
follows its length.
"""

import pickle
import struct
from asyncio import IncompleteReadError, StreamReader
from dataclasses import dataclass
from typing import BinaryIO

from evals.runs.engine import Setup

_LENGTH = struct.Struct("!Q")


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a process is told first.

    Args:
        setup: What trials need.
        places: How many it is given at once.
    """

    setup: Setup
    places: int


@dataclass(frozen=True, slots=True)
class Ready:
    """What a process answers first.

    Args:
        problem: Why it cannot run trials; empty when it can.
        hint: What helps.
    """

    problem: str = ""
    hint: str = ""


def pack(message: object) -> bytes:
    """Write a message."""
    data = pickle.dumps(message)
    return _LENGTH.pack(len(data)) + data


def read_message(file: BinaryIO) -> object:
    """Read a message, and wait for it.

    Raises:
        EOFError: The other end is gone.
    """
    (size,) = _LENGTH.unpack(_read(file, _LENGTH.size))
    return pickle.loads(_read(file, size))


async def receive_message(stream: StreamReader) -> object:
    """Read a message, and wait for it while others go on.

    Raises:
        EOFError: The other end is gone.
    """
    try:
        (size,) = _LENGTH.unpack(await stream.readexactly(_LENGTH.size))
        return pickle.loads(await stream.readexactly(size))
    except (IncompleteReadError, ConnectionError) as error:
        raise EOFError from error


def _read(file: BinaryIO, size: int) -> bytes:
    data = file.read(size)
    if len(data) < size:
        raise EOFError
    return data
