"""The key with which commands on the daemon's own machine connect."""

from __future__ import annotations

import os

from ....config.places import Places
from ....config.settings import Settings
from ...stream.client_key import ClientKey
from ...stream.key_ring import SERVER_FILE, KeyRing


def own_key(settings: Settings, places: Places) -> ClientKey | None:
    """Give the key with which commands on the daemon's machine connect, where one is needed.

    None too where this user may not read it: the daemon will refuse, and say so.
    """
    server_file = KeyRing(places.data_dir).folder / SERVER_FILE
    if not settings.stream.curve or not os.access(server_file, os.R_OK):
        return None
    return KeyRing(places.data_dir).own_client_key()
