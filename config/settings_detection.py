"""How sound becomes counted coughs: gate, embedder, probe, epochs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from .key import Key


@dataclass(frozen=True, slots=True)
class GateSettings:
    """The cheap always-on detector."""

    kind: Annotated[
        Literal["coughd", "hear-detector-small", "hear-detector-large"],
        Key(
            "Which gate listens. `coughd` is shipped; the others are HeAR's event detectors, "
            "fetched by `coughd model pull` and run in a process of their own (docs/hear.md; "
            "needs the extra `coughd[hear]`)."
        ),
    ] = "coughd"
    model_path: Annotated[
        Path | None,
        Key(
            "Folder of the event detector's SavedModel.",
            kinds=("hear-detector-small", "hear-detector-large"),
            default_says="what `coughd model pull` fetched",
            example="~/models/hear/event_detector/event_detector_small",
        ),
    ] = None
    threshold: Annotated[
        float | None,
        Key(
            "Gate score (0..1) from which a trigger is claimed; lower hears more and costs more. "
            "Of HeAR's event detector: its score of the two seconds.",
            minimum=0.0,
            maximum=1.0,
            default_says="the gate's own",
            example="0.3",
        ),
    ] = None


@dataclass(frozen=True, slots=True)
class EmbedderSettings:
    """What turns two seconds of sound into 512 numbers."""

    kind: Annotated[
        Literal["open", "hear", "remote"],
        Key(
            "`open`: the compact encoder that is shipped. `hear`: Google's HeAR, fetched once "
            "by `coughd model pull hear`, in a process of its own (needs the extra "
            "`coughd[hear]`). `remote`: HeAR on a server that speaks the Open Inference Protocol, "
            "to which two seconds of sound round each trigger are sent (needs the extra "
            "`coughd[remote]`)."
        ),
    ] = "open"
    model_path: Annotated[
        Path | None,
        Key(
            "Folder of HeAR's SavedModel, or of its model for PyTorch; read for kind `hear` only.",
            default_says="what `coughd model pull` fetched",
            example="~/models/hear",
        ),
    ] = None
    runtime: Annotated[
        Literal["tensorflow", "torch"],
        Key(
            "What runs HeAR. `torch` takes what `coughd model pull hear-pytorch` fetched and needs "
            "the extra `coughd[torch]`."
        ),
    ] = "tensorflow"
    precision: Annotated[
        Literal["float32", "bfloat16", "auto"],
        Key(
            "Of HeAR's numbers. `bfloat16` is quicker where the hardware has it and changes the "
            "embeddings a little; `auto` takes it there, if a test of the model at its start "
            "finds them nearly the same."
        ),
    ] = "float32"
    url: Annotated[
        str | None,
        Key(
            "Where the server is, such as `https://triton.ward.example:8443`.",
            pattern=r"https?://[^/:@?#\s][^/@?#\s]*(/[^@?#\s]*)?",
            refusal="must be http:// or https://, host and port, without user and password",
            kinds=("remote",),
            required_for=("remote",),
            default_says="none",
            example="https://triton.ward.example:8443",
            secret=True,
        ),
    ] = None
    model: Annotated[
        str,
        Key(
            "The model's name on the server; read for kind `remote` only.",
            pattern=r"[A-Za-z0-9._-]{1,200}",
            refusal="must be 1 to 200 letters, digits, '.', '_' or '-'",
        ),
    ] = "hear"
    model_version: Annotated[
        str | None,
        Key(
            "The model's version on the server.",
            kinds=("remote",),
            pattern=r"[A-Za-z0-9._-]{1,100}",
            refusal="must be 1 to 100 letters (a-z, A-Z), digits, '.', '_' or '-'",
            default_says="the newest",
            example='"3"',
        ),
    ] = None
    token_file: Annotated[
        Path | None,
        Key(
            "File (mode 0600) with the bearer token that the server asks for.",
            kinds=("remote",),
            default_says="no token",
            example="/etc/coughd/triton.token",
        ),
    ] = None
    ca_file: Annotated[
        Path | None,
        Key(
            "Certificates (PEM) by which the server is known.",
            kinds=("remote",),
            default_says="those of the package certifi",
            example="/etc/coughd/ward-ca.pem",
        ),
    ] = None
    plain_http: Annotated[
        bool,
        Key(
            "Whether sound may go to a remote server unencrypted; to another machine, a token "
            "never does."
        ),
    ] = False
    timeout_s: Annotated[
        float,
        Key(
            "Seconds that a remote server may take to answer one request.",
            above=0.0,
            maximum=600.0,
        ),
    ] = 10.0
    retries: Annotated[
        int,
        Key(
            "How often a request is sent again, after a short and drawn rest, to a remote server "
            "that does not answer.",
            minimum=0,
            maximum=10,
        ),
    ] = 3
    max_waiting_windows: Annotated[
        int,
        Key(
            "Windows (128 kB each, in memory) that may wait for HeAR; beyond it the oldest gives "
            "way and its event keeps the open embedder's score.",
            minimum=1,
            maximum=100_000,
        ),
    ] = 256
    batch_sizes: Annotated[
        tuple[int, ...],
        Key(
            "Ascending sizes to which HeAR's batches are filled up, one compiled graph each.",
            minimum=1,
            maximum=1024,
        ),
    ] = (1, 4, 8)
    start_timeout_s: Annotated[
        float,
        Key(
            "Seconds that HeAR may take to load and test itself before it is started again.",
            above=0.0,
            maximum=86_400.0,
        ),
    ] = 300.0
    reply_timeout_s: Annotated[
        float,
        Key(
            "Seconds that HeAR may take over one batch before it is started again.",
            above=0.0,
            maximum=3600.0,
        ),
    ] = 60.0


@dataclass(frozen=True, slots=True)
class ProbeSettings:
    """The small calibrated classifier that decides what counts."""

    threshold: Annotated[
        float | None,
        Key(
            "P(cough) (0..1) from which an event counts; triggers below are stored, not counted.",
            minimum=0.0,
            maximum=1.0,
            default_says="the probe's own",
            example="0.8",
        ),
    ] = None
    minimum_level_dbfs: Annotated[
        float | None,
        Key(
            "Level from which an event counts, such as a little above the room's noise: quieter "
            "ones, from the next room, are stored, not counted; null: none is too quiet.",
            minimum=-120.0,
            maximum=0.0,
            example="-55",
        ),
    ] = None
    path: Annotated[
        Path | None,
        Key(
            "File of a probe of the configured embedder, such as one trained on this site.",
            default_says="the shipped one",
            example="cough-at-home.json",
        ),
    ] = None
    keep_embeddings: Annotated[
        bool,
        Key(
            "Store the 512 numbers of each event, so that a later probe can judge it again. "
            "They are not sound, but may tell more about a person than that there was a cough."
        ),
    ] = True


@dataclass(frozen=True, slots=True)
class EpochSettings:
    """How coughs are grouped in the messages that tell an epoch's end."""

    gap_s: Annotated[
        float,
        Key(
            "Seconds without a cough that end an epoch, from one cough's offset to the next "
            "one's onset. The history derives epochs itself and prints its own gap.",
            above=0.0,
            maximum=3600.0,
        ),
    ] = 2.0
