"""Canaries: secrets in every place that takes one, looked for in everything that is said."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from command_line import command, coughd
from living_daemon import LivingDaemon, write_recording

PASSWORD = "canary-in-the-yellow-cage"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@dataclass(frozen=True)
class House:
    """A daemon with keys of every kind, and their secrets."""

    config: Path
    daemon: LivingDaemon
    secrets: Mapping[str, str]

    def silent(self, text: str) -> None:
        """The text gives no secret away."""
        for name, secret in self.secrets.items():
            assert secret not in text, name


def secret_of(file: Path) -> str:
    return str(json.loads(file.read_text())["secret_key"])


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    recording = write_recording(folder / "sound.flac", 1)
    config = folder / "config.yaml"
    document = {
        "config_version": 1,
        "sources": [{"id": "bed", "kind": "file", "path": str(recording), "loop": True}],
        "store": {"data_dir": str(folder / "data")},
        "stream": {
            "publish": f"tcp://127.0.0.1:{free_port()}",
            "replay": f"tcp://127.0.0.1:{free_port()}",
            "curve": True,
        },
        "clips": {"keep": True, "key_file": str(folder / "clips.key")},
        "logging": {"level": "debug"},
    }
    config.write_text(json.dumps(document))
    assert coughd("clips", "new-key", folder / "clips.key").exit_code == 0
    made = coughd("keys", "new", "alice", "-o", folder / "alice.key", "-c", config)
    assert made.exit_code == 0, made.complaints
    secrets = {
        "server": secret_of(folder / "data" / "keys" / "server.json"),
        "alice": secret_of(folder / "alice.key"),
        "clips": (folder / "clips.key").read_text().strip(),
    }
    with LivingDaemon(config) as daemon:
        daemon.until("source that is up", lambda: " is up " in daemon.log)
        yield House(config, daemon, secrets)


def test_no_secret_is_in_the_process_list(house: House) -> None:
    """Nor in an environment, which children inherit."""
    with subprocess.Popen(
        command("watch", "--key", house.config.parent / "alice.key", "-c", house.config),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as watching:
        assert watching.stdout is not None
        first = watching.stdout.readline()
        lines = []
        for process in Path("/proc").iterdir():
            if process.name.isdecimal():
                for part in ("cmdline", "environ"):
                    with suppress(OSError):
                        lines.append((process / part).read_text(errors="replace"))
        watching.kill()
    assert first  # it was let in and heard something
    assert any("alice.key" in each for each in lines)
    house.silent("\n".join([*lines, first]))


@pytest.mark.parametrize(
    "words",
    [
        ("status", "--json"),
        ("privacy", "--json"),
        ("keys", "list", "--json"),
        ("check-config", "--print"),
        ("clips", "list", "--json"),
    ],
)
def test_no_command_says_a_secret(house: House, words: tuple[str, ...]) -> None:
    said = coughd(*words, "-c", house.config)
    assert said.lines
    house.silent("\n".join([*said.lines, said.complaints]))


def test_a_support_bundle_has_the_status_and_no_secret(house: House) -> None:
    """The daemon answers only who has a key, and its own machine has one."""
    path = house.config.parent / "bundle.tar.gz"
    assert coughd("support-bundle", "-o", path, "-c", house.config).exit_code == 0
    with tarfile.open(path) as archive:
        files = [(entry.name, archive.extractfile(entry)) for entry in archive]
        parts = {name: file.read().decode() for name, file in files if file is not None}
    assert json.loads(parts["coughd-support/status.json"])["pid"] == house.daemon.process.pid
    house.silent("\n".join(parts.values()))


def test_no_log_line_says_a_secret_even_of_a_stranger(house: House) -> None:
    """A stranger's own secret is none of ours, but his key's must not come back either."""
    stranger = house.config.parent / "stranger.key"
    document = json.loads((house.config.parent / "alice.key").read_text())
    elsewhere = house.config.parent / "elsewhere.yaml"
    elsewhere.write_text(
        json.dumps({"config_version": 1, "store": {"data_dir": str(house.config.parent / "other")}})
    )
    assert coughd("keys", "new", "eve", "-o", stranger, "-c", elsewhere).exit_code == 0
    theirs = json.loads(stranger.read_text()) | {"server_key": document["server_key"]}
    stranger.write_text(json.dumps(theirs))
    with subprocess.Popen(
        command("watch", "--key", stranger, "-c", house.config),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as watching:
        assert watching.stderr is not None
        lines = iter(watching.stderr.readline, "")
        said = next((line for line in lines if "refuses to talk" in line), "")
        watching.kill()
    assert said
    house.daemon.until("refusal", lambda: "not, or no longer, on the list" in house.daemon.log)
    house.silent(house.daemon.log + said)
    assert theirs["secret_key"] not in house.daemon.log + said


@pytest.mark.parametrize(
    ("file", "content"),
    [("data/keys/server.json", '"secret_key": "{secret}x"'), ("clips.key", "{secret}x")],
)
def test_no_error_says_what_is_in_a_damaged_key(tmp_path: Path, file: str, content: str) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{" + content.format(secret=PASSWORD) + "}")
    path.chmod(0o600)
    config = tmp_path / "config.yaml"
    config.write_text(
        json.dumps(
            {
                "config_version": 1,
                "store": {"data_dir": "data"},
                "sources": [{"id": "bed", "kind": "file", "path": "none.wav"}],
                "stream": {"publish": f"tcp://127.0.0.1:{free_port()}", "curve": True},
                "clips": {"keep": True, "key_file": "clips.key"},
            }
        )
    )
    for words in (("run",), ("status",), ("keys", "new", "bob", "-o", tmp_path / "bob.key")):
        said = coughd(*words, "-c", config)
        assert said.exit_code != 0 or words[0] == "keys"
        assert PASSWORD not in "\n".join([*said.lines, said.complaints])
        assert "Traceback" not in said.complaints


@pytest.mark.parametrize(
    "words",
    [("run",), ("status",), ("history",), ("privacy",), ("doctor",), ("check-config", "--print")],
)
def test_no_password_of_a_database_is_said(tmp_path: Path, words: tuple[str, ...]) -> None:
    config = tmp_path / "config.yaml"
    url = f"postgresql+psycopg://coughd:{PASSWORD}@127.0.0.1:1/coughd?connect_timeout=1"
    config.write_text(
        json.dumps({"config_version": 1, "store": {"url": url, "data_dir": str(tmp_path / "d")}})
    )
    said = coughd(*words, "-c", config)
    everything = "\n".join([*said.lines, said.complaints])
    assert everything.strip()
    assert PASSWORD not in everything
    assert os.EX_SOFTWARE != said.exit_code, everything
