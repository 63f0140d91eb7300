from __future__ import annotations

from pathlib import Path

import pytest

from coughd.config.errors import ModelError
from coughd.detectors.remote.server import Server, read_token


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://localhost:8000", "localhost:8000"),
        ("http://triton", "triton:80"),
        ("https://triton/", "triton:443"),
        ("https://triton:8443/ward/2/", "triton:8443/ward/2"),
        ("http://[::1]:8000", "[::1]:8000"),
    ],
)
def test_the_address_is_what_the_library_wants(url: str, address: str) -> None:
    assert address == Server(url, "hear", None, 1.0, 0).address


def test_a_token_is_one_line_of_a_private_file(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("abc.DEF-123\n")
    path.chmod(0o600)
    assert "abc.DEF-123" == read_token(path)


@pytest.mark.parametrize(
    ("content", "mode", "sentence"),
    [
        ("secret\n", 0o644, "is readable by everybody: chmod 600"),
        ("", 0o600, "must hold one token"),
        ("secret\nand more\n", 0o600, "must hold one token"),
        ("s" * 20_000, 0o600, "must hold one token"),
        (None, 0o600, "cannot be read: No such file"),
    ],
)
def test_other_files_are_refused_without_telling_what_is_in_them(
    tmp_path: Path, content: str | None, mode: int, sentence: str
) -> None:
    path = tmp_path / "token"
    if content is not None:
        path.write_text(content)
        path.chmod(mode)
    with pytest.raises(ModelError, match=sentence) as caught:
        read_token(path)
    assert "secret" not in str(caught.value)
