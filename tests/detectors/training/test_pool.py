from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("scipy", reason="comes with the extra coughd[train]")

from coughd.detectors.training.pool import PoolOrder, shard_paths


def test_parts_of_a_pool_lie_beside_each_other(tmp_path: Path) -> None:
    one, other = (
        shard_paths(PoolOrder(Path("pack"), tmp_path, "train", 2, first=first)) for first in (0, 2)
    )
    assert ["00000.npz", "00001.npz"] == [path.name for path in one]
    assert ["00002.npz", "00003.npz"] == [path.name for path in other]
    assert {tmp_path / "train"} == {path.parent for path in [*one, *other]}
