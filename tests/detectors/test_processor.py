from __future__ import annotations

from pathlib import Path

import pytest

from coughd.detectors.processor import has_bfloat16


@pytest.mark.parametrize(
    ("text", "has"),
    [
        ("model name\t: A\nflags\t\t: fpu avx512f avx512_bf16 vnni\n", True),
        ("flags\t\t: fpu amx_bf16\n", True),
        ("Features\t: fp asimd bf16\n", True),
        ("flags\t\t: fpu avx2\n", False),
        ("", False),
    ],
)
def test_the_processor_tells_by_its_flags(tmp_path: Path, text: str, has: bool) -> None:
    (tmp_path / "cpuinfo").write_text(text)
    assert has == has_bfloat16(tmp_path / "cpuinfo")
    assert not has_bfloat16(tmp_path / "absent")
