from __future__ import annotations

from pathlib import Path

import pytest

from coughd.detectors.processor import has_bfloat16, processor_name


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


def test_a_board_whose_processor_has_no_name_is_named_itself(tmp_path: Path) -> None:
    cpu_info, board = tmp_path / "cpuinfo", tmp_path / "model"
    board.write_bytes(b"Raspberry Pi 4 Model B Rev 1.5\0")
    cpu_info.write_text("processor\t: 0\nFeatures\t: fp asimd\nCPU part\t: 0xd08\n")
    assert processor_name(cpu_info, board) == "Raspberry Pi 4 Model B Rev 1.5"
    cpu_info.write_text("processor\t: 0\nmodel name\t: A: B\nmodel name\t: C\n")
    assert processor_name(cpu_info, board) == "A: B"
    assert processor_name(tmp_path / "absent", tmp_path / "absent") == ""
