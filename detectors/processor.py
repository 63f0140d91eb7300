"""What this machine's processor is, and what it can do."""

from __future__ import annotations

from pathlib import Path

_CPU_INFO = Path("/proc/cpuinfo")
_BOARD = Path("/proc/device-tree/model")
"""Not its serial number, which is a file beside it."""
_FLAGS = {"avx512_bf16", "amx_bf16", "bf16"}
"""On x86 (two kinds of instructions) and on ARM."""


def processor_name(cpu_info: Path = _CPU_INFO, board: Path = _BOARD) -> str:
    """Its name, or the board's: 64-bit ARM names no processor; empty where nobody can tell."""
    return _value(cpu_info, {"model name"}) or _text(board).rstrip("\0")


def has_bfloat16(cpu_info: Path = _CPU_INFO) -> bool:
    """Whether it multiplies bfloat16 numbers by itself; False where nobody can tell."""
    return bool(_FLAGS.intersection(_value(cpu_info, {"flags", "Features"}).split()))


def _value(cpu_info: Path, names: set[str]) -> str:
    """What the first line of one of these names says; empty where there is none."""
    lines = (line.partition(":") for line in _text(cpu_info).splitlines())
    return next((value.strip() for name, _, value in lines if name.strip() in names), "")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
