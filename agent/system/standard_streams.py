"""Standard output and standard error of the process, which may be full, closed or left by their reader.

What is lost of the output is told, once, and what cannot be said on standard error is no reason to fail.
Python itself would meet either only when it ends, with a traceback.
"""

import os
import sys
from io import BufferedWriter, FileIO, TextIOWrapper

# As in `typing`, which takes longer to import than all else here.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO, TypeGuard

    from _typeshed import ReadableBuffer


class _Watched(FileIO):
    """A stream that fails once, remembers why, and takes in silence whatever follows."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor, "w", closefd=False)
        self.problem: OSError | None = None

    def write(self, data: "ReadableBuffer", /) -> int:
        if self.problem is None:
            try:
                return super().write(data)
            except OSError as error:
                self.problem = error
                raise
        return memoryview(data).nbytes


class _Forgiving(FileIO):
    """A stream whose failures nobody hears of."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor, "w", closefd=False)

    def write(self, data: "ReadableBuffer", /) -> int:
        try:
            return super().write(data)
        except OSError:
            return memoryview(data).nbytes


def prepare_streams() -> None:
    """Watch the process's own standard output, forgive its standard error, and put closed ones right."""
    # A stream that was closed before the program began is none at all.
    output: TextIO | None = sys.stdout
    if output is None:
        # Takes the place of the one that is missing, so that no other file gets its number.
        sys.stdout = TextIOWrapper(BufferedWriter(_Watched(os.open(os.devnull, os.O_RDONLY))))
    elif output is sys.__stdout__:
        # What a terminal's encoding cannot write is no reason to fail either.
        sys.stdout = _instead_of(output, _Watched, errors="replace")
    error: TextIO | None = sys.stderr
    if error is None:
        sys.stderr = TextIOWrapper(BufferedWriter(_Forgiving(os.open(os.devnull, os.O_WRONLY))))
    elif error is sys.__stderr__:
        sys.stderr = _instead_of(error, _Forgiving)


def output_problem() -> OSError | None:
    """Why something that was written to standard output is lost; none if nothing is."""
    binary = getattr(sys.stdout, "buffer", None)
    raw = getattr(binary, "raw", binary)
    return raw.problem if isinstance(raw, _Watched) else None


def _is_usual(stream: "TextIO") -> "TypeGuard[TextIOWrapper[BufferedWriter]]":
    """It is not the console of Windows."""
    return isinstance(stream, TextIOWrapper)


def _instead_of(
    stream: "TextIO", kind: type[_Watched] | type[_Forgiving], errors: str | None = None
) -> "TextIO":
    """The same stream over a file of another kind; one that is no usual one stays as it is."""
    if not _is_usual(stream):
        return stream
    stream.reconfigure(errors=errors)
    # Python was told to buffer nothing where there is no file below the buffer.
    raw: object = getattr(stream.buffer, "raw", stream.buffer)
    if type(raw) is not FileIO:
        return stream
    file = kind(raw.fileno())
    return TextIOWrapper(
        BufferedWriter(file) if hasattr(stream.buffer, "raw") else file,
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )
