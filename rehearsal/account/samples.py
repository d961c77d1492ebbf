"""The source bundles that the rehearsal brings along: releases of a small shop, good ones and bad ones.

A bundle is the folder of its name below `bundles/`, laid over the folder `shop`.
"""

import io
import zipfile
from pathlib import Path

FOLDER = Path(__file__).parent / "bundles"
BASE = "shop"


def names() -> list[str]:
    """Return the names of all bundles."""
    return sorted(folder.name for folder in FOLDER.iterdir() if folder.is_dir() and folder.name != BASE)


def bundle(name: str) -> bytes:
    """Return the bundle of that name as a zip, the same bytes every time. Raises ValueError for an unknown name."""
    if name not in names():
        raise ValueError(f"There is no sample bundle {name!r}; there are {', '.join(names())}.")
    files = _files(FOLDER / BASE) | _files(FOLDER / name)
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
