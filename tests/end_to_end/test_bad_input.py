"""What a user may get wrong, through the commands: its sentence, its exit code, nothing harmed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import fake_sounddevice
import pytest
import soundfile
from command_line import PATIENCE_S, Said, command, coughd, environment

from coughd.daemon.subscriber import Message, Subscriber
from coughd.detectors.ports import SAMPLE_RATE_HZ
from coughd.detectors.runtime import SHIPPED_MODELS
from coughd.detectors.synthesis import bundled_scene
from coughd.storage.home import HOME, home_of
from coughd.storage.schema import SCHEMA_VERSION

FIFTY_MISTAKES = Path(__file__).parents[1] / "config" / "fifty_mistakes.yaml"
STORE_FILE = "coughd.sqlite3"


@pytest.fixture(scope="module")
def heard_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory in which one cough is stored."""
    folder = tmp_path_factory.mktemp("before")
    said = coughd("run", "--config", write_config(folder))
    assert said.exit_code == os.EX_OK, said.complaints
    return folder / "data"


@pytest.fixture
def folder(heard_before: Path, tmp_path: Path) -> Path:
    """A folder of its own for each test, with that data, and at home there."""
    store = shutil.copytree(heard_before, tmp_path / "data") / STORE_FILE
    with closing(sqlite3.connect(store)) as connection, connection:
        connection.execute("update meta set value = ? where key = ?", (home_of(store), HOME))
    return tmp_path


def write_config(folder: Path, **changes: object) -> Path:
    """A configuration that works, with some of its top-level keys changed."""
    sound = folder / "sound.wav"
    soundfile.write(sound, bundled_scene().samples[: 4 * SAMPLE_RATE_HZ], SAMPLE_RATE_HZ)
    config = {
        "config_version": 1,
        "sources": [{"id": "bed", "kind": "file", "path": "sound.wav", "pace": "fast"}],
        "store": {"data_dir": "data"},
        "stream": {
            "publish": f"ipc://{folder}/events.sock",
            "replay": f"ipc://{folder}/replay.sock",
        },
        **changes,
    }
    path = folder / "config.yaml"
    path.write_text(json.dumps(config))
    return path


def stored(data_dir: Path) -> list[str]:
    """All that the store holds, as SQL."""
    with closing(sqlite3.connect(data_dir / STORE_FILE)) as connection:
        return list(connection.iterdump())


def assert_one_sentence(said: Said, exit_code: int, says: str) -> None:
    assert (said.exit_code, said.lines) == (exit_code, [])
    (sentence,) = said.complaints.splitlines()
    assert sentence.startswith("coughd: ")
    assert says in sentence


@pytest.mark.parametrize("verb", ["check-config", "run"])
def test_fifty_mistakes_are_told_at_once(verb: str, folder: Path) -> None:
    config = folder / "config.yaml"
    before = stored(folder / "data")
    shutil.copy(FIFTY_MISTAKES, config)
    said = coughd(verb, "--config", config)
    assert said.exit_code == os.EX_CONFIG
    heading, *mistakes = said.complaints.splitlines()
    marked = [line.partition("#! ") for line in FIFTY_MISTAKES.read_text().splitlines()]
    expected = [
        f"{config}:{number}: {text}"
        for number, (_, marker, text) in enumerate(marked, start=1)
        if marker
    ]
    assert len(expected) >= 50
    assert heading == f"coughd: {config} has {len(expected)} mistakes:"
    assert mistakes == expected
    assert stored(folder / "data") == before


@pytest.mark.parametrize("arguments", [("cough",), ("history", "--bye"), ("watch", "--since", "x")])
def test_a_command_that_does_not_exist(arguments: tuple[str, ...]) -> None:
    said = coughd(*arguments)
    assert (said.exit_code, said.lines) == (os.EX_USAGE, [])
    assert said.complaints.startswith("Usage: ")
    assert arguments[:2][-1] in said.complaints.splitlines()[-1]


@pytest.mark.parametrize("verb", ["check-config", "run", "history"])
def test_a_named_configuration_that_is_missing(verb: str, tmp_path: Path) -> None:
    config = tmp_path / "nowhere.yaml"
    said = coughd(verb, "--config", config)
    assert_one_sentence(said, os.EX_CONFIG, f"there is no configuration file {config}: check")


def test_a_folder_is_no_configuration(tmp_path: Path) -> None:
    said = coughd("check-config", "--config", tmp_path)
    assert_one_sentence(said, os.EX_CONFIG, f"cannot read the configuration file {tmp_path}: Is a")


def test_a_data_directory_in_which_nothing_can_be_made(tmp_path: Path) -> None:
    """Below /proc even root may not."""
    said = coughd("run", "--config", write_config(tmp_path, store={"data_dir": "/proc/coughd"}))
    assert_one_sentence(said, os.EX_IOERR, "/proc/coughd/coughd.lock: cannot be made or written")
    assert "name another one in store.data_dir" in said.complaints


def test_a_data_directory_below_a_file(tmp_path: Path) -> None:
    letter = tmp_path / "letter"
    letter.write_text("not a folder")
    said = coughd("run", "--config", write_config(tmp_path, store={"data_dir": "letter/data"}))
    assert_one_sentence(said, os.EX_IOERR, "cannot be made or written (Not a directory)")
    assert letter.read_text() == "not a folder"


def probe_of_another_embedder(folder: Path) -> Path:
    path = folder / "foreign-probe.json"
    probe = json.loads((SHIPPED_MODELS / "probe-open.json").read_text())
    embedder = {"name": "hear@9b2eb28", "sha256": "0" * 64}
    path.write_text(json.dumps(probe | {"embedder": embedder}))
    return path


def newer_store(folder: Path) -> Path:
    with closing(sqlite3.connect(folder / "data" / STORE_FILE)) as connection:
        connection.execute("update meta set value = '99' where key = 'schema_version'")
        connection.commit()
    return folder


@pytest.mark.parametrize(
    ("changes", "exit_code", "says"),
    [
        (
            lambda folder: {"sources": [{"id": "bed", "kind": "file", "path": "gone.wav"}]},
            os.EX_DATAERR,
            "/gone.wav' cannot be read: No such file or directory; check path and rights",
        ),
        (
            lambda folder: {"probe": {"path": str(probe_of_another_embedder(folder))}},
            os.EX_SOFTWARE,
            "was fitted on the embedder hear@9b2eb28, but open@",
        ),
        (
            lambda folder: {"site": newer_store(folder).name},
            os.EX_IOERR,
            f"the store has version 99, this coughd knows up to {SCHEMA_VERSION}; upgrade coughd",
        ),
    ],
    ids=["no such sound", "probe of another embedder", "newer store"],
)
def test_what_cannot_be_used_leaves_the_store_as_it_was(
    changes: Callable[[Path], dict[str, object]], exit_code: int, says: str, folder: Path
) -> None:
    config = write_config(folder, **changes(folder))
    before = stored(folder / "data")
    assert_one_sentence(coughd("run", "--config", config), exit_code, says)
    assert stored(folder / "data") == before


@pytest.mark.parametrize("verb", [("run",), ("history",), ("export", "events")])
def test_a_store_that_is_none_is_left_alone(verb: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    file = tmp_path / "data" / STORE_FILE
    file.write_bytes(b"my diary\n" * 1000)
    said = coughd(*verb, "--config", write_config(tmp_path))
    assert_one_sentence(said, os.EX_IOERR, f"{file}: cannot be")
    assert "this is not a SQLite database; move it away or name another file" in said.complaints
    assert file.read_bytes() == b"my diary\n" * 1000


@pytest.mark.parametrize("verb", [("history",), ("export", "events")])
def test_questions_before_anything_was_heard(verb: tuple[str, ...], tmp_path: Path) -> None:
    said = coughd(*verb, "--config", write_config(tmp_path))
    assert_one_sentence(said, os.EX_IOERR, "there is no store yet; `coughd run` makes one")
    assert not (tmp_path / "data").exists()


def test_a_watch_without_a_daemon_says_that_it_waits(tmp_path: Path) -> None:
    arguments = command("watch", "--config", write_config(tmp_path))
    with subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True) as watch:
        assert watch.stderr is not None
        notice = watch.stderr.readline()
        watch.send_signal(signal.SIGINT)
        rest = watch.stderr.read()
    address = f"ipc://{tmp_path}/events.sock"
    assert notice == f"coughd: no daemon is heard at {address}; waiting for it\n"
    assert (watch.returncode, rest) == (os.EX_OK, "")


Daemon = subprocess.Popen[str]


@contextmanager
def daemon(folder: Path, config: Path, python_path: Path | None = None) -> Iterator[Daemon]:
    """A running daemon, from the moment at which it says that it is ready."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(os.fspath(folder / "notify"))
        environ = environment(
            python_path=python_path, others={"NOTIFY_SOCKET": os.fspath(folder / "notify")}
        )
        running = Daemon(
            command("run", "--config", config), stderr=subprocess.PIPE, text=True, env=environ
        )
        try:
            wait_until_ready(running, manager)
            yield running
        finally:
            running.kill()
            running.communicate()


def wait_until_ready(running: Daemon, manager: socket.socket) -> None:
    """Take the daemon's word to the service manager; fails where it ends before."""
    manager.settimeout(1.0)
    while running.poll() is None:
        with suppress(TimeoutError):
            if b"READY=1" in manager.recv(1000):
                return
    pytest.fail(running.communicate()[1])


def stop(running: Daemon) -> tuple[int, list[str]]:
    """Stop it as systemd does; gives exit code and log."""
    running.terminate()
    _, log = running.communicate(timeout=PATIENCE_S)
    return running.returncode, log.splitlines()


def next_cough(folder: Path) -> str:
    """Wait for the next message that tells a cough."""
    addresses = f"ipc://{folder}/events.sock", f"ipc://{folder}/replay.sock"
    with Subscriber(*addresses, topics=["cough.event.end"]) as stream:
        return next(item.topic for item in stream.messages(PATIENCE_S) if isinstance(item, Message))


def for_ever(folder: Path) -> dict[str, object]:
    return {"id": "bed", "kind": "file", "path": str(folder / "sound.wav"), "loop": True}


@pytest.mark.parametrize("lacks", ["a reader", "room"])
def test_what_is_shown_to_nobody_does_not_end_the_daemon(folder: Path, lacks: str) -> None:
    config = write_config(folder, sources=[for_ever(folder)])
    if lacks == "room":
        writing = os.open("/dev/full", os.O_WRONLY)
    else:
        reading, writing = os.pipe()
        os.close(reading)
    with Daemon(
        command("run", "--show", "--config", config),
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        os.close(writing)
        try:
            assert running.stderr is not None
            assert any("nothing more is shown" in line for line in running.stderr)
            assert next_cough(folder).startswith("cough.event.end.")
            assert stop(running) == (os.EX_OK, [])
        finally:
            running.kill()


def test_a_second_daemon_on_the_same_data_ends_and_the_first_goes_on(folder: Path) -> None:
    config = write_config(folder, sources=[for_ever(folder)])
    with daemon(folder, config) as first:
        said = coughd("run", "--config", config)
        assert_one_sentence(said, os.EX_TEMPFAIL, f"another coughd (pid {first.pid}) uses this")
        assert next_cough(folder).startswith("cough.event.end.")
        assert stop(first)[0] == os.EX_OK


@pytest.mark.parametrize("shared", ["publish", "replay"])
def test_a_second_daemon_on_the_same_socket_ends_and_the_first_goes_on(
    shared: str, folder: Path
) -> None:
    config = write_config(folder, sources=[for_ever(folder)])
    other = folder / "other"
    other.mkdir()
    addresses = {
        "publish": f"ipc://{other}/events.sock",
        "replay": f"ipc://{other}/replay.sock",
    } | {shared: json.loads(config.read_text())["stream"][shared]}
    with daemon(folder, config) as first:
        said = coughd("run", "--config", write_config(other, stream=addresses))
        assert_one_sentence(said, os.EX_TEMPFAIL, f"listens at {addresses[shared]}: stop it or")
        assert next_cough(folder).startswith("cough.event.end.")
        assert stop(first)[0] == os.EX_OK


@pytest.mark.parametrize(
    ("fake", "says"),
    [
        (fake_sounddevice.MISSING, "PortAudio is missing, without which no microphone"),
        (fake_sounddevice.NO_MICROPHONE, "no microphone was found; plug one in"),
        (fake_sounddevice.TWO_MICROPHONES, "there is no microphone 'Yeti' now; There are: "),
    ],
    ids=["PortAudio missing", "no microphone", "unknown microphone"],
)
def test_a_daemon_that_cannot_hear_says_why_once_and_tries_again(
    fake: str, says: str, folder: Path
) -> None:
    """The fake tells of every attempt through a pipe, so that the test need not wait by a clock."""
    attempts = folder / "attempts"
    os.mkfifo(attempts)
    modules = folder / "modules"
    modules.mkdir()
    count = f"import os\nwith open({os.fspath(attempts)!r}, 'wb') as pipe: pipe.write(b'.')\n"
    (modules / "sounddevice.py").write_text(count + fake)
    config = write_config(folder, sources=[{"id": "bed", "kind": "microphone", "device": "Yeti"}])
    before = stored(folder / "data")
    with daemon(folder, config, modules) as running:
        for _ in range(3):
            with attempts.open("rb") as pipe:
                pipe.read(1)
        exit_code, log = stop(running)
    assert exit_code == os.EX_OK
    (line,) = (line for line in log if "coughd.sources" in line)
    assert line.startswith("WARNING coughd.sources: source 'bed' is down (unavailable): ")
    assert says in line
    missing = set(before) - set(stored(folder / "data"))
    # The source was seen once more, and the number of the last message has grown.
    assert {row.split('"')[1] for row in missing} == {"sources", "sqlite_sequence"}
