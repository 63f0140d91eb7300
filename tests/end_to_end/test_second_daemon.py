"""A daemon in another one's way ends by itself with a sentence, and the first one goes on."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from command_line import coughd
from one_sound import assert_one_sentence, for_ever, write_config
from ready_daemon import daemon, next_cough, stop


def test_a_second_daemon_on_the_same_data_ends_and_the_first_goes_on(lived_in: Path) -> None:
    config = write_config(lived_in, sources=[for_ever(lived_in)])
    with daemon(lived_in, config) as first:
        said = coughd("run", "--config", config)
        assert_one_sentence(said, os.EX_TEMPFAIL, f"another coughd (pid {first.pid}) uses this")
        assert next_cough(lived_in).startswith("cough.event.end.")
        assert stop(first)[0] == os.EX_OK


@pytest.mark.parametrize("shared", ["publish", "replay"])
def test_a_second_daemon_on_the_same_socket_ends_and_the_first_goes_on(
    shared: str, lived_in: Path
) -> None:
    config = write_config(lived_in, sources=[for_ever(lived_in)])
    other = lived_in / "other"
    other.mkdir()
    addresses = {
        "publish": f"ipc://{other}/events.sock",
        "replay": f"ipc://{other}/replay.sock",
    } | {shared: json.loads(config.read_text())["stream"][shared]}
    with daemon(lived_in, config) as first:
        said = coughd("run", "--config", write_config(other, stream=addresses))
        assert_one_sentence(said, os.EX_TEMPFAIL, f"listens at {addresses[shared]}: stop it or")
        assert next_cough(lived_in).startswith("cough.event.end.")
        assert stop(first)[0] == os.EX_OK
