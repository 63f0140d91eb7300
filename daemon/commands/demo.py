"""`coughd demo`: the real daemon on a synthetic scene, then the history of what it heard."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import soundfile
import typer
import yaml

from ...config.errors import CoughdError, StorageError
from ...config.load import load_settings
from ...config.paths import find_paths
from ...config.places import find_places
from ...detectors.ports import SAMPLE_RATE_HZ
from ...detectors.synthesis import Scene, bundled_scene, write_scene
from ..lifecycle import ended_by_signals
from .history import history
from .shared.options import VerboseOption
from .views.show import COUGHS_AND_SOURCES, show_until

_STOP_S = 10.0


def demo(*, verbose: VerboseOption = False) -> None:
    """Let the daemon hear 38 seconds of synthetic sounds.

    No microphone is needed: the scene is a file, heard in real time. Everything is kept in a
    temporary folder and gone afterwards.
    """
    with ended_by_signals(), _folder() as folder:
        scene = bundled_scene()
        config = _prepare(scene, folder)
        coughs = sum(annotation.label == "cough" for annotation in scene.annotations)
        duration_s = scene.samples.size / SAMPLE_RATE_HZ
        typer.echo(
            f"A daemon listens to {duration_s:.0f} seconds of a synthetic room: {coughs} coughs "
            "among speech, doors, dishes and laughs."
        )
        _listen(config, verbose=verbose)
        typer.echo(f"\nWhat the history knows ({coughs} coughs were in the scene):\n")
        history(config=config)


@contextmanager
def _folder() -> Iterator[Path]:
    try:
        made = tempfile.TemporaryDirectory(prefix="coughd-demo-")
    except OSError as exc:
        raise StorageError(
            f"the demo needs a folder for a while, and none can be made ({exc.strerror}); name a "
            "place with room in the variable TMPDIR"
        ) from exc
    with made as name:
        yield Path(name)


def _prepare(scene: Scene, folder: Path) -> Path:
    """Write what the daemon is to hear; gives its configuration."""
    config = folder / "config.yaml"
    try:
        write_scene(scene, folder / "scene.flac")
        config.write_text(_configuration(folder), encoding="utf-8")
    except (OSError, soundfile.SoundFileError) as exc:
        raise StorageError(
            f"{folder}: the scene cannot be written ({exc}); name a place with room in the "
            "variable TMPDIR"
        ) from exc
    return config


def _configuration(folder: Path) -> str:
    return yaml.safe_dump(
        {
            "config_version": 1,
            "site": "demo",
            "sources": [
                {"id": "scene", "name": "Scene", "kind": "file", "path": str(folder / "scene.flac")}
            ],
            "store": {"data_dir": str(folder / "data")},
            "stream": {
                "publish": f"ipc://{folder}/events.sock",
                "replay": f"ipc://{folder}/replay.sock",
            },
            "logging": {"level": "warning"},
        }
    )


def _listen(config: Path, *, verbose: bool) -> None:
    """Run `coughd run` as a user would, and print its stream until it is done."""
    paths = find_paths(os.environ, os.getuid())
    settings = load_settings(config, paths)
    places = find_places(settings, paths)
    command = [sys.executable, "-P", "-m", "coughd.daemon", "run", "--config", str(config)]
    command += ["--verbose"] if verbose else []
    daemon = subprocess.Popen(command)  # noqa: S603 - our own program
    try:
        show_until(places, settings.timezone, lambda: daemon.poll() is not None, COUGHS_AND_SOURCES)
    finally:
        daemon.terminate()
        try:
            daemon.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()
    if daemon.returncode != 0:
        raise CoughdError(f"the daemon of the demo ended with exit code {daemon.returncode}")
