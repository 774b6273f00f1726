"""Writes weights that any llama.cpp loads: one layer of noise and a vocabulary of bytes.

Source: the GGUF specification, version 3 (github.com/ggml-org/ggml, docs/gguf.md).
"""

import random
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

WIDTH = 64
HEADS = 2
INNER = 128
CONTEXT = 4096
_UINT32, _FLOAT32, _STRING, _ARRAY, _INT32 = 4, 6, 8, 9, 5
_NORMAL, _UNKNOWN, _CONTROL, _BYTE = 1, 2, 3, 6
_ALIGNMENT = 32


def write_tiny_model(path: Path) -> None:
    """Write the file; the noise is the same every time."""
    tokens = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    kinds = [_UNKNOWN, _CONTROL, _CONTROL, *([_BYTE] * 256)]
    tokens.append("▁")
    kinds.append(_NORMAL)
    facts: dict[str, bytes] = {
        "general.architecture": _text("llama"),
        "llama.context_length": _number(CONTEXT),
        "llama.embedding_length": _number(WIDTH),
        "llama.block_count": _number(1),
        "llama.feed_forward_length": _number(INNER),
        "llama.attention.head_count": _number(HEADS),
        "llama.attention.layer_norm_rms_epsilon": struct.pack("<If", _FLOAT32, 1e-5),
        "tokenizer.ggml.model": _text("llama"),
        "tokenizer.ggml.tokens": _array(_STRING, [_string(token) for token in tokens]),
        "tokenizer.ggml.scores": _array(_FLOAT32, [struct.pack("<f", 0.0) for _ in tokens]),
        "tokenizer.ggml.token_type": _array(_INT32, [struct.pack("<i", kind) for kind in kinds]),
        "tokenizer.ggml.bos_token_id": _number(1),
        "tokenizer.ggml.eos_token_id": _number(2),
    }
    shapes: dict[str, tuple[int, ...]] = {
        "token_embd.weight": (WIDTH, len(tokens)),
        "output_norm.weight": (WIDTH,),
        "output.weight": (WIDTH, len(tokens)),
        "blk.0.attn_norm.weight": (WIDTH,),
        "blk.0.attn_q.weight": (WIDTH, WIDTH),
        "blk.0.attn_k.weight": (WIDTH, WIDTH),
        "blk.0.attn_v.weight": (WIDTH, WIDTH),
        "blk.0.attn_output.weight": (WIDTH, WIDTH),
        "blk.0.ffn_norm.weight": (WIDTH,),
        "blk.0.ffn_gate.weight": (WIDTH, INNER),
        "blk.0.ffn_up.weight": (WIDTH, INNER),
        "blk.0.ffn_down.weight": (INNER, WIDTH),
    }
    path.write_bytes(_write(facts, shapes))


def _write(facts: Mapping[str, bytes], shapes: Mapping[str, tuple[int, ...]]) -> bytes:
    noise = random.Random(1)
    head = struct.pack("<4sIQQ", b"GGUF", 3, len(shapes), len(facts))
    head += b"".join(_string(name) + value for name, value in facts.items())
    body = b""
    for name, shape in shapes.items():
        head += _string(name) + struct.pack("<I", len(shape)) + struct.pack(f"<{len(shape)}Q", *shape)
        head += struct.pack("<IQ", 0, len(body))
        count = shape[0] * (shape[1] if len(shape) > 1 else 1)
        body += _aligned(struct.pack(f"<{count}f", *(noise.gauss(0.0, 0.2) for _ in range(count))))
    return _aligned(head) + body


def _aligned(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % _ALIGNMENT)


def _string(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def _text(text: str) -> bytes:
    return struct.pack("<I", _STRING) + _string(text)


def _number(value: int) -> bytes:
    return struct.pack("<II", _UINT32, value)


def _array(kind: int, items: Sequence[bytes]) -> bytes:
    return struct.pack("<IIQ", _ARRAY, kind, len(items)) + b"".join(items)
