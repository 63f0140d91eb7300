"""A real server of the Open Inference Protocol: KServe's, with a small network in HeAR's shape.

Run by a Python that has kserve: `python inference_server.py PORT`.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from kserve import InferOutput, InferResponse, Model, ModelServer

rng = np.random.default_rng(11)
FIRST = rng.standard_normal((160, 64)).astype(np.float32) / 13
SECOND = rng.standard_normal((64, 512)).astype(np.float32) / 8


def network(windows: Any) -> Any:
    """What the look-alike `random` does: each window scaled by itself, then two layers."""
    low = windows.min(axis=1, keepdims=True)
    span = windows.max(axis=1, keepdims=True) - low
    scaled = (windows - low) / (span + 1e-8) * 2.0 - 1.0
    hidden = np.maximum(scaled.reshape(-1, 200, 160) @ FIRST, 0.0)
    return np.tanh(hidden.mean(axis=1) @ SECOND).astype(np.float32)


class Hear(Model):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__("hear")
        self.ready = True

    async def get_input_types(self) -> list[dict[str, object]]:
        return [{"name": "x", "datatype": "FP32", "shape": [-1, 32000]}]

    async def get_output_types(self) -> list[dict[str, object]]:
        return [{"name": "output_0", "datatype": "FP32", "shape": [-1, 512]}]

    def predict(self, payload: Any, headers: Any = None, response_headers: Any = None) -> Any:
        embeddings = network(payload.inputs[0].as_numpy().astype(np.float32))
        output = InferOutput(
            name="output_0", shape=list(embeddings.shape), datatype="FP32", parameters={}
        )
        output.set_data_from_numpy(embeddings, binary_data=True)
        return InferResponse(payload.id or "1", "hear", [output])


if __name__ == "__main__":
    ModelServer(http_port=int(sys.argv[1]), enable_grpc=False, workers=1).start([Hear()])
