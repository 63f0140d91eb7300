"""The shipped unit on a real systemd, from its installation to its removal.

The tests share a machine and run in their order; each leaves the service as it found it. Unless it
says otherwise, nothing of the unit is changed for the test.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from booted import Booted
from installed import (
    DROP_INS,
    PATIENCE_S,
    UNIT,
    changed,
    coughs,
    last_sign_us,
    main_pid,
    restart,
    restarts,
    until,
)

from coughd.daemon.subscriber import Subscriber
from coughd.detectors.ports import SAMPLE_RATE_HZ
from coughd.detectors.synthesis import bundled_scene

_SCENE_S = 13
_COUGHS = 5
"""So many begin in it."""
_ATTEMPTS = Path(__file__).parents[1] / "support" / "attempts.py"


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scene") / "scene.wav"
    sound = bundled_scene().samples[: _SCENE_S * SAMPLE_RATE_HZ]
    sound = np.concatenate([sound, np.zeros(3 * SAMPLE_RATE_HZ, np.float32)])
    soundfile.write(path, soxr.resample(sound, SAMPLE_RATE_HZ, 48_000), 48_000, subtype="PCM_16")
    return path


def test_one_step_installs_and_says_what_it_did(machine: Booted) -> None:
    said = machine.install()  # over the one that is there: an upgrade
    for path in (f"/etc/systemd/system/{UNIT}", "/etc/sysusers.d/coughd.conf"):
        assert f"Wrote {path}" in said
        machine.run("test", "-s", path)
    assert "/var/lib/coughd" in said
    assert ("active", "enabled") == (
        machine.show(UNIT, "ActiveState"),
        machine.show(UNIT, "UnitFileState"),
    )
    shown = machine.run("coughd", "service", "status", "--json").stdout
    assert ("active", True) == (json.loads(shown)["state"], json.loads(shown)["enabled"])


def test_the_installed_unit_is_without_fault_and_tight(machine: Booted) -> None:
    machine.run("systemd-analyze", "verify", "--recursive-errors=yes", UNIT)
    unit = f"/etc/systemd/system/{UNIT}"
    security = machine.run(
        "systemd-analyze", "security", "--offline=true", "--threshold=16", unit
    )  # fmt: skip
    assert re.search(r"Overall exposure level for coughd.service: 1\.[0-6] ", security.stdout)


def test_a_played_scene_is_told_and_remembered(machine: Booted, scene: Path) -> None:
    before = len(coughs(machine))
    with machine.stream() as stream:
        until(stream, "source.up")
        player = machine.play(scene)
        told: list[str] = []
        while len(told) < _COUGHS:
            body = until(stream, "cough.event.end").body
            if body["counted"]:
                told.append(str(body["event_id"]))
    assert player.wait(PATIENCE_S) == 0
    remembered = [str(event["event_id"]) for event in coughs(machine)[before:]]
    assert told == remembered
    assert restarts(machine) == 0


def test_a_reload_takes_what_it_can_and_names_the_rest(machine: Booted, scene: Path) -> None:
    pid = main_pid(machine)
    machine.configure("probe: {threshold: 0.01}\nsite: elsewhere\n")
    machine.run("systemctl", "reload", UNIT)
    machine.until(lambda: "needs a restart to be taken: site" in machine.journal(UNIT), "the rest")
    assert "taken: probe.threshold" in machine.journal(UNIT)
    with machine.stream() as stream:
        before = until(stream, "cough.event.end").body
        player = machine.play(scene)
        after = before
        while after["threshold"] != 0.01:
            after = until(stream, "cough.event.end").body
    player.kill()
    player.wait()
    assert before["threshold"] != 0.01
    assert before["config_sha256"] != after["config_sha256"]
    assert before["site"] == after["site"]
    machine.configure()
    machine.run("systemctl", "reload", UNIT)
    assert pid == main_pid(machine)


def test_a_mistake_makes_the_reload_fail_and_nothing_else(machine: Booted) -> None:
    pid = main_pid(machine)
    machine.configure("sourcess: []\n")
    failed = machine.run("systemctl", "reload", UNIT, check=False)
    machine.configure()
    assert failed.returncode != 0
    assert "did you mean 'sources'" in machine.journal(UNIT).casefold()
    assert (pid, "active") == (main_pid(machine), machine.show(UNIT, "ActiveState"))


def test_a_wrong_configuration_is_not_tried_again(machine: Booted) -> None:
    machine.configure("sourcess: []\n")
    machine.run("systemctl", "restart", UNIT, check=False)
    machine.until(lambda: machine.show(UNIT, "ActiveState") == "failed", "the end")
    assert ("78", 0) == (machine.show(UNIT, "ExecMainStatus"), restarts(machine))
    status = machine.run("coughd", "service", "status", check=False)
    assert (1, "failed (failed)") == (status.returncode, status.stdout.splitlines()[0])
    machine.configure()
    machine.run("systemctl", "restart", UNIT)


def test_a_killed_daemon_comes_back(machine: Booted) -> None:
    pid = main_pid(machine)
    machine.run("systemctl", "kill", "--kill-who=main", "--signal=KILL", UNIT)
    machine.until(
        lambda: (
            main_pid(machine) not in {pid, "0"} and machine.show(UNIT, "ActiveState") == "active"
        ),
        "another daemon",
    )
    assert restarts(machine) == 1
    machine.run("systemctl", "restart", UNIT)


def test_a_hanging_daemon_is_restarted_and_a_deaf_one_is_not(machine: Booted) -> None:
    """With a watchdog of 3 s in place of 30, so that the test need not wait so long."""
    with changed(machine, "watchdog", "WatchdogSec=3"):
        with machine.stream() as stream:
            machine.run("systemctl", "stop", "mic")
            until(stream, "source.down")
            deaf_us = last_sign_us(machine)
            machine.until(lambda: last_sign_us(machine) > deaf_us + 5_000_000, "signs of life")
            machine.revive_microphone()
            until(stream, "source.up")
        assert restarts(machine) == 0
        pid = main_pid(machine)
        machine.run("systemctl", "kill", "--kill-who=main", "--signal=STOP", UNIT)
        machine.until(
            lambda: restarts(machine) == 1 and machine.show(UNIT, "ActiveState") == "active",
            "another daemon",
        )
        assert pid != main_pid(machine)
        assert "Fatal Python error: Aborted" in machine.journal(UNIT)  # and where it hung


@pytest.mark.parametrize("moment", ["listening", "frozen microphone", "starting", "full disk"])
def test_it_stops_cleanly_within_five_seconds(machine: Booted, moment: str) -> None:
    """Judged by systemd itself: beyond the limit it kills, and says that the stop timed out."""
    with changed(machine, "stop", "TimeoutStopSec=5"):
        if moment == "frozen microphone":
            machine.run("systemctl", "kill", "--kill-who=main", "--signal=STOP", "mic")
        elif moment == "starting":
            pid = main_pid(machine)
            machine.run("systemctl", "restart", "--no-block", UNIT)
            machine.until(lambda: main_pid(machine) not in {pid, "0"}, "a new process")
        elif moment == "full disk":
            machine.run("systemctl", "stop", UNIT)
            machine.run("mount", "-t", "tmpfs", "-o", "size=40m,mode=0777", "disk", "/srv")
            machine.configure("store: {data_dir: /srv/coughd}\n")
            machine.write(f"{DROP_INS}/disk.conf", "[Service]\nReadWritePaths=/srv\n")
            restart(machine)
            machine.run("sh", "-c", "cat /dev/zero > /srv/rest || true")
        try:
            machine.run("systemctl", "stop", UNIT)
            # Until it has anything to close, it ends as the signal has it. Without any room it may
            # have to say, by its exit code, what it could not write.
            also = {
                "starting": ("success", str(int(signal.SIGTERM))),
                "full disk": ("exit-code", str(os.EX_IOERR)),
            }
            ended = (machine.show(UNIT, "Result"), machine.show(UNIT, "ExecMainStatus"))
            assert ended in {("success", "0"), also.get(moment)}
        finally:
            if moment == "frozen microphone":
                machine.run("systemctl", "kill", "--kill-who=main", "--signal=CONT", "mic")
            elif moment == "full disk":
                machine.run("umount", "/srv")
                machine.run("rm", f"{DROP_INS}/disk.conf")
                machine.configure()


def test_it_cannot_do_what_it_must_not(machine: Booted) -> None:
    """The same attempts by root succeed, so that each means something."""
    machine.write("/home/alice/diary", "dear diary\n")
    machine.write("/tmp/of-another", "x")
    machine.write("/opt/attempts.py", _ATTEMPTS.read_text(encoding="utf-8"))
    python = "/opt/coughd/bin/python"
    unit = machine.run("cat", f"/etc/systemd/system/{UNIT}").stdout
    caged = re.sub(r"(?m)^ExecStart=.*$", f"ExecStart={python} /opt/attempts.py", unit)
    caged = caged.replace("Type=notify", "Type=oneshot").replace("WatchdogSec=30", "")
    assert caged.count("attempts.py") == 1
    machine.run("systemctl", "stop", UNIT)
    machine.write("/etc/systemd/system/caged.service", caged.replace("on-failure", "no"))
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "start", "caged")
    possible = json.loads(machine.journal("caged").split("[", 1)[1].split("]", 1)[0].join("[]"))
    by_root = json.loads(machine.run("unshare", "--mount", python, "/opt/attempts.py").stdout)
    machine.run("systemctl", "start", UNIT)
    assert possible == []
    assert len(by_root) > 15


def test_people_of_its_group_hear_the_stream_and_others_do_not(machine: Booted) -> None:
    """Of their two processes only the one in the group may open the socket."""
    knock = "import socket; s = socket.socket(socket.AF_UNIX); s.connect('/run/coughd/events.sock')"
    python = ("/opt/coughd/bin/python", "-c", knock)
    member = machine.run(
        "setpriv", "--reuid=12345", "--regid=12345", "--groups=coughd", *python, check=False
    )  # fmt: skip
    stranger = machine.run(
        "setpriv", "--reuid=12345", "--regid=12345", "--clear-groups", *python, check=False
    )  # fmt: skip
    assert (0, True) == (member.returncode, "PermissionError" in stranger.stderr)
    assert machine.run("stat", "--format=%a", "/var/lib/coughd").stdout == "700\n"


def test_a_person_has_a_service_of_their_own(machine: Booted, scene: Path) -> None:
    """On a desktop: copied from the system's installation, since root's Python is out of reach."""
    person = machine.add_person("bob", 1001)
    home = "/home/bob"
    refused = machine.run(*person, "/opt/coughd/bin/coughd", "service", "install", check=False)
    assert (64, True) == (refused.returncode, "--user" in refused.stderr)
    machine.run(*person, "mkdir", "-p", f"{home}/.config/coughd")
    machine.run(*person, "cp", "/etc/coughd/config.yaml", f"{home}/.config/coughd/config.yaml")
    machine.run(*person, "/opt/coughd/bin/coughd", "service", "install", "--user")
    root = f"ipc:///proc/{machine.leader}/root/run/user/1001/coughd"
    with Subscriber(f"{root}/events.sock", f"{root}/replay.sock", since_seq=0) as stream:
        until(stream, "source.up")
        player = machine.play(scene)
        heard = until(stream, "cough.event.end").body["event_id"]
    player.kill()
    player.wait()
    machine.run(*person, "systemctl", "--user", "reload", UNIT)
    coughd = f"{home}/.local/bin/coughd"
    machine.run(*person, coughd, "service", "status", "--user")
    history = machine.run(*person, coughd, "history", "--since", "1h", "--rejected", "--json")
    assert str(heard) in history.stdout
    said = machine.run(*person, coughd, "service", "uninstall", "--user").stdout
    assert f"rm -r {home}/.local/share/coughd {home}/.config/coughd" in said
    machine.run("test", "-s", f"{home}/.local/share/coughd/coughd.sqlite3")
    assert machine.run("test", "-e", f"{home}/.local/lib/coughd", check=False).returncode == 1


def test_uninstalling_leaves_the_data_and_a_gpu_may_have_come(machine: Booted) -> None:
    # A stop decides what was still open, so count after it.
    machine.run("systemctl", "stop", UNIT)
    heard = len(coughs(machine))
    said = machine.run("/opt/coughd/bin/coughd", "service", "uninstall").stdout
    assert "rm -r /var/lib/coughd /etc/coughd" in said
    assert machine.show(UNIT, "LoadState") == "not-found"
    absent = machine.run(sys.executable, "-m", "coughd.daemon", "service", "status", check=False)
    assert (1, True) == (absent.returncode, "no such service" in absent.stdout)
    for path in ("/opt/coughd", f"/etc/systemd/system/{UNIT}", "/usr/local/bin/coughd"):
        assert machine.run("test", "-e", path, check=False).returncode == 1, path
    machine.write("/dev/nvidiactl", "")  # as a machine with a GPU has it
    assert f"Wrote {DROP_INS}/gpu.conf" in machine.install()
    assert "/var/cache/coughd/cuda" in machine.show(UNIT, "Environment")
    machine.run("systemd-analyze", "verify", "--recursive-errors=yes", UNIT)
    assert heard == len(coughs(machine))
    assert heard >= _COUGHS
