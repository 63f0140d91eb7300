"""`coughd run`: the daemon in the foreground."""

from __future__ import annotations

from contextlib import closing, nullcontext
from typing import Annotated

import typer

from ...config.errors import InputError
from ..lifecycle import StopRequest, notify_systemd, stop_on_signals
from ..logs import set_up_logging
from ..wiring import build_daemon
from .options import ConfigOption, configured
from .show import showing


def run(
    config: ConfigOption = None,
    *,
    show: Annotated[
        bool, typer.Option("--show", help="Also print what is heard, as `coughd watch` would.")
    ] = False,
) -> None:
    """Listen, recognise, log and publish until stopped, or until every file has been heard."""
    settings, places = configured(config)
    set_up_logging(settings.logging.level, settings.logging.format)
    with closing(StopRequest()) as stop, stop_on_signals(stop):
        with build_daemon(settings, places, stop) as daemon:
            notify_systemd("READY=1")
            with showing(places) if show else nullcontext():
                daemon.run()
            notify_systemd("STOPPING=1")
        if daemon.damaged:
            raise InputError("; ".join(daemon.damaged))
