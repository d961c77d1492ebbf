"""Virtual environments for Python applications, with what their requirements.txt asks for.

Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/python-configuration-requirements.html
"""

import re
import shutil
import sys
from pathlib import Path

from emulator.beanstalk.hosting.package_cache import PackageCache
from emulator.beanstalk.hosting.workspace import PRIVATE

REQUIREMENTS = "requirements.txt"
_LOCAL = re.compile(
    r"^\s*(-r|-c|-f|-e|--requirement|--constraint|--find-links|--editable|\.|/|file:)|@\s*file:|\./", re.MULTILINE
)
"""Requirements that name files of the bundle."""
_INSTALL = ("install", "--no-input", "--progress-bar", "off", "-r", REQUIREMENTS)


def virtual_environment(cache: PackageCache, folder: Path, log: Path, *, interpreter: str = sys.executable) -> Path:
    """Return a virtual environment with gunicorn and the packages of a bundle's requirements.txt.

    It is made once for the same requirements and interpreter. `folder`: the unpacked bundle. `log`: for pip's output.
    `interpreter`: of a virtual environment with gunicorn. Raises ApplicationStartError.
    """
    requirements = folder / REQUIREMENTS
    text = requirements.read_bytes() if requirements.is_file() else b""
    real = Path(interpreter).resolve()
    key = [text, str(real).encode(), str(real.stat().st_mtime_ns).encode()]
    if _LOCAL.search(text.decode(errors="replace")):
        for file in sorted(path for path in folder.rglob("*") if path.is_file() and PRIVATE not in path.parts):
            key += [file.relative_to(folder).as_posix().encode(), file.read_bytes()]
    if re.search(rb"^\s*(-e|--editable)\b", text, re.MULTILINE):
        # It leads into this folder, so no other deployment can use it.
        key.append(str(folder).encode())

    def make(environment: Path) -> None:
        # Without pip: to bring it into each environment takes longer than to install most packages.
        cache.run([interpreter, "-m", "venv", "--without-pip", str(environment)], folder, log, what="python -m venv")
        _add_programs(environment, interpreter)
        if text:
            pip = [interpreter, "-m", "pip", "--python", str(environment / "bin" / "python")]
            cache.run([*pip, *_INSTALL], folder, log, what=f"pip install -r {REQUIREMENTS}")

    return cache.get("python", key, make)


def _add_programs(environment: Path, interpreter: str) -> None:
    """Add what the platform brings, without any network: gunicorn, which the requirements may replace, and pip."""
    (source,) = Path(interpreter).parents[1].glob("lib/python*/site-packages")
    (target,) = environment.glob("lib/python*/site-packages")
    for found in source.glob("gunicorn*"):
        shutil.copytree(found, target / found.name, ignore=shutil.ignore_patterns("__pycache__"))
    python = environment / "bin" / "python"
    _write_program(environment / "bin" / "gunicorn", f'exec "{python}" -m gunicorn "$@"')
    _write_program(environment / "bin" / "pip", f'exec "{interpreter}" -m pip --python "{python}" "$@"')


def _write_program(file: Path, line: str) -> None:
    file.write_text(f"#!/bin/sh\n{line}\n")
    file.chmod(0o755)
