"""`coughd clips`: which sound is kept, and how to hear it."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Annotated

import soundfile
import typer

from ...config.errors import StorageError, UsageError
from ...config.in_place import write_new
from ...detectors.ports import SAMPLE_RATE_HZ
from ..clips.clip_file import is_event_id
from ..clips.sealing import find_key_file, new_key_text, read_key
from ..clips.shelf import ClipShelf
from ..privacy.document import when
from .shared.endings import only, refuse_short
from .shared.options import ConfigOption, JsonOption, configured

clips = typer.Typer(
    help="List the sound that was kept (clips.keep), or hear one.",
    no_args_is_help=True,
)
_FORMS = {".flac": "FLAC", ".wav": "WAV"}


@clips.command("list")
def list_(config: ConfigOption = None, *, as_json: JsonOption = False) -> None:
    """Show what is kept, the oldest first. No key is needed."""
    _, places = configured(config)
    found = sorted(ClipShelf(places.data_dir).clips(), key=lambda each: each.header.onset_us)
    if as_json:
        listed = [
            {
                "event_id": each.header.event_id,
                "source": each.header.source_id,
                "onset": when(each.header.onset_us),
                "onset_s": each.header.onset_s,
                "probability": each.header.probability,
                "size_bytes": each.size_bytes,
            }
            for each in found
        ]
        typer.echo(json.dumps(listed, indent=2, ensure_ascii=False))
        return
    for each in found:
        header = each.header
        typer.echo(
            f"{header.event_id}  {when(header.onset_us)}  {header.probability:.2f}  "
            f"{each.size_bytes // 1000} kB  {header.source_id}"
        )
    if not found:
        typer.echo("no clips are kept", err=True)


@clips.command("export")
def export(
    event: Annotated[
        str,
        typer.Argument(metavar="EVENT", help="An event's id, or its last four or more characters."),
    ],
    output: Annotated[
        Path,
        typer.Option("-o", "--output", metavar="FILE", help="New file, .flac or .wav; mode 0600."),
    ],
    config: ConfigOption = None,
) -> None:
    """Decrypt one clip.

    What is written is sound that anybody can hear who gets the file.
    """
    settings, places = configured(config)
    form = _FORMS.get(output.suffix.lower())
    if form is None:
        raise UsageError(f"{output}: name a file that ends in .flac or .wav")
    event_id = _find(places.data_dir, event)
    key = read_key(find_key_file(settings.clips.key_file, os.environ))
    _, samples = ClipShelf(places.data_dir, key).samples(event_id)
    sound = io.BytesIO()
    soundfile.write(sound, samples, SAMPLE_RATE_HZ, format=form, subtype="PCM_16")
    _write_new(output, sound.getvalue())
    typer.echo(f"{output}: {samples.size / SAMPLE_RATE_HZ:.1f} s of sound, not encrypted")


@clips.command("new-key")
def new_key(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="New file; mode 0600.")],
) -> None:
    """Make a key for clips.key_file.

    Whoever loses it loses the clips; keep a copy elsewhere.
    """
    _write_new(file, new_key_text().encode())
    typer.echo(f"{file}: a new key; name it in clips.key_file, and keep a copy elsewhere")


def _find(data_dir: Path, ending: str) -> str:
    if is_event_id(ending):
        return ending
    refuse_short(ending)
    ids = [each.header.event_id for each in ClipShelf(data_dir).clips()]
    return only(
        ending,
        [event_id for event_id in ids if event_id.endswith(ending)],
        f"there is no clip of an event whose id ends in {ending!r}; see `coughd clips list`",
    )


def _write_new(path: Path, content: bytes) -> None:
    """Put a file there (mode 0600), whole or not at all; UsageError where there is one."""
    try:
        write_new(path, content)
    except FileExistsError as exc:
        raise UsageError(f"{path} is there already: name another file") from exc
    except OSError as exc:
        raise StorageError(f"cannot write {path}: {exc.strerror}") from exc
