"""A model behind the Open Inference Protocol v2; the only file that knows tritonclient.

The library brings gevent, whose sockets replace no other ones here; it is imported inside
functions, and belongs into the embedder's process only. Whatever it raises, and whatever a server
answers that is no embedding, becomes a ModelError: a fault, never data.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ...config.errors import ModelError
from ...config.extras import command_to_add
from ..hear.batching import scale_windows
from ..hear.self_test import check_embeddings
from ..ports import EMBEDDING_SIZE, EmbedderIdentity
from .metadata import ANSWER_FAULTS, Metadata
from .retrying import NotLetInError, Retrying, UnreachableError
from .server import Server

_MAY_HELP = frozenset({"408", "425", "429", "500", "502", "503", "504"})
_REFUSED = frozenset({"401", "403"})
_T = TypeVar("_T")


class RemoteModel:
    """An `Embedder` that asks a server, one request at a time; one thread."""

    def __init__(
        self, client: Client, metadata: Metadata, retrying: Retrying, batch_sizes: Sequence[int]
    ) -> None:
        self._client = client
        self._metadata = metadata
        self._retrying = retrying
        self._largest = max(batch_sizes)
        self._identity = metadata.identity(self._largest)

    @classmethod
    def connect(cls, server: Server, retrying: Retrying, batch_sizes: Sequence[int]) -> RemoteModel:
        """Ask which model it is and test what it answers.

        Raises UnreachableError where the server does not answer, ModelError where it answers
        something that HeAR would not.
        """
        client = Client(server)
        metadata = retrying.call(client.metadata)
        model = cls(client, metadata, retrying, batch_sizes)
        check_embeddings(model.embed, f"{server.url} model {server.model}")
        return model

    @property
    def identity(self) -> EmbedderIdentity:
        """Of the model as the server describes it."""
        return self._identity

    def embed(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Windows [shape=(n, 32000), range -1..1] to embeddings [shape=(n, 512)].

        Raises UnreachableError, NotLetInError or ModelError.
        """
        scaled = scale_windows(windows)
        parts = [
            self._ask(scaled[at : at + self._largest])
            for at in range(0, len(scaled), self._largest)
        ]
        return np.concatenate(parts)

    def _ask(self, scaled: NDArray[np.float32]) -> NDArray[np.float32]:
        answer = self._retrying.call(lambda: self._client.infer(self._metadata, scaled))
        if answer.shape != (len(scaled), EMBEDDING_SIZE):
            raise ModelError(
                f"{self._client.name} answered an array of shape {answer.shape} to {len(scaled)} "
                f"windows; HeAR answers ({len(scaled)}, {EMBEDDING_SIZE})."
            )
        if answer.dtype not in (np.float32, np.float16) or not np.isfinite(answer).all():
            raise ModelError(
                f"{self._client.name} answered numbers that are undefined or of type "
                f"{answer.dtype}."
            )
        return np.asarray(answer, np.float32)


class Client:
    """The library behind two questions; every fault of it becomes ours."""

    def __init__(self, server: Server) -> None:
        http = _library()
        if server.ca_file is not None:
            _check_certificates(server.ca_file)
        self._server = server
        self.name = f"{server.url} model {server.model}"
        self._client = http.InferenceServerClient(
            url=server.address,
            ssl=server.is_tls,
            ssl_options={"ca_certs": str(server.ca_file)} if server.ca_file else {},
            connection_timeout=server.timeout_s,
            network_timeout=server.timeout_s,
        )

    def metadata(self) -> Metadata:
        """Ask what the model is; UnreachableError, ModelError."""
        server = self._server
        version = server.version or ""
        answer = self._call(
            lambda: self._client.get_model_metadata(server.model, version, headers=server.headers)
        )
        about = self._call(lambda: self._client.get_server_metadata(headers=server.headers))
        return Metadata(self.name, answer, about, server.version)

    def infer(self, metadata: Metadata, scaled: NDArray[np.float32]) -> NDArray[Any]:
        """Ask once, in binary; UnreachableError, ModelError. The array is whatever was answered."""
        http = _library()
        tensor = http.InferInput(metadata.input_name, list(scaled.shape), "FP32")
        tensor.set_data_from_numpy(np.ascontiguousarray(scaled), binary_data=True)

        def ask() -> NDArray[Any]:
            result = self._client.infer(
                self._server.model,
                [tensor],
                model_version=metadata.version,
                headers=self._server.headers,
            )
            said = result.get_response()
            if said.get("error"):
                raise ModelError(f"{self.name} answered an error: {str(said['error'])[:200]}")
            names = [output["name"] for output in said["outputs"]]
            name = metadata.output_name or (names[0] if len(names) == 1 else None)
            if name not in names:
                raise ValueError(f"outputs {names}")
            return np.asarray(result.as_numpy(name))

        return self._call(ask)

    def _call(self, ask: Callable[[], _T]) -> _T:
        import gevent  # noqa: PLC0415 (see above)
        from tritonclient.utils import InferenceServerException  # noqa: PLC0415 (see above)

        try:
            with gevent.Timeout(self._server.timeout_s, TimeoutError("no whole answer in time")):
                return ask()
        except InferenceServerException as exc:
            raise self._refusal(str(exc.status() or ""), str(exc.message())) from exc
        except ModelError as exc:
            raise ModelError(self._server.without_secret(str(exc))) from exc
        except OSError as exc:
            raise UnreachableError(f"{self.name} does not answer: {self._short(exc)}.") from exc
        except ANSWER_FAULTS as exc:
            raise ModelError(
                f"{self.name} answered what cannot be read: {self._short(exc)}."
            ) from exc

    def _refusal(self, status: str, message: str) -> ModelError:
        said = self._server.without_secret(f"{status} {message}".strip())[:200].rstrip(".")
        if status in _REFUSED:
            return NotLetInError(
                f"{self.name} does not let us in ({said}); see embedder.token_file."
            )
        if status in _MAY_HELP:
            return UnreachableError(f"{self.name} cannot answer now: {said}.")
        return ModelError(f"{self.name} refuses: {said}.")

    def _short(self, exc: BaseException) -> str:
        return self._server.without_secret(f"{type(exc).__name__}: {exc}")[:200].rstrip(".")


def _check_certificates(path: Path) -> None:
    """Raise ModelError for a file that the library would fail on in the middle of its making."""
    try:
        ssl.create_default_context(cafile=path)
    except OSError as exc:
        raise ModelError(
            f"embedder.ca_file {path} cannot be used: {exc.strerror or exc}; give certificates "
            "in PEM."
        ) from exc


def _library() -> Any:  # noqa: ANN401 - the library has no types
    try:
        import tritonclient.http  # noqa: PLC0415 (see above)
    except ImportError as exc:
        raise ModelError(
            "A remote embedder needs tritonclient, which cannot be imported here: "
            f"{command_to_add('coughd[remote]')}"
        ) from exc
    return tritonclient.http
