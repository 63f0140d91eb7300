"""TensorFlow alone, as the measure for what our process costs: answers questions on its input.

`python -m benchmarks.hear_bare FOLDER` loads the SavedModel; then each line `call N` or
`matmul TYPE` is answered by the seconds that it took.
"""

from __future__ import annotations

import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
SIDE = 2048
"""Rows and columns of the matrices that show what the machine can do at most."""


def main() -> None:
    import tensorflow as tf  # noqa: PLC0415 - nowhere else in the benchmarks

    os.nice(10)  # as the process that it is compared with
    signature = tf.saved_model.load(sys.argv[1]).signatures["serving_default"]
    rng = tf.random.Generator.from_seed(1)
    windows = {rows: rng.uniform([rows, 32_000], -1.0, 1.0) for rows in (1, 8)}
    squares = {name: tf.cast(rng.uniform([SIDE, SIDE]), name) for name in ("float32", "bfloat16")}
    print("ready", flush=True)
    for line in sys.stdin:
        what, how = line.split()
        began_s = time.perf_counter()
        if what == "call":
            signature(x=windows[int(how)])["output_0"].numpy()
        else:
            tf.matmul(squares[how], squares[how]).numpy()
        print(time.perf_counter() - began_s, flush=True)


if __name__ == "__main__":
    main()
