"""Changing one value and nothing else of a file."""

from __future__ import annotations

import pytest
import yaml

from coughd.config.document import DocumentError
from coughd.config.editing import with_value


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "config_version: 1\nprobe:\n  threshold: 0.7\n"),
        ("# mine", "# mine\nconfig_version: 1\nprobe:\n  threshold: 0.7\n"),
        ("site: a # here\n", "probe: {threshold: 0.7}\nsite: a # here\n"),
        ("# top\n---\nsite: a\n", "# top\n---\nprobe: {threshold: 0.7}\nsite: a\n"),
        ("probe:\n  # why\n  threshold: 0.5 # old\n", "probe:\n  # why\n  threshold: 0.7 # old\n"),
        ("probe:\n  threshold:\nsite: a\n", "probe:\n  threshold: 0.7\nsite: a\n"),
        (
            "probe:\n    keep_embeddings: false\n",
            "probe:\n    threshold: 0.7\n    keep_embeddings: false\n",
        ),
        ("probe:\nsite: a\n", "probe: {threshold: 0.7}\nsite: a\n"),
        ("probe: {path: p.json}\n", "probe: {threshold: 0.7, path: p.json}\n"),
        ("probe: {}\n", "probe: {threshold: 0.7}\n"),
        ('{"site": "a"}', '{"probe": {threshold: 0.7}, "site": "a"}'),
        ("site: 'ü€𝄞'\nprobe: {threshold: 0.5}\n", "site: 'ü€𝄞'\nprobe: {threshold: 0.7}\n"),
    ],
)
def test_every_form_of_the_file(before: str, after: str) -> None:
    changed = with_value(before.encode(), "probe", "threshold", "0.7").decode()
    assert yaml.safe_load(changed) == yaml.safe_load(after)
    assert changed.replace('"', "") == after.replace('"', "")


def test_what_is_not_a_configuration_is_left_alone() -> None:
    with pytest.raises(DocumentError):
        with_value(b"a: [", "probe", "threshold", "0.7")
    for other in (b"[1, 2]", b"probe: 3\n"):
        with pytest.raises(ValueError, match="something else"):
            with_value(other, "probe", "threshold", "0.7")
