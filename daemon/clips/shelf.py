"""The folder of the clips: what is there, what is put there, what is taken away."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ...config.errors import ConfigError, InputError, StorageError
from ...config.private_file import write_private
from ...detectors.ports import ONSET_IN_WINDOW, SAMPLE_RATE_HZ, WINDOW_SAMPLES, Samples
from ...storage.records import OutboxRow
from .clip_file import ENDING, ClipHeader, clip_path, moved_clip, read_clip, read_header
from .forgetting import KeptClip, uncounted
from .ports import CHECK_NAME, CLIPS_FOLDER
from .sealing import ClipKey

_CHECK = b"coughd clips"
_SETTLED_NS = 2_000_000_000
"""What was changed since may be changed again and look the same: some file systems tick so slowly.
"""


@dataclass(frozen=True, slots=True)
class _Read:
    """A header, and the state of the file that it was read from."""

    inode: int
    changed_ns: int
    """As the kernel counts it: nobody can set it."""
    header: ClipHeader


class ClipShelf:
    """Reads clips; any thread, any process that may read the folder.

    Parameters
    ----------
    key
        None: what is there can be listed, not heard.
    wall_ns
        The clock by which the file system dates its changes.
    """

    def __init__(
        self,
        data_dir: Path,
        key: ClipKey | None = None,
        wall_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self.folder = data_dir / CLIPS_FOLDER
        self._key = key
        self._wall_ns = wall_ns
        self._known: dict[str, _Read] = {}

    def clips(self) -> list[KeptClip]:
        """Give all, in no order; what is not a clip is passed over. StorageError.

        Every file is looked at, and its header read unless it was before and the file is, by the
        kernel's word, the same and unchanged.
        """
        known: dict[str, _Read] = {}
        clips: list[KeptClip] = []
        try:
            for entry in self._entries():
                with suppress(InputError, FileNotFoundError):
                    clips.append(self._clip(entry, known))
        except OSError as exc:
            raise self._refused(exc) from exc
        self._known = known
        return clips

    def _clip(self, entry: os.DirEntry[str], known: dict[str, _Read]) -> KeptClip:
        path = self.folder / entry.name
        status = entry.stat(follow_symlinks=False)
        read = self._known.get(entry.name)
        if read is None or (read.inode, read.changed_ns) != (status.st_ino, status.st_ctime_ns):
            read = _Read(status.st_ino, status.st_ctime_ns, read_header(path))
        if self._wall_ns() - read.changed_ns > _SETTLED_NS:
            known[entry.name] = read
        return KeptClip(path, read.header, status.st_size)

    def event_ids(self) -> list[str]:
        """Of all clips, by the names of their files; StorageError."""
        try:
            return [entry.name.removesuffix(ENDING) for entry in self._entries()]
        except OSError as exc:
            raise self._refused(exc) from exc

    def drop_drafts(self) -> None:
        """Delete what a writer was killed over, sound that nobody would forget; StorageError.

        For the one writer, before it writes.
        """
        try:
            for draft in self._entries(f"{ENDING}.new"):
                Path(draft).unlink(missing_ok=True)
        except OSError as exc:
            raise self._refused(exc) from exc

    def _entries(self, ending: str = ENDING) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(self.folder) as entries:
                return [entry for entry in entries if entry.name.endswith(ending)]
        except FileNotFoundError:
            return []

    def _refused(self, exc: OSError) -> StorageError:
        return StorageError(f"{self.folder}: {exc.strerror}; try again as root")

    def samples(self, event_id: str) -> tuple[ClipHeader, Samples]:
        """Give a clip's sound [shape=(n,)] at 16 kHz; InputError where there is none."""
        if self._key is None:
            raise InputError("a key is needed to hear a clip")
        return read_clip(clip_path(self.folder, event_id), self._key)

    def window(self, event_id: str) -> Samples | None:
        """Give the whole judged window [shape=(32000,)], as an embedder takes it.

        None where the clip has less (`clips.before_s`, `clips.after_s`) or there is none;
        InputError where the key is another one or the file is damaged.
        """
        if not clip_path(self.folder, event_id).exists():
            return None
        header, samples = self.samples(event_id)
        starts_alike = round(header.onset_s * SAMPLE_RATE_HZ) == ONSET_IN_WINDOW
        return samples if starts_alike and samples.size == WINDOW_SAMPLES else None

    def correct(self, event_ids: Iterable[str], source_id: str, by_us: int) -> None:
        """Move the times of those of these clips that are of this source; OSError."""
        if self._key is None:
            raise InputError("a key is needed to correct a clip")
        for event_id in event_ids:
            path = clip_path(self.folder, event_id)
            with suppress(InputError):  # it has gone, or somebody changed it
                if read_header(path).source_id == source_id:
                    write_private(path, moved_clip(path, by_us, self._key))

    def check_key(self, key: ClipKey) -> None:
        """See that it is the key of what is there; ConfigError. No disk is written."""
        path = self.folder / CHECK_NAME
        try:
            key.open(path.read_bytes(), _CHECK)
        except FileNotFoundError:
            return
        except InputError as exc:
            raise ConfigError(
                f"the clips in {self.folder} were encrypted with another key: give that one in "
                "clips.key_file, or move the folder away"
            ) from exc
        except OSError as exc:
            raise ConfigError(f"cannot read {path}: {exc.strerror}") from exc


def forget_uncounted(data_dir: Path, told: Iterable[OutboxRow]) -> None:
    """Delete the clips of events that a later score counts no more; StorageError."""
    for event_id in uncounted(told):
        path = clip_path(data_dir / CLIPS_FOLDER, event_id)
        try:
            path.unlink(missing_ok=True)
        except OSError as exc:
            raise StorageError(f"{path}: cannot be deleted ({exc.strerror})") from exc


def sealed_check(key: ClipKey) -> bytes:
    """Give the content of the file by which a wrong key is found out."""
    return key.seal(b"", _CHECK)
