from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# As the daemon has it, before anything imports NumPy: several threads add up in another order on
# some processors, so what the tests compute here would differ from what a daemon has told.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# What is shown must not hang on the terminal, or the service, that the tests are run from.
for variable in (
    "COLUMNS",
    "LINES",
    "NO_COLOR",
    "FORCE_COLOR",
    "TTY_COMPATIBLE",
    "TTY_INTERACTIVE",
    "GITHUB_ACTIONS",
    "PY_COLORS",
):
    os.environ.pop(variable, None)
os.environ["TERM"] = "xterm"

# Nor may what the tools of the machine say, which some tests read, hang on its language.
os.environ.pop("LANGUAGE", None)
os.environ["LC_ALL"] = "C.UTF-8"

# Where a proxy leads out of a machine, none leads into it: the servers of the tests are here.
for variable in ("no_proxy", "NO_PROXY"):
    os.environ[variable] = f"127.0.0.1,localhost,{os.environ.get(variable, '')}"

KINDS = (
    "echo",
    "random",
    "batch_coupled",
    "batch_normed",
    "constant",
    "undefined",
    "restless",
    "narrow",
    "short",
    "unsigned",
    "hungry",
    "moody",
    "xla_cpu",
    "xla_cuda",
    "xla_newer",
    "detector",
    "detector_scores",
)


# How fast a busy machine is must not decide a test. The rest stays as hypothesis has it, here and
# in CI.
settings.register_profile(
    "untimed",
    settings.get_profile(settings.get_current_profile_name()),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("untimed")

# A shell starts what runs in the background deaf to Ctrl-C, and so would be all that tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def lookalikes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one look-alike of HeAR's SavedModel per kind, for reading only.

    Built by another process: this one must stay without TensorFlow, as the daemon does.
    """
    if importlib.util.find_spec("tensorflow") is None:
        pytest.skip("needs TensorFlow: pip install 'coughd[hear]'")
    folder = tmp_path_factory.mktemp("lookalikes")
    script = Path(__file__).parent / "support" / "lookalikes.py"
    subprocess.run(
        [sys.executable, str(script), str(folder), *KINDS],
        check=True,
        capture_output=True,
        env={**os.environ, "CUDA_VISIBLE_DEVICES": "-1"},
    )
    return folder
