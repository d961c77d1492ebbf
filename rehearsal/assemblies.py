"""Keeps what the CDK makes of this project's app. To synthesize an app that has not changed would take ten seconds."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from importlib import metadata
from pathlib import Path

from rehearsal.account.caches import ROOT, cache_variables

SOURCES = ("app.py", "cdk.json", "cdk.context.json", "infra", "lambdas")
"""What the app is made of: files and folders of this project."""
PROGRAMS = ("aws-cdk-lib", "constructs", "jsii")
KEPT = 4
"""How many assemblies are kept. One takes 14 MB."""


def copy_or_make(
    assembly: Path, options: tuple[str, ...], environment: Mapping[str, str], synthesize: Callable[[], None]
) -> bool:
    """Make the assembly, or copy that of an earlier run of the same app. Return whether it was copied.

    `options`, `environment`: what the app gets. `synthesize` makes the assembly. Any error of it is raised.
    """
    folder = Path(cache_variables()["XDG_CACHE_HOME"]) / "assemblies"
    kept = folder / _digest(options, environment)
    if kept.exists():
        shutil.rmtree(assembly, ignore_errors=True)
        shutil.copytree(kept, assembly)
        os.utime(kept)
        return True
    synthesize()
    _keep(assembly, kept)
    return False


def _keep(assembly: Path, kept: Path) -> None:
    """Copy an assembly to the cache, and remove the oldest ones there."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix="unfinished-", dir=kept.parent))
    shutil.copytree(assembly, unfinished, dirs_exist_ok=True)
    try:
        unfinished.rename(kept)
    except OSError:  # another thread or process was first
        shutil.rmtree(unfinished)
    os.utime(kept)
    newest_first = sorted(kept.parent.glob("[0-9a-f]*"), key=_changed, reverse=True)
    for old in newest_first[KEPT:]:
        shutil.rmtree(old, ignore_errors=True)


def _digest(options: tuple[str, ...], environment: Mapping[str, str]) -> str:
    """Return what tells one app from another: its files, its programs, and what it gets."""
    given = sorted((name, value) for name, value in environment.items() if name == "ENV" or name.startswith("CDK_"))
    found = hashlib.sha256(repr((options, given, [metadata.version(name) for name in PROGRAMS])).encode())
    for file in _files():
        content = file.read_bytes()
        found.update(f"{file.relative_to(ROOT)} {len(content)}\n".encode())
        found.update(content)
    return found.hexdigest()[:16]


def _files() -> Iterator[Path]:
    for source in SOURCES:
        for file in sorted([ROOT / source, *(ROOT / source).rglob("*")]):
            if file.is_file() and "__pycache__" not in file.parts:
                yield file


def _changed(path: Path) -> float:
    with suppress(OSError):
        return path.stat().st_mtime
    return 0.0
