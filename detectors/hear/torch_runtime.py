"""HeAR for PyTorch; the only file that imports torch and transformers, and only inside functions.

The published network begins after HeAR's sound front end, which is therefore computed here.
Nothing in this file may be called outside the model's process.
"""

from __future__ import annotations

import logging
import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...config.errors import ModelError
from ...config.extras import command_to_add
from ..ports import SAMPLE_RATE_HZ, WINDOW_SAMPLES
from ..processor import has_bfloat16
from .network import OutOfMemoryError, Precision

if TYPE_CHECKING:
    from types import ModuleType

FRAME_SAMPLES = 400
HOP_SAMPLES = 160
MEL_BANDS = 128
IMAGE_SHAPE = (192, 128)
"""Steps of time, bands of mel."""
_FRAMES = math.ceil(WINDOW_SAMPLES / HOP_SAMPLES)
_TINY = 1e-8
_SMOOTHING = 0.04
_GAIN_POWER = 0.8
_OFFSET = 2.0
_MEMORY_SIGNS = ("out of memory", "can't allocate memory")
_log = logging.getLogger(__name__)


class TorchRuntime:
    """Loads HeAR's vision transformer through transformers; see `network.Runtime`."""

    def load(self, folder: Path, precision: Precision, *, cpu_only: bool) -> TorchNetwork:
        """See `network.Runtime`; nothing is fetched, and no code of the folder is run."""
        torch, transformers = _import_torch()
        device = "cuda" if torch.cuda.is_available() and not cpu_only else "cpu"
        try:
            network = transformers.AutoModel.from_pretrained(
                str(folder), local_files_only=True, trust_remote_code=False, use_safetensors=True
            )
            network = network.eval().to(device, _dtype(torch, precision))
        except _loader_faults() as exc:
            if _is_memory(torch, exc):
                raise OutOfMemoryError(f"{folder}: does not fit into the memory.") from exc
            raise ModelError(
                f"{folder}: cannot be loaded: {_first_line(exc)}; pull it again if it is damaged."
            ) from exc
        return TorchNetwork(torch, transformers.__version__, network, device, precision)

    def bfloat16_is_quick(self) -> bool:
        """Whether the GPU, or else the processor, has it."""
        torch, _ = _import_torch()
        if torch.cuda.is_available():
            return bool(torch.cuda.is_bf16_supported())
        return has_bfloat16()


class TorchNetwork:
    """The loaded network behind its front end; see `network.Network`."""

    def __init__(
        self,
        torch: ModuleType,
        transformers_version: str,
        network: Any,  # noqa: ANN401 (torch is not typed here)
        device: str,
        precision: Precision,
    ) -> None:
        self._torch = torch
        self._transformers_version = transformers_version
        self._network = network
        self._place = device
        self._precision: Precision = precision
        self._front = _FrontEnd(torch, device)

    @property
    def runtime(self) -> str:
        """Torch and transformers with their versions."""
        return f"torch {self._torch.__version__}, transformers {self._transformers_version}"

    @property
    def device(self) -> str:
        """`CPU`, or `GPU` and its name."""
        if self._place == "cpu":
            return "CPU"
        return f"GPU {self._torch.cuda.get_device_name(0)}"

    def run(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `network.Network`."""
        torch = self._torch
        try:
            with torch.inference_mode():
                image = self._front.image(torch.from_numpy(windows).to(self._place))
                outputs = self._network(image.to(_dtype(torch, self._precision)))
                numbers: NDArray[np.float32] = outputs.pooler_output.float().cpu().numpy()
        except (RuntimeError, ValueError, TypeError, AttributeError) as exc:
            if _is_memory(torch, exc):
                raise OutOfMemoryError(
                    f"A batch of {len(windows)} windows does not fit into the memory of the "
                    f"{self.device}."
                ) from exc
            raise ModelError(f"HeAR failed on a batch: {_first_line(exc)}.") from exc
        return numbers


class _FrontEnd:
    """Scaled sound to the image that the network sees, in float32 on one device."""

    def __init__(self, torch: ModuleType, device: str) -> None:
        self._torch = torch
        self._window = torch.hann_window(FRAME_SAMPLES, periodic=True, device=device)
        self._mel = torch.from_numpy(mel_matrix()).to(device)
        self._smoothing = torch.from_numpy(smoothing_matrix(_FRAMES)).to(device)

    def image(self, windows: Any) -> Any:  # noqa: ANN401 (torch is not typed here)
        """Windows [shape=(n, 32000)] to images [shape=(n, 1, 192, 128)]."""
        torch = self._torch
        functional = torch.nn.functional
        lowest = windows.amin(1, keepdim=True)
        unit = windows - lowest
        scaled = unit / (unit.amax(1, keepdim=True) + _TINY) * 2.0 - 1.0
        padding = (_FRAMES - 1) * HOP_SAMPLES + FRAME_SAMPLES - WINDOW_SAMPLES
        frames = functional.pad(scaled, (0, padding)).unfold(1, FRAME_SAMPLES, HOP_SAMPLES)
        power = torch.fft.rfft(frames * self._window).abs() ** 2
        energy = power @ self._mel
        smooth = self._smoothing @ energy
        level = (_TINY + smooth) ** _GAIN_POWER
        evened = (energy / level + _OFFSET) ** 0.5 - _OFFSET**0.5
        return functional.interpolate(
            evened[:, None], size=IMAGE_SHAPE, mode="bilinear", align_corners=False
        )


def mel_matrix() -> NDArray[np.float32]:
    """Triangles on the mel scale of HTK [shape=(201, 128)]; the lowest bin belongs to none."""

    def mel(frequency_hz: NDArray[np.float64]) -> NDArray[np.float64]:
        values: NDArray[np.float64] = 2595.0 * np.log10(1.0 + frequency_hz / 700.0)
        return values

    top_hz = SAMPLE_RATE_HZ / 2
    bins = mel(np.linspace(0.0, top_hz, FRAME_SAMPLES // 2 + 1))[:, np.newaxis]
    low, high = mel(np.array([0.0, top_hz]))
    edges = np.linspace(low, high, MEL_BANDS + 2)
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    weights = np.maximum(0.0, np.minimum(rising, falling))
    weights[0] = 0.0
    as_float32: NDArray[np.float32] = weights.astype(np.float32)
    return as_float32


def smoothing_matrix(frames: int) -> NDArray[np.float32]:
    """Exponential smoothing over time as one product [shape=(frames, frames)].

    It begins with the first frame as it is.
    """
    matrix = np.zeros((frames, frames))
    row = np.zeros(frames)
    row[0] = 1.0
    for frame in range(frames):
        row *= 1.0 - _SMOOTHING
        row[frame] += _SMOOTHING
        matrix[frame] = row
    return matrix.astype(np.float32)


def _import_torch() -> tuple[ModuleType, ModuleType]:
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    try:
        import torch  # noqa: PLC0415 (see above)
        import transformers  # noqa: PLC0415
    except ImportError as exc:
        raise ModelError(
            "embedder.runtime torch needs PyTorch and transformers, which cannot be imported "
            f"here: {command_to_add('coughd[torch]')}"
        ) from exc
    return torch, transformers


def _loader_faults() -> tuple[type[Exception], ...]:
    from safetensors import SafetensorError  # noqa: PLC0415 (see above)

    return SafetensorError, OSError, ValueError, LookupError, RuntimeError, TypeError


def _first_line(error: Exception) -> str:
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0][:200].rstrip(".")


def _dtype(torch: ModuleType, precision: Precision) -> Any:  # noqa: ANN401
    return torch.bfloat16 if precision == "bfloat16" else torch.float32


def _is_memory(torch: ModuleType, error: Exception) -> bool:
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    return isinstance(error, RuntimeError) and any(sign in str(error) for sign in _MEMORY_SIGNS)
