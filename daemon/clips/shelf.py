"""The folder of the clips: what is there, what is put there, what is taken away."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from ...config.errors import ConfigError, InputError, StorageError
from ...config.private_file import write_private
from ...detectors.ports import ONSET_IN_WINDOW, SAMPLE_RATE_HZ, WINDOW_SAMPLES, Samples
from ...storage.records import OutboxRow
from .clip_file import ENDING, ClipHeader, clip_path, moved_clip, read_clip, read_header
from .forgetting import KeptClip, uncounted
from .sealing import ClipKey

CLIPS_FOLDER = "clips"
CHECK_NAME = "key.check"
_CHECK = b"coughd clips"


class ClipShelf:
    """Reads clips; any thread, any process that may read the folder.

    `key` None: what is there can be listed, not heard.
    """

    def __init__(self, data_dir: Path, key: ClipKey | None = None) -> None:
        self.folder = data_dir / CLIPS_FOLDER
        self._key = key

    def clips(self) -> list[KeptClip]:
        """Give all, in no order; what is not a clip is passed over. StorageError."""
        found = []
        try:
            for path in self.folder.glob(f"*{ENDING}"):
                try:
                    found.append(KeptClip(path, read_header(path), path.stat().st_size))
                except (InputError, FileNotFoundError):
                    continue
        except OSError as exc:
            raise StorageError(f"{self.folder}: {exc.strerror}; try again as root") from exc
        return found

    def event_ids(self) -> list[str]:
        """Of all clips, by the names of their files."""
        return [path.stem for path in self.folder.glob(f"*{ENDING}")]

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
