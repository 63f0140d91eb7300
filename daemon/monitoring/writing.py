"""The files for Prometheus and Grafana, written where somebody wants them."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from ...config.errors import StorageError, UsageError
from ...storage.reading.whole_file import whole_file

PROMETHEUS = "prometheus.yml"
RULES = "coughd.rules.yml"
DASHBOARD = "coughd-dashboard.json"
DEFAULT_LISTEN = "127.0.0.1:9797"


def monitoring_file(name: str) -> str:
    """One of the files as it comes with the package."""
    folder = resources.files("coughd.daemon.monitoring") / "files"
    return (folder / name).read_text(encoding="utf-8")


def write_files(folder: Path, listen: str, *, replace: bool = False) -> list[Path]:
    """Write all three, the scrape configuration for `listen`; everybody may read them.

    Raises
    ------
    UsageError
        There are other files of these names and they are not to be replaced; nothing was written.
    StorageError
        The folder cannot be made or written.
    """
    texts = {
        folder / PROMETHEUS: monitoring_file(PROMETHEUS).replace(DEFAULT_LISTEN, listen),
        folder / RULES: monitoring_file(RULES),
        folder / DASHBOARD: monitoring_file(DASHBOARD),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        missing = [path for path in texts if not path.exists()]
        differing = [path for path in texts if path not in missing and _differs(path, texts[path])]
    except OSError as exc:
        raise StorageError(f"{folder}: the files cannot be written ({exc.strerror})") from exc
    if differing and not replace:
        names = ", ".join(path.name for path in differing)
        raise UsageError(
            f"{folder}: there are other files of these names: {names}; name another folder, or "
            "let them be replaced with --force"
        )
    for path in (*missing, *differing):
        with whole_file(path, mode=0o644) as stream:
            stream.write(texts[path])
    return list(texts)


def _differs(path: Path, text: str) -> bool:
    return not path.is_file() or path.read_bytes() != text.encode()
