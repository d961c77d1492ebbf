"""Node modules of Node.js applications, installed by npm where a bundle does not bring them.

Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/nodejs-platform-dependencies.html
"""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emulator.beanstalk.bundle.start_commands import ApplicationStartError
from emulator.beanstalk.hosting.package_cache import PackageCache

MODULES = "node_modules"
_NAMING_FILES = ("package.json", "package-lock.json", "npm-shrinkwrap.json", ".npmrc")
_DEPENDENCIES = ("dependencies", "optionalDependencies", "devDependencies", "peerDependencies")
_INSTALL_SCRIPTS = {"preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare"}


def install(cache: PackageCache, folder: Path, properties: Mapping[str, str], log: Path) -> None:
    """Install the modules of a bundle's package.json into its folder, unless it brings them.

    The modules are kept, and installed once for the same package.json and lock file. `log`: for npm's output.
    `properties`: NPM_USE_PRODUCTION=false installs development dependencies too. Raises ApplicationStartError.
    """
    if not (folder / "package.json").is_file() or (folder / MODULES).is_dir():
        return
    package = _package(folder)
    production = properties.get("NPM_USE_PRODUCTION", "true").lower() != "false"
    npm = shutil.which("npm", path=cache.environment.get("PATH"))
    if npm is None:
        raise ApplicationStartError(
            "Expected npm on PATH, to install the modules of package.json. Found none. Install Node.js, or add"
            f" {MODULES} to the source bundle."
        )
    command = [npm, "install", "--no-audit", "--no-fund", *(["--omit=dev"] if production else [])]
    if _needs_bundle(package):
        cache.run(command, folder, log, what="npm install")
        return
    if not any(package.get(kind) for kind in _DEPENDENCIES):
        return
    named = {name: (folder / name).read_bytes() for name in _NAMING_FILES if (folder / name).is_file()}

    def make(kept: Path) -> None:
        kept.mkdir()
        for name, content in named.items():
            (kept / name).write_bytes(content)
        cache.run(command, kept, log, what="npm install")

    key = [str(Path(npm).resolve()).encode(), str(production).encode()]
    kept = cache.get("node", key + [part for pair in named.items() for part in (pair[0].encode(), pair[1])], make)
    if (kept / MODULES).is_dir():
        shutil.copytree(kept / MODULES, folder / MODULES, symlinks=True, copy_function=_link_or_copy)


def _package(folder: Path) -> dict[str, Any]:
    try:
        package = json.loads((folder / "package.json").read_text())
    except ValueError as error:
        raise ApplicationStartError(f"package.json is not JSON: {error}.") from error
    if not isinstance(package, dict):
        raise ApplicationStartError("package.json holds no object.")
    return package


def _needs_bundle(package: Mapping[str, Any]) -> bool:
    """Return whether npm needs files of the bundle besides those that name the modules."""
    versions = [str(version) for kind in _DEPENDENCIES for version in (package.get(kind) or {}).values()]
    local = any(version.startswith(("file:", "link:", "workspace:", ".", "/")) for version in versions)
    return local or bool(package.get("workspaces")) or bool(_INSTALL_SCRIPTS & set(package.get("scripts") or {}))


def _link_or_copy(source: str, target: str) -> None:
    """Link a file of the cache: thousands of files take no space and little time."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
