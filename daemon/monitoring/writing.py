"""The files for Prometheus and Grafana, written where somebody wants them."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from ...config.errors import StorageError

PROMETHEUS = "prometheus.yml"
RULES = "coughd.rules.yml"
DASHBOARD = "coughd-dashboard.json"
DEFAULT_LISTEN = "127.0.0.1:9797"


def monitoring_file(name: str) -> str:
    """One of the files as it comes with the package."""
    folder = resources.files("coughd.daemon.monitoring") / "files"
    return (folder / name).read_text(encoding="utf-8")


def write_files(folder: Path, listen: str) -> list[Path]:
    """Write all three, the scrape configuration for `listen`; StorageError.

    A file of the same name is replaced: an upgrade brings new rules.
    """
    texts = {
        PROMETHEUS: monitoring_file(PROMETHEUS).replace(DEFAULT_LISTEN, listen),
        RULES: monitoring_file(RULES),
        DASHBOARD: monitoring_file(DASHBOARD),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as exc:
        raise StorageError(f"{folder}: the files cannot be written ({exc.strerror})") from exc
    return [folder / name for name in texts]
