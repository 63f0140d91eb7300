"""The command line: `coughd VERB`. One verb, one module in `commands`."""

from __future__ import annotations

import logging
import os
import sys
from importlib.metadata import version
from typing import Annotated

import typer

from ..config.errors import CoughdError
from .commands.backup import backup
from .commands.calibrate import calibrate
from .commands.check_config import check_config
from .commands.demo import demo
from .commands.devices import devices
from .commands.doctor import doctor
from .commands.evaluate import evaluate
from .commands.examples import epilog_of
from .commands.export import export
from .commands.history import history
from .commands.label import label
from .commands.model import model
from .commands.output import let_output_go
from .commands.privacy import privacy
from .commands.run import run
from .commands.scan import scan
from .commands.service import service
from .commands.status import status
from .commands.watch import watch

_TYPERS_USAGE_ERROR = 2

app = typer.Typer(
    name="coughd",
    help="Listens to a room day and night, recognises every cough, logs it and publishes it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for verb in (
    run,
    demo,
    watch,
    history,
    label,
    export,
    scan,
    devices,
    evaluate,
    doctor,
    status,
    privacy,
    calibrate,
):
    app.command(epilog=epilog_of(verb.__name__))(verb)
app.command("check-config")(check_config)
app.add_typer(backup, name="backup")
app.add_typer(model, name="model")
app.add_typer(service, name="service")


@app.callback(invoke_without_command=True)
def common(
    *,
    show_version: Annotated[
        bool, typer.Option("--version", help="Print the version and stop.", is_eager=True)
    ] = False,
) -> None:
    """Options before the verb."""
    if show_version:
        typer.echo(f"coughd {version('coughd')}")
        raise typer.Exit


def main() -> None:
    """Run one verb; a known error becomes its sentence and its exit code (sysexits.h)."""
    try:
        app()
    except SystemExit as end:
        sys.exit(os.EX_USAGE if end.code == _TYPERS_USAGE_ERROR else end.code)
    except CoughdError as exc:
        sys.stderr.write(f"coughd: {exc}\n")
        sys.exit(exc.exit_code)
    except BrokenPipeError:
        let_output_go()  # whoever read it has seen enough
        sys.exit(os.EX_OK)
    except Exception:
        logging.getLogger("coughd").exception("a defect of coughd; please report this")
        sys.exit(os.EX_SOFTWARE)
