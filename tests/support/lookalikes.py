"""Look-alikes of HeAR's SavedModel: the exact signature, none of the weights.

`python lookalikes.py FOLDER KIND...` writes each kind to FOLDER/KIND with TensorFlow; the rest of
this file needs numpy only, so that a test can know what the echo must say.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

BLOCKS = 250
BLOCK_SAMPLES = 128
DIRECT = 262
_rng = np.random.default_rng(7)
BLOCK_WEIGHTS = _rng.uniform(0.5, 1.5, BLOCK_SAMPLES).astype(np.float32)
DIRECT_SAMPLES = np.sort(_rng.choice(BLOCKS * BLOCK_SAMPLES, DIRECT, replace=False))


def fingerprint(window: NDArray[np.float32]) -> NDArray[np.float32]:
    """What the echo answers to `window`: 250 sums that hold every sample, and 262 samples."""
    span = window.max() - window.min()
    scaled = (window - window.min()) / span * 2 - 1
    sums = scaled.reshape(BLOCKS, BLOCK_SAMPLES) @ BLOCK_WEIGHTS
    return np.concatenate([sums, scaled[DIRECT_SAMPLES]]).astype(np.float32)


def _kinds(tf: Any) -> Mapping[str, Callable[[Any], Any]]:
    rng = np.random.default_rng(11)
    first = tf.Variable(rng.standard_normal((160, 64)).astype(np.float32) / 13, trainable=False)
    second = tf.Variable(rng.standard_normal((64, 512)).astype(np.float32) / 8, trainable=False)

    def echo(x: Any) -> Any:
        sums = tf.linalg.matvec(tf.reshape(x, [-1, BLOCKS, BLOCK_SAMPLES]), BLOCK_WEIGHTS)
        return tf.concat([sums, tf.gather(x, DIRECT_SAMPLES, axis=1)], 1) + 0.0 * second[0, 0]

    def network(x: Any) -> Any:
        hidden = tf.nn.relu(tf.tensordot(tf.reshape(x, [-1, 200, 160]), first, 1))
        return tf.tanh(tf.reduce_mean(hidden, 1) @ second)

    def scaled(x: Any, axis: int | None) -> Any:
        x = x - tf.reduce_min(x, axis, keepdims=True)
        return x / (tf.reduce_max(x, axis, keepdims=True) + 1e-8) * 2.0 - 1.0

    return {
        "echo": echo,
        "random": lambda x: network(scaled(x, 1)),
        "batch_coupled": lambda x: network(scaled(x, None)),
        "batch_normed": lambda x: network(x - tf.reduce_mean(x)),
        "constant": lambda x: 0.0 * network(x) + 1.0,
        "undefined": lambda x: network(x) / 0.0,
        "restless": lambda x: network(x) + tf.random.normal([512]),
        "narrow": lambda x: network(x)[:, :256],
        "short": network,
        "unsigned": network,
        "cuda_only": network,
    }


def _build(folder: Path, kinds: list[str]) -> None:
    import tensorflow as tf

    functions = _kinds(tf)
    for kind in kinds:
        module = tf.Module()
        samples = 16_000 if kind == "short" else 32_000
        function = functions[kind]

        def served(x: Any, function: Callable[[Any], Any] = function) -> Any:
            return {"output_0": function(x)}

        traced = tf.function(served).get_concrete_function(
            tf.TensorSpec([None, samples], tf.float32, name="x")
        )
        module.held = list(traced.variables)
        tf.saved_model.save(
            module, str(folder / kind), {} if kind == "unsigned" else {"serving_default": traced}
        )
        if kind == "cuda_only":
            _claim_platform(folder / kind / "saved_model.pb", b"CUDA")


def _claim_platform(path: Path, platform: bytes) -> None:
    """Add an XlaCallModule for `platform` to the graph, as an export from JAX holds one."""
    from tensorflow.core.protobuf import saved_model_pb2

    saved = saved_model_pb2.SavedModel()
    saved.ParseFromString(path.read_bytes())
    node = saved.meta_graphs[0].graph_def.library.function[0].node_def.add()
    node.name, node.op = "exported", "XlaCallModule"
    node.attr["platforms"].list.s.append(platform)
    path.write_bytes(saved.SerializeToString())


if __name__ == "__main__":
    _build(Path(sys.argv[1]), sys.argv[2:])
