from __future__ import annotations

from importlib.metadata import Distribution, PackageNotFoundError
from typing import cast

from coughd.daemon.service.closure import needed


class FakeDistribution:
    """Says what it requires."""

    def __init__(self, *requires: str) -> None:
        self.requires = list(requires)


def found(**installed: FakeDistribution) -> set[str]:
    def find(name: str) -> Distribution:
        if name not in installed:
            raise PackageNotFoundError(name)
        return cast("Distribution", installed[name])

    return set(needed("coughd", find))


def test_requirements_are_followed_down_and_round() -> None:
    assert {"a", "b", "c"} == found(
        coughd=FakeDistribution("A>=1", "b[fast]~=2 ; python_version > '3'"),
        a=FakeDistribution("c"),
        b=FakeDistribution("a"),
        c=FakeDistribution("coughd"),
    )


def test_what_is_not_installed_belongs_to_another_system() -> None:
    assert {"a"} == found(
        coughd=FakeDistribution("a", "winstuff; sys_platform == 'win32'"), a=FakeDistribution()
    )


def test_extras_of_others_are_not_ours() -> None:
    assert {"a"} == found(
        coughd=FakeDistribution("a", "torch; extra == 'train'"),
        a=FakeDistribution("pytest; extra == 'test'"),
        pytest=FakeDistribution(),
        torch=FakeDistribution(),
    )


def test_hear_comes_along_with_the_libraries_of_its_gpu() -> None:
    assert {"tensorflow", "keras", "nvidia-cudnn-cu12"} == found(
        coughd=FakeDistribution('tensorflow<3,>=2.18; extra == "hear"'),
        tensorflow=FakeDistribution(
            "keras", 'nvidia_cudnn_cu12==9; extra == "and-cuda"', "pytest; extra == 'test'"
        ),
        keras=FakeDistribution(),
        pytest=FakeDistribution(),
        **{"nvidia-cudnn-cu12": FakeDistribution()},
    )


def test_a_driver_comes_along_with_the_extra_that_it_is_asked_for() -> None:
    assert {"psycopg", "psycopg-binary"} == found(
        coughd=FakeDistribution('psycopg[binary]>=3.2; extra == "postgres"'),
        psycopg=FakeDistribution("psycopg-binary==3.2; extra == 'binary'", "mypy; extra == 'dev'"),
        mypy=FakeDistribution(),
        **{"psycopg-binary": FakeDistribution()},
    )


def test_a_package_that_is_needed_twice_gets_the_extras_of_both() -> None:
    assert {"a", "b", "c"} == found(
        coughd=FakeDistribution("a", "b"),
        a=FakeDistribution("b[more]"),
        b=FakeDistribution("c; extra == 'more'"),
        c=FakeDistribution(),
    )
