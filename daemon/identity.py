"""Names of stretches and events: new for live sound, found again for a file."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Protocol

import uuid_utils


class Identity(Protocol):
    """Names what one source hears."""

    @property
    def is_found_again(self) -> bool:
        """Whether the same sound, heard again, gets the same names."""

    def stretch_id(self, first_sample: int) -> str:
        """For the stretch that begins at this native sample."""

    def event_id(self, stretch_id: str, onset_sample: int) -> str:
        """For the event that begins at this native sample of the stretch."""


class LiveIdentity:
    """Sound that is heard once: uuid7, ordered by time."""

    is_found_again = False

    def stretch_id(self, first_sample: int) -> str:  # noqa: ARG002 - the port's signature
        """Give a new name."""
        return str(uuid_utils.uuid7())

    def event_id(self, stretch_id: str, onset_sample: int) -> str:  # noqa: ARG002
        """Give a new name."""
        return str(uuid_utils.uuid7())


@dataclass(frozen=True, slots=True)
class FileIdentity:
    """Sound that can be heard again: uuid5 of content and place, so that a rerun finds itself."""

    content_sha256: str
    source_id: str

    @property
    def is_found_again(self) -> bool:
        """Always, where the content is the same."""
        return True

    def stretch_id(self, first_sample: int) -> str:
        """The same for the same file, source and sample."""
        return self._name(f"stretch:{first_sample}")

    def event_id(self, stretch_id: str, onset_sample: int) -> str:  # noqa: ARG002
        """The same for the same file, source and sample."""
        return self._name(f"event:{onset_sample}")

    def _name(self, what: str) -> str:
        content = uuid.uuid5(uuid.NAMESPACE_OID, self.content_sha256)
        return str(uuid.uuid5(content, f"{self.source_id}\n{what}"))
