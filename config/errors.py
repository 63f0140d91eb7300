"""The error tree, sorted by what the operator must do.

Every message is one sentence or two: what, where, what to do. Foreign exceptions are
turned into one of these at the adapter that met them.
"""

from __future__ import annotations

import os


class CoughdError(Exception):
    """A fault with a sentence for the operator; `exit_code` follows sysexits.h."""

    exit_code = os.EX_SOFTWARE


class ConfigError(CoughdError):
    """The configuration must be mended; a restart does not help (EX_CONFIG, 78)."""

    exit_code = os.EX_CONFIG


class UsageError(CoughdError):
    """The command line asks for something that does not exist (EX_USAGE, 64)."""

    exit_code = os.EX_USAGE


class InputError(CoughdError):
    """A file handed to us cannot be used: mend or drop that file (EX_DATAERR, 65)."""

    exit_code = os.EX_DATAERR


class DeviceUnavailableError(CoughdError):
    """A microphone or PortAudio is missing now; may come back (EX_UNAVAILABLE, 69)."""

    exit_code = os.EX_UNAVAILABLE


class ModelError(CoughdError):
    """Weights or a probe cannot be used: reinstall or pull again (EX_SOFTWARE, 70)."""

    exit_code = os.EX_SOFTWARE


class StorageError(CoughdError):
    """The store cannot be opened or written: disk, rights, version (EX_IOERR, 74)."""

    exit_code = os.EX_IOERR


class StorageFullError(StorageError):
    """There is no room for what is to be written; giving something up may help."""


class AlreadyRunningError(CoughdError):
    """Another daemon holds the same data directory or sockets (EX_TEMPFAIL, 75)."""

    exit_code = os.EX_TEMPFAIL
