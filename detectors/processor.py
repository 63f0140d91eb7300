"""What this machine's processor can do."""

from __future__ import annotations

from pathlib import Path

_CPU_INFO = Path("/proc/cpuinfo")
_FLAGS = {"avx512_bf16", "amx_bf16", "bf16"}
"""On x86 (two kinds of instructions) and on ARM."""


def has_bfloat16(cpu_info: Path = _CPU_INFO) -> bool:
    """Whether it multiplies bfloat16 numbers by itself; False where nobody can tell."""
    try:
        text = cpu_info.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    lines = (line.partition(":") for line in text.splitlines())
    flags = (value.split() for name, _, value in lines if name.strip() in ("flags", "Features"))
    return bool(_FLAGS.intersection(next(flags, [])))
