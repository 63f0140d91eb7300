"""The service's own Python environment: a copy of the one that is running.

A copy needs no network, has exactly the versions that were tried, and does not change when the
checkout or the environment that it came from does.
"""

from __future__ import annotations

import shutil
import stat
import subprocess
import sys
from contextlib import suppress
from importlib.metadata import Distribution, distribution
from importlib.util import find_spec
from pathlib import Path

from ...config.errors import CoughdError, UsageError
from .closure import needed

PORTIONS = ("config", "daemon", "detectors", "storage", "systemd")
"""`coughd` is a namespace: these are all of it."""
HIDDEN = (Path("/home"), Path("/root"), Path("/run/user"), Path("/tmp"), Path("/var/tmp"))  # noqa: S108 - names only
"""What the system service cannot see."""
_COMMAND = """#!{python} -P
import sys

from coughd.daemon.main import main

sys.exit(main())
"""


def choose_python(running: Path, *, hidden: tuple[Path, ...], search: str | None = None) -> Path:
    """Choose the interpreter below the environment: the running one, or the system's like it.

    Parameters
    ----------
    running
        The real file of the running interpreter.
    hidden
        Folders that the service cannot see.
    search
        Where to look instead, as in PATH.

    Raises
    ------
    UsageError
        There is none of this version that the service could see.
    """
    if not any(running.is_relative_to(folder) for folder in hidden):
        return running
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    found = shutil.which(name, path=search or "/usr/local/bin:/usr/bin:/bin")
    if found is None:
        raise UsageError(
            f"the service could not see the running Python, {running}: install {name} for the "
            f"whole system (on Debian: apt install {name}), then try again"
        )
    return Path(found)


def build(target: Path, python: Path) -> int:
    """Make the environment at `target`, replacing one that is there; gives its packages' number.

    It is made beside and tried out before it takes the place.

    Raises
    ------
    CoughdError
        It cannot be written, or does not run; then what was there is still there.
    """
    fresh, former = (target.with_name(f"{target.name}.{word}") for word in ("new", "old"))
    try:
        _remove(fresh)
        copied = _fill(fresh, target, python)
        _remove(former)
        if target.exists():
            target.rename(former)
        _take_place(fresh, target, former)
    except OSError as exc:
        raise CoughdError(
            f"the program cannot be installed at {target}: {exc}; nothing else was changed"
        ) from exc
    with suppress(OSError):  # the next one tries again
        _remove(former)
    return copied


def _take_place(fresh: Path, target: Path, former: Path) -> None:
    """Rename the new environment; where that fails the former one gets its place back."""
    try:
        fresh.rename(target)
    except OSError:
        if former.exists():
            former.rename(target)
        raise


def _fill(fresh: Path, target: Path, python: Path) -> int:
    fresh.parent.mkdir(parents=True, exist_ok=True)
    _try_out([python, "-m", "venv", "--without-pip", fresh])
    for script in fresh.glob("bin/[Aa]ctivate*"):
        script.unlink()  # it names the folder in which the environment is made
    (site,) = fresh.glob("lib/python*/site-packages")
    packages = needed("coughd")
    for package in packages.values():
        _copy_distribution(package, site)
    _copy_ourselves(site)
    command = fresh / "bin/coughd"
    command.write_text(_COMMAND.format(python=target / "bin/python"), encoding="utf-8")
    command.chmod(0o755)
    # The service may not write into its own program, so this is the time to compile it.
    _try_out([fresh / "bin/python", "-m", "compileall", "-q", site])
    _try_out([fresh / "bin/python", "-P", "-m", "coughd.daemon", "--version"])
    _open_to_all(fresh)
    return len(packages) + 1


def _open_to_all(folder: Path) -> None:
    """The service is another user; the umask here, or the checkout's, may be one person's alone."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            readable = 0o555 if mode & stat.S_IXUSR else 0o444
            path.chmod(stat.S_IMODE(mode) | readable)


def _copy_distribution(package: Distribution, site: Path) -> None:
    for file in package.files or ():
        if file.is_absolute() or ".." in file.parts:
            continue  # a script, or a manual: the service calls none
        source = Path(str(package.locate_file(file)))
        if source.is_file():
            (site / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, site / file)


def _copy_ourselves(site: Path) -> None:
    """Copy our packages from where they are imported from, be it a checkout."""
    for portion in PORTIONS:
        spec = find_spec(f"coughd.{portion}")
        if spec is None or spec.origin is None:
            raise CoughdError(f"coughd.{portion} is not installed completely; install coughd again")
        shutil.copytree(
            Path(spec.origin).parent,
            site / "coughd" / portion,
            ignore=shutil.ignore_patterns("__pycache__"),
        )
    ourselves = distribution("coughd")
    described = ourselves.read_text("METADATA") or ourselves.read_text("PKG-INFO") or ""
    metadata = site / f"coughd-{ourselves.version}.dist-info" / "METADATA"
    metadata.parent.mkdir()
    metadata.write_text(described, encoding="utf-8")


def _try_out(command: list[str | Path]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    if done.returncode != 0:
        last = (done.stderr.strip() or done.stdout.strip() or "no word").splitlines()[-1]
        raise CoughdError(f"the copy of coughd does not run: {last}")


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
