"""Layers of functions: unpacked once for all workers, which then share the byte code of its modules as well.

MiniStack unpacks them for each worker. With boto3 in a layer, that and the compilation are most of a cold start.
"""

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Any

from ministack.services import lambda_svc

_VARIABLE = "_LAMBDA_LAYERS_DIRS"
"""In a worker: the folders of its function's layers."""
_unpacking = Lock()


@contextmanager
def shared_layers(worker: Any) -> Iterator[None]:
    """Let MiniStack start a worker of a Python function during the block: with folders that it shares, no own ones."""
    config = worker.config
    worker.config = _with_folders(config)
    try:
        yield
    finally:
        worker.config = config


def _with_folders(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return a function's configuration without layers, and with their folders as a variable."""
    contents = [lambda_svc._resolve_layer_zip(layer) for layer in config.get("Layers", [])]
    folders = [str(_folder(content)) for content in contents if content]
    environment = config.get("Environment", {})
    variables = environment.get("Variables", {}) | {_VARIABLE: os.pathsep.join(folders)}
    return {**config, "Layers": [], "Environment": {**environment, "Variables": variables}}


def _folder(content: bytes) -> Path:
    """Return the folder with the files of a layer. Raises RuntimeError, as MiniStack does, for a damaged zip."""
    folder = Path(tempfile.gettempdir(), "layers", hashlib.sha256(content).hexdigest()[:16])
    with _unpacking:
        if not folder.exists():
            unfinished = folder.with_suffix(".unfinished")
            try:
                with zipfile.ZipFile(BytesIO(content)) as archive:
                    archive.extractall(unfinished)
            except (OSError, zipfile.BadZipFile, zipfile.LargeZipFile) as error:
                raise RuntimeError(f"A layer cannot be unpacked into {folder}: {error}") from error
            unfinished.rename(folder)
    return folder
