"""Sample source bundles: releases of a small shop, good ones and bad ones.

A bundle holds the files of `bundles/shop`, and over them those of `bundles/<name>`.
"""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).parent / "bundles"
BASE = "shop"
NODE_FOLDER = Path(__file__).parent / "node_bundle"
PROBLEMS: Mapping[str, str] = {
    "answers_500": "Answers 500 to every request. The deployment never becomes healthy.",
    "answers_only_root": "Answers 200 on /, and 500 elsewhere. A health_check of /healthz finds it.",
    "deployment_fails": "A container command fails, so Elastic Beanstalk cannot deploy it.",
    "does_not_start": "Imports a package that its requirements lack, so it does not start.",
    "starts_slowly": "Starts after some seconds of warming up, and is good then.",
    "turns_bad": "Passes every test, and answers 500 after its first 30 visitors.",
}
"""What each sample but v1 and v2 does, for the people who try it."""


def names() -> list[str]:
    """Return the names of all bundles."""
    return sorted(folder.name for folder in FOLDER.iterdir() if folder.is_dir() and folder.name != BASE)


def bundle(name: str) -> bytes:
    """Return the bundle of that name as a zip, always the same bytes. Raises ValueError for an unknown name."""
    if name not in names():
        raise ValueError(f"Expected a sample bundle, one of {', '.join(names())}. Found {name!r}.")
    return _packed(_files(FOLDER / BASE) | _files(FOLDER / name))


def node_bundle() -> bytes:
    """Return the bundle of a small Node.js application, always the same bytes."""
    return _packed(_files(NODE_FOLDER))


def _packed(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            archive.writestr(zipfile.ZipInfo(path), files[path])
    return packed.getvalue()


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
