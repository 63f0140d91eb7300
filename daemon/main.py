"""The command line: `coughd VERB`. One verb, one module in `commands`."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Annotated

import typer

from ..config.errors import CoughdError
from .commands.run import run
from .commands.shared.examples import epilog_of
from .commands.shared.output import NO_ROOM, let_output_go, prepare_output

_TYPERS_USAGE_ERROR = 2


def command_line(asked: Sequence[str]) -> typer.Typer:
    """Give the command line for these words; all of it unless it is `run`.

    What the other verbs import would take a third of the daemon's start.
    """
    app = typer.Typer(
        name="coughd",
        help="Listens to a room day and night, recognises every cough, logs it and publishes it.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(common)
    if asked[:1] == ["run"]:
        app.command(epilog=epilog_of("run"))(run)
    else:
        from .verbs import add_verbs  # noqa: PLC0415 - see above

        add_verbs(app)
    return app


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


def _run(asked: Sequence[str]) -> int | str | None:
    """Run one verb and give its exit code."""
    try:
        command_line(asked)()
    except SystemExit as end:
        # Typer ends with 1 where nobody reads any more, which is what `status` says of a fault.
        if isinstance(end.__context__, BrokenPipeError):
            raise end.__context__ from None
        return os.EX_USAGE if end.code == _TYPERS_USAGE_ERROR else end.code
    return os.EX_OK


def main() -> None:
    """Run one verb; a known error becomes its sentence and its exit code (sysexits.h)."""
    prepare_output()
    try:
        code = _run(sys.argv[1:])
        sys.stdout.flush()
        sys.exit(code)
    except CoughdError as exc:
        sys.stderr.write(f"coughd: {exc}\n")
        sys.exit(exc.exit_code)
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)  # before the verb could see to it
    except BrokenPipeError:
        let_output_go()  # whoever read it has seen enough
        sys.exit(os.EX_OK)
    except Exception as exc:
        if isinstance(exc, OSError) and exc.errno in NO_ROOM:
            let_output_go()
            sys.stderr.write(f"coughd: what is said cannot be written: {exc.strerror}\n")
            sys.exit(os.EX_IOERR)
        logging.getLogger("coughd").exception("a defect of coughd; please report this")
        sys.exit(os.EX_SOFTWARE)
