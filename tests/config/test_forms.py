from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from coughd.config.forms import Form, fields_of, form_of
from coughd.config.settings import GateSettings, SourceSettings


@pytest.mark.parametrize(
    ("hint", "form"),
    [
        (str, Form(scalar=str)),
        (Path | None, Form(scalar=Path, optional=True)),
        (int | Literal["mix"], Form(scalar=int, choices=("mix",))),
        (tuple[int, ...], Form(items=Form(scalar=int))),
        (GateSettings, Form(section=GateSettings)),
    ],
)
def test_types_become_forms(hint: object, form: Form) -> None:
    assert form_of(hint) == form


def test_a_type_that_no_file_can_say_is_an_error() -> None:
    with pytest.raises(TypeError, match="cannot have the type"):
        form_of(dict[str, int])


def test_fields_know_what_is_required() -> None:
    assert ["id", "kind"] == [field.name for field in fields_of(SourceSettings) if field.required]
