"""The hub, through its own client; the only file that imports huggingface_hub, and only when used.

Token, endpoint, proxies and certificates are as `hf` has them: `HF_TOKEN` or `hf auth login`,
`HF_ENDPOINT`, `HTTPS_PROXY`.
"""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO

from ...config.errors import CoughdError, ModelError, StorageError, StorageFullError
from ...config.extras import command_to_add
from .catalog import Pullable

Heard = Callable[[int], None]
"""Told how many bytes of the present file are there, again and again."""
_UNAUTHORISED = 401


class HubError(CoughdError):
    """The hub cannot be reached, or does not give what was asked for (EX_UNAVAILABLE, 69)."""

    exit_code = os.EX_UNAVAILABLE


class AccessError(CoughdError):
    """The hub knows nobody by this token, or has not let them in (EX_NOPERM, 77)."""

    exit_code = os.EX_NOPERM


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One file of a model, as the hub tells it."""

    path: str
    """In the repository."""
    name: str
    """Below the model's own folder."""
    size_bytes: int
    sha256: str | None
    """None for small files, which git keeps itself."""
    git_sha1: str
    """Of the content as git hashes it; for large files, of their pointer."""


class Hub:
    """Lists and fetches files of models. One thread.

    `endpoint` replaces the one that the client knows. Raises ModelError where the client is not
    installed.
    """

    def __init__(self, endpoint: str | None = None) -> None:
        try:
            import huggingface_hub  # noqa: PLC0415 (needed for pulling only)
            from huggingface_hub import errors, file_download  # noqa: PLC0415
        except ImportError as exc:
            raise ModelError(
                "Pulling needs the hub's client, which is not installed here: "
                f"{command_to_add('huggingface-hub')}, or pull on another machine and use --from."
            ) from exc
        self._api: Any = huggingface_hub
        self._download: ModuleType = file_download
        self._errors: Any = errors
        # Connections fail with OSError or, in newer versions of the client, with HTTPError.
        self._faults: tuple[type[Exception], ...] = (OSError, self._errors.HTTPError)
        self._endpoint: str = endpoint or self._api.constants.ENDPOINT
        self._token: str | None = huggingface_hub.get_token()
        self._api.utils.disable_progress_bars()

    def files(self, model: Pullable) -> list[RemoteFile]:
        """The model's files at its revision; AccessError or HubError."""
        try:
            info = self._api.HfApi(self._endpoint).model_info(
                model.repository, revision=model.revision, files_metadata=True, token=self._token
            )
        except self._faults as exc:
            raise self._refusal(model, exc) from exc
        found = []
        for sibling in info.siblings:
            name = model.name_of(sibling.rfilename)
            if name is not None:
                sha256 = sibling.lfs.sha256 if sibling.lfs else None
                size = sibling.size or 0
                found.append(
                    RemoteFile(sibling.rfilename, name, size, sha256, sibling.blob_id or "")
                )
        if not found:
            raise HubError(
                f"{model.page} has no files of {model.name} at revision {model.revision[:7]}: "
                "report this, the project must follow"
            )
        return found

    def fetch(self, model: Pullable, file: RemoteFile, part: Path, heard: Heard) -> None:
        """Fetch what is missing of `file` to the end of `part`, which may hold its beginning.

        AccessError, HubError or StorageError; what came until then stays in `part`.
        """
        url = self._api.hf_hub_url(
            model.repository, file.path, revision=model.revision, endpoint=self._endpoint
        )
        headers = self._api.utils.build_hf_headers(token=self._token or False)
        # A compressed answer could not be resumed.
        headers["Accept-Encoding"] = "identity"
        try:
            stream = _Counted(part.open("ab"), heard)
        except OSError as exc:
            raise StorageError(f"{part}: cannot be written ({exc.strerror})") from exc
        with stream.file:
            try:
                self._download.http_get(
                    url,
                    stream,
                    resume_size=stream.tell(),
                    headers=headers,
                    expected_size=file.size_bytes,
                )
            except self._faults as exc:
                if stream.fault is not None:
                    raise _disk_fault(part, stream.fault) from exc
                raise self._refusal(model, exc, file) from exc

    def _refusal(
        self, model: Pullable, fault: Exception, file: RemoteFile | None = None
    ) -> CoughdError:
        """Say in one sentence why the hub did not give what was asked for."""
        answer = getattr(fault, "response", None)
        unauthorised = getattr(answer, "status_code", None) == _UNAUTHORISED
        if unauthorised and self._token is None:
            return AccessError(
                f"{model.page} asks who you are, and there is no token here: set HF_TOKEN, or run "
                "hf auth login; tokens are made at https://huggingface.co/settings/tokens"
            )
        if isinstance(fault, self._errors.GatedRepoError) and not unauthorised:
            return AccessError(
                f"the owner of this token has not accepted the terms of {model.repository} yet: "
                f"open {model.page}, accept them there, and pull again"
            )
        if unauthorised:
            return AccessError(
                "the hub does not know this token: make a new one at "
                "https://huggingface.co/settings/tokens, and set HF_TOKEN or run hf auth login"
            )
        if answer is not None:
            what = f"it answered {answer.status_code}"
        else:
            what = (str(fault).strip() or type(fault).__name__).splitlines()[0][:160]
        if file is None:
            return HubError(
                f"{self._endpoint} cannot be reached or is silent ({what}): check the network, "
                "or use --from with a folder that was pulled elsewhere"
            )
        return HubError(
            f"{file.path} broke off ({what}): pull again, what has come is kept and used"
        )


class _Counted(io.RawIOBase):
    """A file that tells how many bytes were written, and keeps what the disk complained of."""

    def __init__(self, file: BinaryIO, heard: Heard) -> None:
        self.file = file
        self.fault: OSError | None = None
        self._heard = heard

    def write(self, data: Any) -> int:  # noqa: ANN401 (a buffer, which has no name in 3.11)
        try:
            written = self.file.write(data)
        except OSError as exc:
            self.fault = exc
            raise
        self._heard(self.file.tell())
        return written

    def tell(self) -> int:
        return self.file.tell()

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self.file.seek(offset, whence)

    def truncate(self, size: int | None = None) -> int:
        kept = self.file.truncate(size)
        self._heard(kept)
        return kept


def _disk_fault(part: Path, fault: OSError) -> StorageError:
    sentence = f"{part}: cannot be written ({fault.strerror}); what has come is kept and used"
    return (
        StorageFullError(f"{sentence}: make room")
        if fault.errno == errno.ENOSPC
        else StorageError(sentence)
    )
