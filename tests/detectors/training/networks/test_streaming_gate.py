"""The gate as it is shipped hears what the gate that was trained hears."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="comes with the extra coughd[train]")

import torch

from coughd.detectors.features import BANDS, GROUP_FRAMES
from coughd.detectors.gate import CoughdGate
from coughd.detectors.runtime import OnnxModel
from coughd.detectors.training.networks.export import export_gate
from coughd.detectors.training.networks.gate_network import GateNetwork

pytestmark = pytest.mark.torch

GROUPS = 30


def a_network() -> GateNetwork:
    """Untrained, but no normalisation of it is without effect, and its scores differ."""
    torch.manual_seed(3)
    network = GateNetwork()
    for norm in network.modules():
        if isinstance(norm, (torch.nn.BatchNorm1d, torch.nn.BatchNorm2d)):
            norm.weight.data.uniform_(0.5, 1.5)
            norm.bias.data.normal_()
            norm.running_mean.normal_()
            norm.running_var.uniform_(0.1, 3.0)
    network.out.weight.data *= 20.0
    network.eval()
    return network


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # torch speaks of its newer exporter
def test_group_by_group_the_file_scores_as_the_network_does_at_once(tmp_path: Path) -> None:
    network = a_network()
    log_mel = np.random.default_rng(1).normal(-5.0, 0.7, (1, GROUPS * GROUP_FRAMES, BANDS))
    heard = torch.from_numpy(log_mel.astype(np.float32))
    with torch.no_grad():
        wanted = torch.sigmoid(network(heard, network.first_state(heard))[0][:, -1]).numpy()[0]

    export_gate(network, tmp_path / "gate.onnx")
    CoughdGate.load(tmp_path)  # it has the inputs and outputs that the daemon wants
    model = OnnxModel(tmp_path / "gate.onnx")
    state = np.zeros((1, network.state_size), dtype=np.float32)
    state[0, :BANDS] = heard[0, :GROUP_FRAMES].mean(0)
    scores: list[float] = []
    for group in heard.split(GROUP_FRAMES, dim=1):
        onset, state = model.run({"log_mel": group.numpy(), "state": state})
        scores += onset[0].tolist()

    assert np.ptp(wanted) > 0.1
    assert scores == pytest.approx(wanted, abs=1e-5)
