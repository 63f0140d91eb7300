"""From the settings to health and metrics over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ...config.http_address import split_http_address
from ...config.settings import MetricsSettings
from ..clock import Clock
from ..supervision.status import DaemonStatus, MonitoringStatus


@contextmanager
def monitoring(
    settings: MetricsSettings, report: Callable[[], DaemonStatus | None], clock: Clock
) -> Iterator[Callable[[], MonitoringStatus | None]]:
    """Serve health and metrics where an address is configured; gives how that goes."""
    if settings.listen is None:
        yield lambda: None
        return
    # Who does not want metrics does not pay for the library.
    from ..monitoring.http_server import MonitoringServer  # noqa: PLC0415
    from ..monitoring.pages import Pages  # noqa: PLC0415

    host, port = split_http_address(settings.listen)
    pages = Pages(report, clock.monotonic_s)
    with MonitoringServer(host, port, pages, clock) as server:
        yield lambda: server.status
