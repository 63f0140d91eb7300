"""What the type of each settings field allows: the dataclasses read as a description.

Loader, JSON Schema, reference page and `default.yaml` all work from these forms.
"""

from __future__ import annotations

import dataclasses
import types
from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints

from .key import Key

Choice: TypeAlias = str | int | bool


@dataclass(frozen=True, slots=True)
class Form:
    """The values that a key takes: a scalar type, words, a list or a section."""

    scalar: type | None = None
    """`str`, `int`, `float`, `bool`, `Path` or `datetime`."""
    choices: tuple[Choice, ...] = ()
    """Allowed beside `scalar`, or alone."""
    optional: bool = False
    """Whether `null` is a value."""
    items: Form | None = None
    """Set for a list."""
    section: type | None = None
    """Set for a mapping: its settings dataclass."""


@dataclass(frozen=True, slots=True)
class Field:
    """One key of a section."""

    name: str
    form: Form
    key: Key
    required: bool
    default: object
    """None where required, or where only the machine knows it (`key.default_says`)."""


def fields_of(section: type) -> tuple[Field, ...]:
    """Fields of a settings dataclass, in the order of the file."""
    hints = get_type_hints(section, include_extras=True)
    return tuple(_field(field, hints[field.name]) for field in dataclasses.fields(section))


def _field(field: dataclasses.Field[object], hint: object) -> Field:
    if get_origin(hint) is Annotated:
        hint, key = get_args(hint)
    else:
        key = Key("")
    required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    constant = field.default is not dataclasses.MISSING
    default = field.default if constant else None
    return Field(field.name, form_of(hint), key, required, default)


def form_of(hint: object) -> Form:
    """Form of a type as the settings use them; TypeError for any other type."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        parts = [form_of(part) for part in arguments if part is not types.NoneType]
        return Form(
            scalar=next((part.scalar for part in parts if part.scalar), None),
            choices=tuple(choice for part in parts for choice in part.choices),
            optional=types.NoneType in arguments,
        )
    if origin is Literal:
        return Form(choices=arguments)
    if origin is tuple:
        return Form(items=form_of(arguments[0]))
    if dataclasses.is_dataclass(hint):
        return Form(section=hint if isinstance(hint, type) else type(hint))
    if isinstance(hint, type):
        return Form(scalar=hint)
    message = f"a settings field cannot have the type {hint!r}"
    raise TypeError(message)
