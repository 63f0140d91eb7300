from __future__ import annotations

from pathlib import Path

import pytest

from coughd.config.errors import InputError
from coughd.detectors.training.cache import claim_cache


def test_a_cache_is_of_one_command(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    claim_cache(cache, "train --full-pack")
    claim_cache(cache, "train --full-pack")
    with pytest.raises(InputError, match="holds the work of `train --full-pack`"):
        claim_cache(cache, "train")


def test_what_is_no_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="--cache"):
        claim_cache(tmp_path / "file", "train")
