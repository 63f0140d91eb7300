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
from .commands.shared.output import NO_ROOM, let_output_go, prepare_output
from .verbs import VERBS, add_verbs

_TYPERS_USAGE_ERROR = 2


def command_line(asked: Sequence[str]) -> typer.Typer:
    """Give the command line for these words: of the verbs only the one that they begin with.

    To import them all takes over a second. It is done where none or an unknown one was asked for,
    for the help and what was probably meant.
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
    if list(asked) != ["--version"]:
        add_verbs(app, [asked[0]] if asked and asked[0] in VERBS else VERBS)
    return app


def asked_for() -> Sequence[str]:
    """The words of the command line, or of the one that a shell wants completed."""
    if "_COUGHD_COMPLETE" in os.environ:  # bash says COMP_WORDS, every other shell the other
        line = os.environ.get("COMP_WORDS") or os.environ.get("_TYPER_COMPLETE_ARGS", "")
        return line.split()[1:]
    return sys.argv[1:]


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
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:  # until here, see __main__
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        code = _run(asked_for())
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
        # What interrupts the making of a class, as at an import, is wrapped by Python 3.11.
        if isinstance(exc.__cause__, KeyboardInterrupt):
            sys.exit(128 + signal.SIGINT)
        if isinstance(exc, OSError) and exc.errno in NO_ROOM:
            let_output_go()
            sys.stderr.write(f"coughd: what is said cannot be written: {exc.strerror}\n")
            sys.exit(os.EX_IOERR)
        logging.getLogger("coughd").exception("a defect of coughd; please report this")
        sys.exit(os.EX_SOFTWARE)
