"""The remote embedder's process as the daemon sees it, with a server that turns it away."""

from __future__ import annotations

from contextlib import closing

import numpy as np
import pytest
from fake_inference_server import FakeServer, text
from patience import until

from coughd.detectors.hear.client import HearProcess
from coughd.detectors.hear.outcomes import Embedded, HearLimits
from coughd.detectors.remote.command import remote_command

pytest.importorskip("tritonclient.http", reason="comes with the extra coughd[remote]")


def asking(url: str) -> HearProcess:
    command = remote_command(
        url=url,
        model="hear",
        model_version=None,
        token_file=None,
        ca_file=None,
        timeout_s=20.0,
        retries=0,
        batch_sizes=(1,),
    )
    return HearProcess(command, HearLimits(batch_sizes=(1,), longest_rest_s=0.1))


def test_windows_wait_for_a_server_that_lets_us_in_no_more() -> None:
    noise = np.random.default_rng(1).uniform(-0.5, 0.5, 32_000).astype(np.float32)
    with FakeServer() as fake, closing(asking(fake.url)) as hear:
        until(lambda: hear.status.state == "ready")
        fake.answer = lambda _windows: text({"error": "token expired"}, 401)
        for name in ("one", "other", "third"):
            hear.submit(name, noise)
        until(lambda: "does not let us in" in (hear.status.reason or ""))
        until(lambda: hear.status.waiting == 3)
        assert hear.status.failed == 0
        fake.answer = None
        assert hear.wait_until_idle(60.0)
        assert [type(outcome) for outcome in hear.outcomes()] == [Embedded] * 3
