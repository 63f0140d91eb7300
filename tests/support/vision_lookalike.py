"""A look-alike with HeAR's architecture and random weights, the same ones for both runtimes.

`python vision_lookalike.py SIZE [--tensorflow FOLDER] [--torch FOLDER] [--noise SHARE]` writes it;
`small` for tests, `large` (1.2 GB) for measuring. `--noise` changes the weights by so much, for a
port that is not true.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coughd.detectors.hear.torch_runtime import mel_matrix, smoothing_matrix

SIZES = {"small": (64, 2, 4, 128), "large": (1024, 24, 16, 4096)}
"""Width, layers, heads, width of the middle of each layer."""
PATCH = 16
PATCHES = (12, 8)
EPSILON = 1e-6
Weights = dict[str, NDArray[np.float32]]


def make_weights(size: str, noise: float) -> Weights:
    """Random weights by the names that the published checkpoint gives them."""
    width, layers, _, middle = SIZES[size]
    rng = np.random.default_rng(42)

    def draw(*shape: int) -> NDArray[np.float32]:
        scale = 0.8 / shape[-1] ** 0.5
        values = rng.standard_normal(shape, np.float32) * scale
        drawn: NDArray[np.float32] = values + noise * np.roll(values, 1, axis=-1)
        return drawn.astype(np.float32)

    weights = {
        "embeddings.cls_token": draw(1, 1, width),
        "embeddings.position_embeddings": draw(1, 1 + PATCHES[0] * PATCHES[1], width),
        "embeddings.patch_embeddings.projection.weight": draw(width, 1, PATCH, PATCH),
        "embeddings.patch_embeddings.projection.bias": draw(width),
        "layernorm.weight": np.ones(width, np.float32),
        "layernorm.bias": draw(width),
        "pooler.dense.weight": draw(512, width),
        "pooler.dense.bias": draw(512),
    }
    for layer in range(layers):
        at = f"encoder.layer.{layer}"
        for name, shape in (
            ("attention.attention.query", (width, width)),
            ("attention.attention.key", (width, width)),
            ("attention.attention.value", (width, width)),
            ("attention.output.dense", (width, width)),
            ("intermediate.dense", (middle, width)),
            ("output.dense", (width, middle)),
        ):
            weights[f"{at}.{name}.weight"] = draw(*shape)
            weights[f"{at}.{name}.bias"] = draw(shape[0])
        for name in ("layernorm_before", "layernorm_after"):
            weights[f"{at}.{name}.weight"] = np.ones(width, np.float32)
            weights[f"{at}.{name}.bias"] = draw(width)
    return weights


def write_torch(folder: Path, size: str, weights: Weights) -> None:
    from safetensors.numpy import save_file

    width, layers, heads, middle = SIZES[size]
    folder.mkdir(parents=True)
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    config = {
        "architectures": ["ViTModel"],
        "model_type": "vit",
        "attention_probs_dropout_prob": 0.0,
        "encoder_stride": 16,
        "hidden_act": "gelu_fast",
        "hidden_dropout_prob": 0.0,
        "hidden_size": width,
        "image_size": [192, 128],
        "intermediate_size": middle,
        "layer_norm_eps": EPSILON,
        "num_attention_heads": heads,
        "num_channels": 1,
        "num_hidden_layers": layers,
        "patch_size": PATCH,
        "pooler_act": "linear",
        "pooler_output_size": 512,
        "qkv_bias": True,
    }
    (folder / "config.json").write_text(json.dumps(config))


def write_tensorflow(folder: Path, size: str, weights: Weights) -> None:
    import tensorflow as tf

    width, layers, heads, _ = SIZES[size]
    module = tf.Module()
    module.held = {
        name.replace(".", "_"): tf.Variable(value, trainable=False, name=name.replace(".", "_"))
        for name, value in weights.items()
    }

    def weight(name: str) -> Any:
        return module.held[name.replace(".", "_")]

    def norm(x: Any, name: str) -> Any:
        mean, variance = tf.nn.moments(x, [-1], keepdims=True)
        scaled = (x - mean) * tf.math.rsqrt(variance + EPSILON)
        return scaled * weight(f"{name}.weight") + weight(f"{name}.bias")

    def dense(x: Any, name: str) -> Any:
        matrix, bias = weight(f"{name}.weight"), weight(f"{name}.bias")
        rows = tf.reshape(x, [-1, matrix.shape[1]])
        product = tf.matmul(rows, matrix, transpose_b=True) + bias
        return tf.reshape(product, [tf.shape(x)[0], -1, matrix.shape[0]])

    def attention(x: Any, at: str) -> Any:
        each = width // heads
        shape = [tf.shape(x)[0], -1, heads, each]
        parts = (dense(x, f"{at}.attention.attention.{n}") for n in ("query", "key", "value"))
        query, key, value = (tf.transpose(tf.reshape(p, shape), [0, 2, 1, 3]) for p in parts)
        scores = tf.nn.softmax(tf.matmul(query, key, transpose_b=True) / np.float32(np.sqrt(each)))
        mixed = tf.transpose(tf.matmul(scores, value), [0, 2, 1, 3])
        joined = tf.reshape(mixed, [tf.shape(x)[0], -1, width])
        return dense(joined, f"{at}.attention.output.dense")

    def front(x: Any) -> Any:
        x = x - tf.reduce_min(x, 1, keepdims=True)
        x = x / (tf.reduce_max(x, 1, keepdims=True) + 1e-8) * 2.0 - 1.0
        hann = tf.signal.hann_window(400, periodic=True)
        frames = tf.signal.frame(x, 400, 160, pad_end=True) * hann
        energy = tf.tensordot(tf.abs(tf.signal.rfft(frames, [400])) ** 2, mel_matrix(), 1)
        smooth = tf.einsum("ts,nsm->ntm", smoothing_matrix(200), energy)
        evened = (energy / (1e-8 + smooth) ** 0.8 + 2.0) ** 0.5 - np.float32(np.sqrt(2.0))
        return tf.image.resize(evened[..., None], [192, 128])[..., 0]

    def served(x: Any) -> dict[str, Any]:
        rows = tf.shape(x)[0]
        patches = tf.reshape(front(x), [rows, PATCHES[0], PATCH, PATCHES[1], PATCH])
        patches = tf.transpose(patches, [0, 1, 3, 2, 4])
        kernel = tf.reshape(weight("embeddings.patch_embeddings.projection.weight"), [width, -1])
        tokens = tf.matmul(tf.reshape(patches, [-1, PATCH * PATCH]), kernel, transpose_b=True)
        tokens += weight("embeddings.patch_embeddings.projection.bias")
        tokens = tf.reshape(tokens, [rows, PATCHES[0] * PATCHES[1], width])
        first = tf.tile(weight("embeddings.cls_token"), [rows, 1, 1])
        x = tf.concat([first, tokens], 1) + weight("embeddings.position_embeddings")
        for layer in range(layers):
            at = f"encoder.layer.{layer}"
            x += attention(norm(x, f"{at}.layernorm_before"), at)
            middle = dense(norm(x, f"{at}.layernorm_after"), f"{at}.intermediate.dense")
            x += dense(tf.nn.gelu(middle, approximate=True), f"{at}.output.dense")
        last = norm(x[:, :1], "layernorm")
        return {"output_0": dense(last, "pooler.dense")[:, 0]}

    traced = tf.function(served, autograph=False).get_concrete_function(
        tf.TensorSpec([None, 32_000], tf.float32, name="x")
    )
    tf.saved_model.save(module, str(folder), {"serving_default": traced})


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("size", choices=SIZES)
    parser.add_argument("--tensorflow", type=Path)
    parser.add_argument("--torch", type=Path)
    parser.add_argument("--noise", type=float, default=0.0)
    options = parser.parse_args()
    weights = make_weights(options.size, options.noise)
    if options.tensorflow:
        write_tensorflow(options.tensorflow, options.size, weights)
    if options.torch:
        write_torch(options.torch, options.size, weights)


if __name__ == "__main__":
    main()
