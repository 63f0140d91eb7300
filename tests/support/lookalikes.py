"""Look-alikes of HeAR's SavedModels: the exact signatures, none of the weights.

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


STABLEHLO = Path(__file__).with_name("network.stablehlo")
"""The network of the kinds below, precompiled for a CPU as exports from JAX hold it: written by
`jax.export` of JAX 0.10.2 (two weights and windows of any number in, embeddings out)."""
STABLEHLO_VERSION = 10
TOO_LARGE = 1 << 46
"""Numbers that no memory holds, so that an allocation fails as it does on a full device."""
HUNGRY_ABOVE = 4
LABELS = 8
OUTPUTS = {"detector": ("mobilenetv3_small_model",), "detector_scores": ("frontend", "scores")}


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

    def precompiled(x: Any, platform: str, version: int = STABLEHLO_VERSION) -> Any:
        from tensorflow.compiler.tf2xla.python import xla

        (embeddings,) = xla.call_module(
            [first.value(), second.value(), x],
            version=version,
            module=STABLEHLO.read_bytes(),
            Tout=[tf.float32],
            Sout=[tf.TensorShape([None, 512])],
            platforms=[platform],
        )
        return embeddings

    def hungry(x: Any) -> Any:
        rows = tf.shape(x, out_type=tf.int64)[0]
        wanted = tf.where(rows > HUNGRY_ABOVE, tf.constant(TOO_LARGE, tf.int64), 1)
        return network(scaled(x, 1)) + 0.0 * tf.fill([wanted], x[0, 0])[0]

    def moody(x: Any) -> Any:
        """A batch of several windows is out of memory; by chance, a test would miss it."""
        wanted = tf.where(tf.shape(x)[0] > 1, tf.constant(TOO_LARGE, tf.int64), 1)
        return echo(scaled(x, 1)) + 0.0 * tf.fill([wanted], x[0, 0])[0]

    def loudness(x: Any) -> Any:
        """A detector whose first score says how loud a window is, the others nothing."""
        level = tf.reduce_max(tf.abs(x), 1, keepdims=True) + 0.0 * first[0, 0]
        return tf.concat([tf.sigmoid(20.0 * (level - 0.1)), 0.0 * x[:, : LABELS - 1]], 1)

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
        "hungry": hungry,
        "moody": moody,
        "xla_cpu": lambda x: precompiled(x, "CPU"),
        "xla_cuda": lambda x: precompiled(x, "CUDA"),
        "xla_newer": lambda x: precompiled(x, "CPU"),
        "detector": loudness,
        "detector_scores": loudness,
    }


def _build(folder: Path, kinds: list[str]) -> None:
    import tensorflow as tf

    functions = _kinds(tf)
    for kind in kinds:
        module = tf.Module()
        samples = 16_000 if kind == "short" else 32_000
        rows = 1 if kind == "detector" else None
        function = functions[kind]

        def served(
            x: Any, function: Callable[[Any], Any] = function, kind: str = kind
        ) -> dict[str, Any]:
            names = OUTPUTS.get(kind, ("output_0",))
            return {**dict.fromkeys(names[:-1], x), names[-1]: function(x)}

        name = "audio_wav" if kind == "detector" else "x"
        traced = tf.function(served).get_concrete_function(
            tf.TensorSpec([rows, samples], tf.float32, name=name)
        )
        module.held = list(traced.variables)
        tf.saved_model.save(
            module, str(folder / kind), {} if kind == "unsigned" else {"serving_default": traced}
        )
        if kind == "xla_newer":
            _claim_version(folder / kind / "saved_model.pb", 99)


def _claim_version(path: Path, version: int) -> None:
    """Say that the precompiled part is of a version that no TensorFlow runs yet."""
    from tensorflow.core.protobuf import saved_model_pb2

    saved = saved_model_pb2.SavedModel()
    saved.ParseFromString(path.read_bytes())
    for function in saved.meta_graphs[0].graph_def.library.function:
        for node in function.node_def:
            if node.op == "XlaCallModule":
                node.attr["version"].i = version
    path.write_bytes(saved.SerializeToString())


if __name__ == "__main__":
    _build(Path(sys.argv[1]), sys.argv[2:])
