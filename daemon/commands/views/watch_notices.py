"""What `coughd watch` says beside the messages: who is not heard, refused, changed."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from ...stream.items import StoreChanged, Truncated
from ...stream.listening import may_open

REFUSED = (
    "the daemon refuses to talk: the key is not, or no longer, on its list, is another daemon's, "
    "or is missing (--key FILE); have one made there with `coughd keys new NAME`"
)


def change(item: StoreChanged | Truncated) -> str:
    """Say what the user's place in the stream no longer means."""
    if isinstance(item, Truncated):
        return (
            f"messages {item.asked_since + 1} to {item.oldest_seq - 1} are no longer kept for "
            "replay; `coughd history` still knows the coughs"
        )
    if item.before == item.now:
        return (
            "the daemon's store has not so many messages, or is in an earlier state; they follow "
            "from the oldest"
        )
    return f"the daemon has another store now ({item.now}); its messages follow from the oldest"


def nobody_heard(
    address: str, uid: int, machine: Path, opens: Callable[[Path], bool] = may_open
) -> str:
    """Say that no daemon is heard; to others than root also whose it may be.

    `machine` is the runtime folder of the machine's service: it is there while that runs.
    """
    says = f"no daemon is heard at {address}; waiting for it"
    if not address.startswith("ipc://"):
        return says
    path = Path(address.removeprefix("ipc://"))
    if not opens(path):
        return f"{says}. This user may not open it: try again with sudo, or join the socket's group"
    if uid != 0 and path.parent != machine and machine.is_dir():
        return f"{says}. Or do you mean the service of this machine? It is root's: try with sudo"
    return says


def unknown_sources(asked: Collection[str], configured: Collection[str]) -> str | None:
    """Say which of the ids that were asked for are not configured; None where all are."""
    unknown = [repr(source_id) for source_id in asked if source_id not in configured]
    if not unknown:
        return None
    return (
        f"no source {', '.join(unknown)} is configured, so nothing of it may ever come; there are: "
        f"{', '.join(configured)}"
    )
