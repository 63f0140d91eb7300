"""Which models can be pulled, at which revision, and under whose terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...config.errors import UsageError
from ...config.guess import did_you_mean

_HEAR_REVISION = "9b2eb2853c426676255cc6ac5804b7f1fe8e563f"
_HEAR_PYTORCH_REVISION = "f791cd42437c3e268c8ac84707e3508900f65f1a"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a person must agree to before a model is fetched."""

    name: str
    url: str
    summary: str
    """Ours; it replaces nothing."""


HAI_DEF = Terms(
    name="Health AI Developer Foundations Terms of Use",
    url="https://developers.google.com/health-ai-developer-foundations/terms",
    summary=(
        "The weights are Google's. The terms restrict what they may be used for, above all in the "
        "diagnosis or treatment of patients, studies included; whoever passes them or anything "
        "made with them on, also as a service, must pass the restrictions on too."
    ),
)


@dataclass(frozen=True, slots=True)
class Pullable:
    """One model on the hub."""

    name: str
    what: str
    """In a line."""
    repository: str
    revision: str
    """The commit that is fetched; never a branch."""
    folder: str
    """Below the repository's root; empty: the root itself."""
    terms: Terms = HAI_DEF

    @property
    def page(self) -> str:
        """Where its terms are accepted with an account of the hub."""
        return f"https://huggingface.co/{self.repository}"

    def name_of(self, path: str) -> str | None:
        """The name below the model's own folder of a file of the repository; None: not ours."""
        if self.folder and not path.startswith(f"{self.folder}/"):
            return None
        name = path.removeprefix(f"{self.folder}/") if self.folder else path
        if ".." in name.split("/"):
            return None
        wanted = name in ("saved_model.pb", "config.json", "model.safetensors")
        return name if wanted or name.startswith(("variables/", "assets/")) else None


CATALOG: Mapping[str, Pullable] = {
    model.name: model
    for model in (
        Pullable(
            "hear",
            "HeAR's encoder for TensorFlow (1.2 GB)",
            "google/hear",
            _HEAR_REVISION,
            "",
        ),
        Pullable(
            "hear-detector-small",
            "HeAR's event detector, MobileNetV3Small (4 MB), for gate.kind",
            "google/hear",
            _HEAR_REVISION,
            "event_detector/event_detector_small",
        ),
        Pullable(
            "hear-detector-large",
            "HeAR's event detector, MobileNetV3Large (12 MB), for gate.kind",
            "google/hear",
            _HEAR_REVISION,
            "event_detector/event_detector_large",
        ),
        Pullable(
            "hear-pytorch",
            "HeAR's encoder for PyTorch (1.2 GB), for embedder.runtime: torch",
            "google/hear-pytorch",
            _HEAR_PYTORCH_REVISION,
            "",
        ),
    )
}


def find_model(name: str) -> Pullable:
    """The model of this name; UsageError."""
    if name not in CATALOG:
        raise UsageError(
            f"there is no model '{name}', only {', '.join(CATALOG)}{did_you_mean(name, CATALOG)}"
        )
    return CATALOG[name]
