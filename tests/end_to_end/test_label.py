"""`coughd label`: with a daemon, without one, and what is refused."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import PATIENCE_S, command, coughd, environment
from living_daemon import STORE_FILE, LivingDaemon, messages, read, write_config, write_recording

from coughd.daemon.handing_in.tray import lay_down
from coughd.daemon.subscriber import Message, Subscriber
from coughd.storage.records import EventReviewed


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the bundled scene's coughs; nobody runs."""
    folder = tmp_path_factory.mktemp("label")
    recording = write_recording(folder / "bed.flac", 1)
    path = write_config(folder, recording, folder / "data")
    with LivingDaemon(path) as daemon:
        assert 0 == daemon.finish()
    return path


@pytest.fixture
def store(config: Path) -> Path:
    return config.parent / "data" / STORE_FILE


@pytest.fixture
def listening(config: Path) -> Iterator[LivingDaemon]:
    """A daemon that goes on listening to the same recording, at its own pace."""
    source = {"pace": "realtime", "loop": True}
    folder = config.parent / "listening"
    folder.mkdir(exist_ok=True)
    recording = config.parent / "bed.flac"
    path = write_config(folder, recording, config.parent / "data", source=source)
    with LivingDaemon(path) as daemon:
        daemon.until("answer", lambda: daemon.status()["sources"])
        yield daemon
        assert 0 == daemon.stop()


def coughs(store: Path) -> list[str]:
    return [row[0] for row in read(store, "SELECT event_id FROM events WHERE counted ORDER BY 1")]


def state(store: Path, event_id: str) -> tuple[object, ...]:
    (row,) = read(store, f"SELECT label, counted, reason FROM events WHERE event_id = '{event_id}'")
    return row


def test_without_a_daemon_it_is_written_at_once(config: Path, store: Path) -> None:
    event_id = coughs(store)[0]
    said = coughd("label", event_id[-8:], "throat_clear", "--note", "clearly", "--config", config)
    assert (0, [f"{event_id}: relabel, throat_clear"]) == (said.exit_code, said.lines)
    assert ("throat_clear", 0, "relabelled_by_review") == state(store, event_id)
    kinds = [json.loads(body)["schema"] for _, body in messages(store)[-2:]]
    assert ["coughd.review/1", "coughd.event/1"] == kinds


def test_a_running_daemon_writes_and_tells_it(
    store: Path, listening: LivingDaemon, config: Path
) -> None:
    event_id = coughs(store)[1]
    before = messages(store)[-1][0]
    their = config.parent / "listening" / "config.yaml"
    said = coughd("label", event_id, "reject", "--reviewer", "anna", "--json", "--config", their)
    assert 0 == said.exit_code, said.complaints
    assert {"verdict": "reject", "reviewer": "anna"}.items() <= json.loads(said.lines[0]).items()
    assert ("other", 0, "rejected_by_review") == state(store, event_id)
    stream = json.loads(their.read_text())["stream"]
    with Subscriber(
        stream["publish"], stream["replay"], since_seq=before, topics=("review.changed",)
    ) as subscriber:
        told: list[Message] = []
        while not told:
            told = [one for one in subscriber.messages(0.2) if isinstance(one, Message)]
    assert (event_id, "anna") == (told[0].body["event_id"], told[0].body["reviewer"])
    assert not list((config.parent / "data" / "handed-in").iterdir())


@pytest.mark.parametrize(
    ("event", "word", "sentence"),
    [
        ("ab", "reject", "is too short"),
        ("zzzzzzzz", "reject", "no event's id ends in 'zzzzzzzz'"),
        ("%%%%", "reject", "no event's id ends"),
        ("caf\udce9", "reject", "no event's id ends"),
        ("zzzzzzzz", "rejct", "neither confirm nor reject nor a label; did you mean 'reject'?"),
        ("zzzzzzzz", "dog", "whatever is none of these is other"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    config: Path, event: str, word: str, sentence: str
) -> None:
    said = coughd("label", event, word, "--config", config)
    assert 64 == said.exit_code
    assert sentence in said.complaints


def test_what_was_said_before_and_waits_does_not_come_after(config: Path, store: Path) -> None:
    event_id = coughs(store)[2]
    data_dir = config.parent / "data"
    lay_down(data_dir, [EventReviewed(event_id, "reject", None, "anna", "", 1_800_000_000_000_000)])
    assert 0 == coughd("label", event_id, "confirm", "--config", config).exit_code
    assert ("cough", 1, None) == state(store, event_id)
    assert not list((data_dir / "handed-in").iterdir())
    said = read(store, f"SELECT verdict FROM reviews WHERE event_id = '{event_id}'")
    assert [("reject",), ("confirm",)] == said


def test_two_at_once_are_both_heard(config: Path, store: Path) -> None:
    chosen = coughs(store)[3:6]
    both = [
        subprocess.Popen(
            command("label", event_id, "reject", "--config", config),
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
        )
        for event_id in chosen
    ]
    assert [""] * 3 == [process.communicate(timeout=PATIENCE_S)[1] for process in both]
    assert [0] * 3 == [process.returncode for process in both]
    assert {("other", 0, "rejected_by_review")} == {state(store, each) for each in chosen}


@pytest.mark.parametrize("option", ["--note", "--reviewer"])
def test_text_that_no_store_can_keep_is_refused(config: Path, store: Path, option: str) -> None:
    event_id = coughs(store)[0]
    before = len(messages(store))
    said = coughd("label", event_id, "reject", option, "caf\udce9", "--config", config)
    assert 64 == said.exit_code
    assert f"{option} 'caf\\udce9' is not UTF-8" in said.complaints
    assert before == len(messages(store))


def test_several_are_labelled_by_one_word(config: Path, store: Path) -> None:
    chosen = coughs(store)[:2]
    said = coughd("label", *(each[-8:] for each in [*chosen, chosen[0]]), "sneeze", "-c", config)
    assert (0, [f"{each}: relabel, sneeze" for each in chosen]) == (said.exit_code, said.lines)
    assert {("sneeze", 0, "relabelled_by_review")} == {state(store, each) for each in chosen}


def test_where_one_of_several_is_unknown_none_is_labelled(config: Path, store: Path) -> None:
    before = len(messages(store))
    said = coughd("label", coughs(store)[0], "zzzzzzzz", "reject", "--config", config)
    assert 64 == said.exit_code
    assert "no event's id ends in 'zzzzzzzz'" in said.complaints
    assert before == len(messages(store))


@pytest.mark.parametrize("arguments", [[], ["2a9c41"], ["reject"]])
def test_half_a_sentence_is_completed(config: Path, arguments: list[str]) -> None:
    said = coughd("label", *arguments, "--config", config)
    assert 64 == said.exit_code
    assert "coughd label 2a9c41 reject" in said.complaints


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a recording of which nothing was reviewed."""
    folder = tmp_path_factory.mktemp("annotated")
    path = write_config(folder, write_recording(folder / "bed.flac", 1), folder / "data")
    assert 0 == coughd("run", "--config", path).exit_code
    return path


def test_annotations_review_every_event_of_a_recording(recorded: Path) -> None:
    store = recorded.parent / "data" / STORE_FILE
    events = read(store, "SELECT event_id, onset_sample FROM events WHERE counted ORDER BY 2")
    marked, laugh, nothing = events[:-2], events[-2], events[-1]
    rows = [f"{sample / 16_000:.3f}\t{sample / 16_000 + 0.2:.3f}\tcough" for _, sample in marked]
    rows.append(f"{laugh[1] / 16_000:.3f}\t{laugh[1] / 16_000 + 0.2:.3f}\tLaughter")
    labels = recorded.parent / "bed.txt"
    labels.write_text("\n".join(rows) + "\n")
    said = coughd("label", "--annotations", labels, "--reviewer", "anna", "--config", recorded)
    assert 0 == said.exit_code, said.complaints
    assert said.lines[0].startswith(f"bed: {len(marked)} cough")
    assert {("cough", 1, None)} == {state(store, event_id) for event_id, _ in marked}
    assert ("laugh", 0, "relabelled_by_review") == state(store, laugh[0])
    assert ("other", 0, "rejected_by_review") == state(store, nothing[0])
    assert [("anna",)] == read(store, "SELECT DISTINCT reviewer FROM reviews")
    told = len(messages(store))
    again = coughd("label", "--annotations", labels, "--reviewer", "anna", "--config", recorded)
    assert (0, told) == (again.exit_code, len(messages(store)))
    assert again.lines[0].startswith(f"bed: no event; {len(events)} reviewed so before")


def test_annotations_of_a_recording_that_was_not_heard_are_refused(
    recorded: Path, tmp_path: Path
) -> None:
    """The same file under another source: its events are another source's."""
    document = json.loads(recorded.read_text())
    document["sources"][0]["id"] = "other"
    config = tmp_path / "config.yaml"
    config.write_text(json.dumps(document))
    (tmp_path / "bed.txt").write_text("1.0\t1.2\tcough\n")
    said = coughd("label", "--annotations", tmp_path, "--config", config)
    assert 65 == said.exit_code
    assert "source 'other' has no event of this recording as it is now" in said.complaints


def test_marks_that_lie_outside_their_recording_reject_no_event(
    recorded: Path, tmp_path: Path
) -> None:
    """Such as milliseconds: taken for a recording without coughs, every event would be rejected."""
    before = messages(recorded.parent / "data" / STORE_FILE)
    (tmp_path / "bed.txt").write_text("1000\t1200\tcough\n5000\t5300\tcough\n")
    said = coughd("label", "--annotations", tmp_path, "--config", recorded)
    assert 65 == said.exit_code
    assert "bed.txt:1: lies outside 'bed' (38.000 s)" in said.complaints
    assert messages(recorded.parent / "data" / STORE_FILE) == before


def test_annotations_and_a_word_are_refused(recorded: Path) -> None:
    said = coughd("label", "2a9c41", "reject", "--annotations", recorded, "--config", recorded)
    assert 64 == said.exit_code
    assert "give no event beside it" in said.complaints
