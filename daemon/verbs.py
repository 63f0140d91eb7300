"""Every verb of the command line, each a module in `commands`."""

from __future__ import annotations

import typer

from .commands.backup import backup
from .commands.calibrate import calibrate
from .commands.check_config import check_config
from .commands.clips import clips
from .commands.demo import demo
from .commands.devices import devices
from .commands.doctor import doctor
from .commands.embed import embed
from .commands.evaluate import evaluate
from .commands.export import export
from .commands.history import history
from .commands.keys import keys
from .commands.label import label
from .commands.model import model
from .commands.monitoring import monitoring
from .commands.privacy import privacy
from .commands.run import run
from .commands.scan import scan
from .commands.service import service
from .commands.shared.examples import epilog_of
from .commands.status import status
from .commands.support_bundle import support_bundle
from .commands.train import train
from .commands.watch import watch


def add_verbs(app: typer.Typer) -> None:
    """Let the command line know all of them."""
    for verb in (
        run,
        demo,
        watch,
        history,
        label,
        train,
        embed,
        export,
        scan,
        devices,
        evaluate,
        doctor,
        status,
        privacy,
        calibrate,
        monitoring,
    ):
        app.command(epilog=epilog_of(verb.__name__))(verb)
    app.command("check-config")(check_config)
    app.command("support-bundle")(support_bundle)
    app.add_typer(backup, name="backup")
    app.add_typer(clips, name="clips")
    app.add_typer(keys, name="keys")
    app.add_typer(model, name="model")
    app.add_typer(service, name="service")
