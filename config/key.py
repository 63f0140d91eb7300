"""What one key of the configuration promises: its sentence, its range, where it applies."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Key:
    """Stands in the `Annotated` type of a settings field.

    The loader checks by it; the JSON Schema, `default.yaml` and the reference page print it.
    """

    text: str
    """One or two sentences for the operator, with the unit."""
    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None
    """The value must be greater than this."""
    pattern: str | None = None
    """A regular expression that the whole text must match."""
    refusal: str = ""
    """What a value outside `pattern` or outside the choices is told: `must be ...`."""
    kinds: tuple[str, ...] = ()
    """The values of the neighbouring key `kind` with which this key makes sense; all if empty."""
    required_for: tuple[str, ...] = ()
    """The values of the neighbouring key `kind` that need this key."""
    default_says: str = ""
    """The default in words, where the value does not speak for itself."""
    example: str = ""
    """A value in YAML, for a key that `default.yaml` shows commented out."""
    secret: bool = False
    """A URL whose password is not printed."""
