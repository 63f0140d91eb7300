"""From the settings to the process that makes HeAR's embeddings."""

from __future__ import annotations

from pathlib import Path

from ...config.errors import ConfigError
from ...config.places import Places
from ...config.settings import EmbedderSettings, Settings
from ...detectors.hear.child import hear_command
from ...detectors.hear.client import HearProcess
from ...detectors.hear.outcomes import HearLimits
from ...detectors.remote.command import longest_silence_s, remote_command
from ..models.shelf import Shelf


def embedder_process(
    settings: Settings, places: Places, *, is_waited_for: bool = False
) -> HearProcess:
    """Start the process of HeAR here or elsewhere; it may never come up. The caller closes it.

    `is_waited_for`: the caller says itself why it does not come up, and judges no events meanwhile.
    """
    embedder = settings.embedder
    if embedder.kind == "remote":
        command, limits = _remote(embedder)
    else:
        command, limits = _here(embedder, places)
    if is_waited_for:
        return HearProcess(command, limits, when_away="HeAR is away", is_waited_for=True)
    return HearProcess(command, limits)


def _here(embedder: EmbedderSettings, places: Places) -> tuple[tuple[str, ...], HearLimits]:
    limits = HearLimits(
        max_waiting_windows=embedder.max_waiting_windows,
        batch_sizes=embedder.batch_sizes,
        start_timeout_s=embedder.start_timeout_s,
        reply_timeout_s=embedder.reply_timeout_s,
    )
    model, folder = hear_here(embedder, places)
    command = hear_command(folder, embedder.batch_sizes, model=model, precision=embedder.precision)
    return command, limits


def hear_here(embedder: EmbedderSettings, places: Places) -> tuple[str, Path]:
    """Give the name by which the configured model is pulled, and where it is looked for."""
    model = "hear-pytorch" if embedder.runtime == "torch" else "hear"
    return model, embedder.model_path or Shelf(places.data_dir).folder(model)


def _remote(embedder: EmbedderSettings) -> tuple[tuple[str, ...], HearLimits]:
    if embedder.url is None:  # the loader does not let this pass
        raise ConfigError("embedder.url is missing; kind 'remote' needs it")
    silence_s = longest_silence_s(embedder.timeout_s, embedder.retries)
    limits = HearLimits(
        max_waiting_windows=embedder.max_waiting_windows,
        batch_sizes=embedder.batch_sizes,
        start_timeout_s=max(embedder.start_timeout_s, silence_s),
        reply_timeout_s=max(embedder.reply_timeout_s, silence_s),
        frozen_s=silence_s,
    )
    command = remote_command(
        url=embedder.url,
        model=embedder.model,
        model_version=embedder.model_version,
        token_file=embedder.token_file,
        ca_file=embedder.ca_file,
        timeout_s=embedder.timeout_s,
        retries=embedder.retries,
        batch_sizes=embedder.batch_sizes,
    )
    return command, limits
