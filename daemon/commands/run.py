"""`coughd run`: the daemon in the foreground."""

from __future__ import annotations

import faulthandler
import sys
from contextlib import closing, nullcontext
from typing import Annotated

import typer

from ...config.errors import InputError
from ..lifecycle import ReloadRequest, StopRequest, reload_on_hangup, stop_on_signals
from ..logs import set_up_logging, takes_more
from ..privacy.seclusion import keep_to_itself
from ..supervision.service_manager import ServiceManager
from ..supervision.upkeep import Service
from ..wiring.daemon import build_daemon
from .shared.options import ConfigOption, VerboseOption, configured, to_stderr
from .views.show import showing


def run(
    config: ConfigOption = None,
    *,
    show: Annotated[
        bool, typer.Option("--show", help="Also print what is heard, counted or not.")
    ] = False,
    verbose: VerboseOption = False,
) -> None:
    """Listen until stopped; store and publish every cough.

    Ends by itself once every source is a file that has been heard, and when its terminal is
    closed. SIGHUP reads the configuration again.
    """
    keep_to_itself()
    settings, places = configured(config)
    set_up_logging(settings.logging.level, settings.logging.format)
    faulthandler.enable()  # the watchdog's SIGABRT then says where each thread hung
    manager = ServiceManager()
    reload = ReloadRequest()
    with closing(StopRequest()) as stop, stop_on_signals(stop), reload_on_hangup(reload, stop):
        service = Service(
            manager,
            stop,
            reload,
            load=lambda: configured(config)[0],
            explain=_explain if verbose else None,
        )
        with build_daemon(settings, places, service) as daemon:
            manager.ready()
            try:
                with showing(settings, places) if show else nullcontext():
                    daemon.run()
            finally:
                manager.stopping()
        if daemon.damaged:
            raise InputError("; ".join(daemon.damaged))


def _explain(line: str) -> None:
    """As the log's lines: the thread that listens waits for no reader."""
    if takes_more(sys.stderr):
        to_stderr(line)
