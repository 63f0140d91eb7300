"""`coughd train` with the open embedder: on clips, on reviewed events, and back again."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import soundfile
from clips import write_clips
from command_line import Said, coughd
from living_daemon import STORE_FILE, LivingDaemon, read, write_config, write_recording

from coughd.detectors.ports import SAMPLE_RATE_HZ
from coughd.detectors.runtime import SHIPPED_MODELS
from coughd.detectors.synthesis import bundled_scene
from coughd.storage.records import EventReviewed, Origin
from coughd.storage.store import EventStore

pytest.importorskip("sklearn", reason="comes with the extra coughd[fit]")

ORIGIN = Origin("home", "pi-07", "boot-1", "Europe/Zurich", "c0ffee")
SHIPPED = json.loads((SHIPPED_MODELS / "probe-open.json").read_bytes())["name"]
REVIEWED_US = 1_800_000_000_000_000


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clips(tmp_path_factory.mktemp("clips"))


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A daemon that listens for ever to the bundled scene."""
    folder = tmp_path_factory.mktemp("train")
    source = {"pace": "realtime", "loop": True}
    return write_config(
        folder, write_recording(folder / "bed.flac", 1), folder / "data", source=source
    )


def train(config: Path, *arguments: object) -> Said:
    return coughd("train", *arguments, "--config", config)


@pytest.fixture(scope="module")
def trained(config: Path, clips: Path) -> dict[str, object]:
    said = train(config, clips, "--force", "--json")
    assert 0 == said.exit_code, said.complaints
    return dict(json.loads(said.lines[-1]))


def test_the_card_tells_what_it_is(config: Path, trained: dict[str, object]) -> None:
    assert ("open-0001", True) == (trained["name"], trained["in_force"])
    card = trained["card"]
    assert isinstance(card, dict)
    assert {"cough": 24, "speech": 8, "sneeze": 8, "other": 8} == card["examples"]
    assert (6, 5) == (card["group_count"], card["folds"])
    assert SHIPPED == card["comparison"]["against"]
    assert all("interval_95" in one for one in card["scores"].values())
    text = Path(str(trained["path"])).with_suffix(".md").read_text()
    assert "# Probe open-0001" in text
    assert "ROC-AUC" in text
    assert "too few groups" not in text


def test_a_running_daemon_judges_by_what_is_in_force(
    config: Path, trained: dict[str, object]
) -> None:
    """Trained, rolled back and put in force again under one daemon, without a signal."""
    with LivingDaemon(config) as daemon:

        def judged_by(name: str) -> None:
            daemon.until(name, lambda: daemon.status()["models"]["probe"] == name)

        judged_by("open-0001")
        said = train(config, "--roll-back")
        assert (0, "in force: the shipped probe, or none, in place of open-0001") == (
            said.exit_code,
            said.lines[-1],
        )
        judged_by(SHIPPED)
        assert 0 == train(config, "--use", "open-0001").exit_code
        judged_by("open-0001")
        assert 0 == daemon.stop()
    assert 2 == daemon.log.count("took the trained probes")


def test_what_was_trained_is_listed(config: Path, trained: dict[str, object]) -> None:
    listed = json.loads("".join(train(config, "--list", "--json").lines))
    assert listed == [{"name": "open-0001", "path": trained["path"], "in_force": True}]
    refused = train(config, "--use", "open-0009")
    assert (64, True) == (refused.exit_code, "there are open-0001" in refused.complaints)


def test_what_is_in_force_already_is_not_what_a_roll_back_gives(
    config: Path, trained: dict[str, object]
) -> None:
    for _ in range(2):
        assert 0 == train(config, "--use", str(trained["name"])).exit_code
    said = train(config, "--roll-back")
    assert ["in force: the shipped probe, or none, in place of open-0001"] == said.lines
    assert 0 == train(config, "--use", str(trained["name"])).exit_code


@pytest.mark.parametrize("arguments", [["--list", "--roll-back"], ["clips", "--use", "open-0001"]])
def test_one_thing_is_done_at_a_time(config: Path, arguments: list[str]) -> None:
    said = train(config, *arguments)
    assert (64, True) == (said.exit_code, "choose one of CLIPS, --list" in said.complaints)


def test_scan_judges_by_it_too(config: Path, trained: dict[str, object]) -> None:
    recording = config.parent / "bed.flac"

    def chances() -> list[float]:
        lines = coughd("scan", recording, "--json", "--rejected", "--config", config).lines
        return [json.loads(line)["probability"] for line in lines]

    by_trained = chances()
    assert 0 == train(config, "--roll-back").exit_code
    by_shipped = chances()
    assert 0 == train(config, "--use", "open-0001").exit_code
    assert len(by_shipped) == len(by_trained)
    assert by_shipped != by_trained


def test_a_store_with_reviews_is_learnt_from(tmp_path: Path) -> None:
    """Four nights of much the same, every event named by a person."""
    nights = []
    for number in range(4):
        path = tmp_path / f"{number}.flac"
        # The same to the last bit would be one night.
        soundfile.write(path, (1.0 - number / 20) * bundled_scene().samples, SAMPLE_RATE_HZ)
        nights.append({"id": f"night-{number}", "kind": "file", "pace": "fast", "path": str(path)})
    config = write_config(tmp_path, tmp_path / "0.flac", tmp_path / "data")
    # A group lasts from noon to noon, which may be right now; not in both of these zones.
    timezone = "UTC" if datetime.now(UTC).hour not in {11, 12} else "Asia/Tokyo"
    settings = {**json.loads(config.read_text()), "timezone": timezone, "sources": nights}
    config.write_text(json.dumps(settings))
    with LivingDaemon(config) as daemon:
        assert 0 == daemon.finish()
    nothing = train(config)
    assert (65, True) == (nothing.exit_code, "holds no reviewed event" in nothing.complaints)
    store = tmp_path / "data" / STORE_FILE
    events = read(store, "SELECT event_id FROM events WHERE window = 'complete' ORDER BY onset_us")
    assert len(events) >= 40
    with EventStore.open(store, ORIGIN, lambda: REVIEWED_US) as reviewing:
        for number, (event_id,) in enumerate(events):
            review = EventReviewed(
                event_id,
                "confirm" if number % 3 else "reject",
                label=None,
                reviewer="anna",
                note="",
                utc_us=REVIEWED_US + number,
            )
            reviewing.write([review])
    said = train(config, "--json")
    assert 0 == said.exit_code, said.complaints
    found = json.loads(said.lines[-1])
    coughs = sum(number % 3 > 0 for number in range(len(events)))
    assert {"cough": coughs, "other": len(events) - coughs} == found["card"]["examples"]
    assert (4, SHIPPED) == (
        found["card"]["group_count"],
        found["card"]["comparison"]["against"],
    )
    assert found["in_force"] == found["wins"]


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("path,label,subject\na.wav,couhg,eve\n", "labels.csv:2: there is no label 'couhg'"),
        ("path,label,subject\nnone.wav,cough,eve\n", "labels.csv:2: '"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused(
    config: Path, tmp_path: Path, table: str, sentence: str
) -> None:
    (tmp_path / "labels.csv").write_text(table)
    said = train(config, tmp_path)
    assert 65 == said.exit_code
    assert sentence in said.complaints
    assert 1 == len(said.complaints.splitlines())


def test_too_few_clips_are_refused(config: Path, tmp_path: Path) -> None:
    said = train(config, write_clips(tmp_path, count=8))
    assert 65 == said.exit_code
    assert "There are 4 coughs, and a probe needs at least 10" in said.complaints


def test_the_open_probe_cannot_teach_itself(config: Path) -> None:
    said = train(config, "--teacher", "open")
    assert (64, True) == (said.exit_code, "cannot teach itself" in said.complaints)
