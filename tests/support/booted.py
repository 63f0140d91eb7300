"""A machine with a real systemd: this one's /usr in a container, everything else fresh.

systemd-nspawn boots in about a second. What a container here cannot show: the limits of control
groups (MemoryMax, TasksMax, DeviceAllow, IPAddressDeny) are not in force in it.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from children import children_of

from coughd.daemon.subscriber import Subscriber

_TOOLS = ("systemd-nspawn", "nsenter", "pulseaudio", "paplay", "pactl")
_PATIENCE_S = 300.0
_INSTALLING_S = 480.0
"""Thousands of files, with TensorFlow tens of thousands."""
_MIC_FOLDER = Path("/run/mic")

_MIC_SERVICE = f"""\
[Unit]
Description=virtual microphone
StartLimitIntervalSec=0
[Service]
Type=exec
DynamicUser=yes
RuntimeDirectory=mic
Environment=HOME={_MIC_FOLDER} XDG_RUNTIME_DIR={_MIC_FOLDER}/x PULSE_RUNTIME_PATH={_MIC_FOLDER}/p
Environment=DBUS_SESSION_BUS_ADDRESS=disabled:
ExecStart=/usr/bin/pulseaudio -n -F /etc/mic.pa --daemonize=no --use-pid-file=no \\
  --exit-idle-time=-1 --realtime=no --high-priority=no
"""
# Without norewinds the sink renders two seconds at a time.
_MIC_PA = f"""\
load-module module-native-protocol-unix auth-anonymous=1 socket={_MIC_FOLDER}/native
load-module module-null-sink sink_name=room rate=48000 channels=1 norewinds=1
set-default-sink room
set-default-source room.monitor
"""
_ASOUND_CONF = f"""\
pcm.!default {{ type pulse server "unix:{_MIC_FOLDER}/native" hint {{ show on description "m" }} }}
ctl.!default {{ type pulse server "unix:{_MIC_FOLDER}/native" }}
"""
CONFIGURATION = """\
config_version: 1
sources: [{id: room, name: Room, kind: microphone, sample_rate_hz: 48000}]
"""


def skip_unless_possible() -> None:
    """Skip the test where this machine cannot boot another; in CI a missing tool is a failure."""
    if os.geteuid() != 0:
        pytest.skip("booting a container needs root")
    missing = [tool for tool in _TOOLS if shutil.which(tool) is None]
    if missing:
        stop = pytest.fail if "CI" in os.environ else pytest.skip
        stop(f"booting a container with a microphone needs {', '.join(missing)}")


@dataclass(frozen=True, slots=True)
class Booted:
    """A running machine, seen from outside."""

    leader: int
    """Its systemd, by our number."""

    def command(self, *words: str | Path) -> list[str | Path]:
        """What to run here to run these words there."""
        return ["nsenter", f"--target={self.leader}", "--all", "--wdns=/", *words]

    def run(
        self, *words: str | Path, check: bool = True, timeout_s: float = _PATIENCE_S
    ) -> subprocess.CompletedProcess[str]:
        """Run to the end, as root."""
        done = subprocess.run(
            self.command(*words), capture_output=True, text=True, check=False, timeout=timeout_s
        )
        if check and done.returncode != 0:
            pytest.fail(f"{words} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done

    def spawn(self, *words: str | Path) -> subprocess.Popen[bytes]:
        """Run beside, unheard; the caller ends it."""
        quiet = subprocess.DEVNULL
        return subprocess.Popen(self.command(*words), stdout=quiet, stderr=quiet)

    def write(self, path: str, text: str) -> None:
        """Make a file with its folders."""
        subprocess.run(
            self.command("sh", "-c", f"mkdir -p $(dirname {path}) && cat > {path}"),
            input=text,
            text=True,
            check=True,
        )

    def copy(self, folder: Path, into: str) -> None:
        """Put a folder of this machine into one of its own."""
        packed = subprocess.run(
            ["tar", "-c", "-C", folder.parent, folder.name], check=True, capture_output=True
        ).stdout
        self.run("mkdir", "-p", into)
        subprocess.run(self.command("tar", "-x", "-C", into), input=packed, check=True)

    def show(self, unit: str, name: str) -> str:
        """One property of a unit."""
        return self.run("systemctl", "show", "--value", f"--property={name}", unit).stdout.strip()

    def journal(self, unit: str) -> str:
        """Everything that a unit said so far, what still was on its way to the journal included."""
        self.run("journalctl", "--sync")
        return self.run("journalctl", "--no-pager", "--output=cat", f"--unit={unit}").stdout

    def until(
        self,
        holds: Callable[[], bool],
        what: str,
        unit: str = "coughd",
        patience_s: float = _PATIENCE_S,
    ) -> float:
        """Ask again and again; gives the seconds it took, fails with the unit's journal."""
        begun_s = time.monotonic()
        while not holds():
            if time.monotonic() - begun_s > patience_s:
                pytest.fail(f"not in time: {what}\n{self.journal(unit)}")
            time.sleep(0.05)
        return time.monotonic() - begun_s

    def play(self, path: Path) -> subprocess.Popen[bytes]:
        """Play a file of this machine into the virtual room."""
        inside = Path("/tmp") / path.name
        subprocess.run(
            self.command("sh", "-c", f"cat > {inside}"), input=path.read_bytes(), check=True
        )
        return self.spawn(
            "env", f"PULSE_SERVER=unix:{_MIC_FOLDER}/native", "HOME=/tmp",
            "paplay", "--latency-msec=2000", inside,
        )  # fmt: skip

    def start_microphone(self) -> None:
        """The virtual microphone, the `default` of ALSA, as `mic.service`."""
        self.write("/etc/systemd/system/mic.service", _MIC_SERVICE)
        self.write("/etc/mic.pa", _MIC_PA)
        self.write("/etc/asound.conf", _ASOUND_CONF)
        self.run("systemctl", "daemon-reload")
        self.revive_microphone()

    def revive_microphone(self) -> None:
        """Start it until it answers: systemd may not have noticed yet that the last one died."""

        def answers() -> bool:
            self.run("systemctl", "start", "mic", check=False)
            ask = self.run("pactl", f"--server={_MIC_FOLDER}/native", "info", check=False)
            return ask.returncode == 0

        self.until(answers, "the virtual microphone", "mic")

    def configure(self, more: str = "") -> None:
        """Listen to the virtual microphone; `more` is YAML to add."""
        self.write("/etc/coughd/config.yaml", CONFIGURATION + more)

    def stream(self, *, ephemeral: bool = False) -> Subscriber:
        """What the service tells, from its beginning."""
        root = f"ipc:///proc/{self.leader}/root/run/coughd"
        return Subscriber(
            f"{root}/events.sock", f"{root}/replay.sock", since_seq=0, ephemeral=ephemeral
        )

    def add_person(self, name: str, uid: int) -> tuple[str, ...]:
        """Somebody with a service manager that runs without a login; gives how they run things.

        Their manager is started without PAM, which the fresh /etc knows nothing of.
        """
        runtime = f"/run/user/{uid}"
        self.write(
            "/etc/systemd/system/user@.service.d/without-pam.conf",
            f"[Service]\nPAMName=\nEnvironment=XDG_RUNTIME_DIR={runtime}\n",
        )
        self.run("systemctl", "daemon-reload")
        self.run("useradd", "--create-home", f"--uid={uid}", name)
        self.run("loginctl", "enable-linger", name)
        manager = f"user@{uid}.service"
        self.until(lambda: self.show(manager, "ActiveState") == "active", "the manager", manager)
        return (
            *("setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "env", "-i"),
            *("PATH=/usr/bin:/bin", f"HOME=/home/{name}", f"XDG_RUNTIME_DIR={runtime}"),
        )

    def install(self) -> str:
        """`coughd service install`, from the environment of this test; gives what it said."""
        command = (sys.executable, "-m", "coughd.daemon", "service", "install")
        return self.run(*command, timeout_s=_INSTALLING_S).stdout


@contextmanager
def boot() -> Iterator[Booted]:
    """Boot a machine, and switch it off; see `skip_unless_possible`."""
    skip_unless_possible()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="booted-")))
        console = stack.enter_context((folder / "console").open("wb"))
        container = subprocess.Popen(
            [
                *("systemd-nspawn", "--quiet", "--register=no", "--keep-unit"),
                *(f"--machine=coughd-test-{os.getpid()}", "--directory=/", "--volatile=yes"),
                *(f"--bind-ro={path}" for path in _shared()),
                # With TensorFlow the program has gigabytes: more than the root may take of memory.
                *("--tmpfs=/opt:mode=755", "--tmpfs=/usr/local/bin", "--console=pipe", "--boot"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=console,
        )
        stack.callback(_switch_off, container)
        booted = _wait_until_up(container, folder / "console")
        # At once, since nobody needs what its services would still put in order.
        stack.callback(os.kill, booted.leader, signal.SIGKILL)
        yield booted


def _shared() -> Sequence[Path]:
    """What the machine needs of this one beside /usr: libraries, our Python, our code."""
    wanted = [
        Path("/etc/ld.so.cache"),
        Path("/etc/alternatives"),
        Path(sys.prefix).resolve(),
        Path(sys.base_prefix).resolve(),
        Path(__file__).resolve().parents[2],
    ]
    needed = [path for path in wanted if path.exists() and not path.is_relative_to("/usr")]
    return [
        path
        for path in dict.fromkeys(needed)
        if not any(path != other and path.is_relative_to(other) for other in needed)
    ]


def _wait_until_up(container: subprocess.Popen[bytes], console: Path) -> Booted:
    deadline_s = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline_s and container.poll() is None:
        # Not what sets the machine up before: that one still sees this machine's own systemd.
        leader = next(filter(_is_first, children_of(container.pid)), None)
        if leader is not None:
            booted = Booted(leader)
            state = booted.run("systemctl", "is-system-running", check=False).stdout.strip()
            # One unit of the first boot fails in a container: that is called degraded.
            if state in {"running", "degraded"}:
                return booted
        time.sleep(0.05)
    pytest.fail(f"the container did not boot:\n{console.read_text(errors='replace')}")


def _is_first(pid: int) -> bool:
    """Whether it is the first process of a machine of its own."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return False
    (numbers,) = (line.split()[1:] for line in status.splitlines() if line.startswith("NSpid:"))
    return len(numbers) > 1 and numbers[-1] == "1"


def _switch_off(container: subprocess.Popen[bytes]) -> None:
    container.terminate()  # nspawn asks the machine to power off
    try:
        container.wait(20)
    except subprocess.TimeoutExpired:
        container.kill()
        container.wait()
