"""The configuration file to `Settings`, or to every mistake in it at once."""

from __future__ import annotations

from pathlib import Path

from .checks import check
from .document import LARGEST_FILE_BYTES, DocumentError, parse_document
from .errors import ConfigError
from .mistakes import MistakesError
from .paths import Paths
from .reader import Reader
from .settings import Settings


def load_settings(config: Path | None, paths: Paths) -> Settings:
    """Read the file named by `--config`, or the default one, which may be missing.

    Raises MistakesError with every mistake of the file, and ConfigError where a file cannot be
    read or a named one is missing.
    """
    file = config if config is not None else paths.config_file
    try:
        with file.open("rb") as stream:
            data = stream.read(LARGEST_FILE_BYTES + 1)
    except FileNotFoundError as exc:
        if config is None:
            return Settings()
        raise ConfigError(f"there is no configuration file {file}: check --config") from exc
    except OSError as exc:
        reason = exc.strerror or exc
        raise ConfigError(f"cannot read the configuration file {file}: {reason}") from exc
    return parse_settings(data, file)


def parse_settings(data: bytes, file: Path) -> Settings:
    """Parse the bytes of a configuration file. Raises MistakesError.

    `file` is named in the mistakes; relative paths in the data start at its folder.
    """
    reader = Reader(file.absolute().parent)
    try:
        node = parse_document(data)
    except DocumentError as exc:
        raise MistakesError(file, [exc.mistake]) from exc
    settings = reader.read(node, Settings)
    check(reader)
    if settings is None or reader.mistakes:
        raise MistakesError(file, reader.mistakes)
    return settings
