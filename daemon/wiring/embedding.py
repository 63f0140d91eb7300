"""From the settings to the process that makes HeAR's embeddings."""

from __future__ import annotations

from ...config.places import Places
from ...config.settings import Settings
from ...detectors.hear.child import hear_command
from ...detectors.hear.client import HearProcess
from ...detectors.hear.outcomes import HearLimits
from ..models.shelf import Shelf


def embedder_process(settings: Settings, places: Places) -> HearProcess:
    """Start HeAR's process; it may never come up. The caller closes it."""
    embedder = settings.embedder
    limits = HearLimits(
        max_waiting_windows=embedder.max_waiting_windows,
        batch_sizes=embedder.batch_sizes,
        start_timeout_s=embedder.start_timeout_s,
        reply_timeout_s=embedder.reply_timeout_s,
    )
    model = "hear-pytorch" if embedder.runtime == "torch" else "hear"
    folder = embedder.model_path or Shelf(places.data_dir).folder(model)
    command = hear_command(folder, embedder.batch_sizes, model=model, precision=embedder.precision)
    return HearProcess(command, limits)
