"""Where metrics may be served: on the loopback and nowhere else."""

from __future__ import annotations

import pytest

from coughd.config.http_address import refuse_http_address, split_http_address


@pytest.mark.parametrize(
    ("listen", "place"),
    [
        ("127.0.0.1:9797", ("127.0.0.1", 9797)),
        ("127.9.9.9:1", ("127.9.9.9", 1)),
        ("[::1]:65535", ("::1", 65_535)),
        ("localhost:9797", ("127.0.0.1", 9797)),
    ],
)
def test_the_loopback_is_taken(listen: str, place: tuple[str, int]) -> None:
    assert refuse_http_address(listen) == ""
    assert split_http_address(listen) == place


@pytest.mark.parametrize(
    "listen", ["0.0.0.0:9797", "[::]:9797", "192.168.1.5:9797", "pi-07:9797", "*:9797"]
)
def test_what_others_could_reach_is_refused(listen: str) -> None:
    assert "must stay on this machine" in refuse_http_address(listen)


@pytest.mark.parametrize(
    "listen",
    ["9797", ":9797", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:65536", "::1:80", "[::1]", "a b"],
)
def test_what_is_no_address_is_told_the_form(listen: str) -> None:
    assert "needs a host and a port" in refuse_http_address(listen)
