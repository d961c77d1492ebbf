"""The packages of applications, installed once and kept: virtual environments, and folders of Node modules."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from emulator.beanstalk.bundle.start_commands import ApplicationStartError

INSTALL_SECONDS = 900.0
_NETWORK = ("PIP_", "NPM_CONFIG_", "SSL_CERT", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
_FAILED = "Instance deployment failed to install application dependencies. The deployment failed."
"""Recorded in https://github.com/onnela-lab/beiwe-backend/issues/381."""


def network_variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that tell pip and npm where packages come from: proxies, certificates, their own options."""
    return {
        name: value
        for name, value in environment.items()
        if name in ("PATH", "HOME") or name.upper() in _PROXIES or name.upper().startswith(_NETWORK)
    }


class PackageCache:
    """Folders with packages, by what was asked for. Several processes may share one cache.

    `folder`: where they are kept. `environment`: the variables for pip and npm; see network_variables.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder = folder.absolute()
        caches = {"PIP_CACHE_DIR": self.folder / "pip", "npm_config_cache": self.folder / "npm"}
        quiet = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "npm_config_update_notifier": "false"}
        self.environment = {name: str(path) for name, path in caches.items()} | quiet | dict(environment)

    def get(self, kind: str, key: Sequence[bytes], make: Callable[[Path], None]) -> Path:
        """Return the folder for a key, and make it first if there is none. A failed one is removed.

        A virtual environment cannot be moved, so it is made in its final place, under a lock.
        """
        name = f"{kind}-{hashlib.sha256(b'|'.join(hashlib.sha256(part).digest() for part in key)).hexdigest()[:20]}"
        made, complete = self.folder / name, self.folder / f"{name}.complete"
        if complete.exists():
            return made
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not complete.exists():
                shutil.rmtree(made, ignore_errors=True)
                try:
                    make(made)
                except BaseException:
                    shutil.rmtree(made, ignore_errors=True)
                    raise
                complete.touch()
        return made

    def run(self, command: Sequence[str | Path], folder: Path, log: Path, *, what: str) -> None:
        """Run an installer and append its output to `log`. `what`: what it installs.

        Raises ApplicationStartError, with the end of the output and what to do.
        """
        environment = {"PATH": os.defpath, "LANG": "C.UTF-8"} | self.environment
        try:
            done = subprocess.run(
                [str(word) for word in command],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=INSTALL_SECONDS,
                check=False,
            )
            output, status = done.stdout.decode(errors="replace"), done.returncode
        except subprocess.TimeoutExpired as error:
            output, status = (error.stdout or b"").decode(errors="replace"), None
        with log.open("a") as file:
            file.write(output)
        if status != 0:
            raise ApplicationStartError(_explanation(what, output, status), _FAILED)


_OFFLINE = (
    "no matching distribution", "failed to establish a new connection", "name resolution", "enotfound", "econnrefused",
    "eai_again", "etimedout", "connection refused", "proxyerror", "max retries", "enotcached",
)  # fmt: skip


def _explanation(what: str, output: str, status: int | None) -> str:
    end = " / ".join(line.strip() for line in output.splitlines()[-4:] if line.strip())
    if status is None:
        return f"{what} took longer than {INSTALL_SECONDS:g} s, and was ended. It wrote: {end or 'nothing'}"
    offline = any(sign in output.lower() for sign in _OFFLINE)
    advice = " Is this machine offline? Connect it once: what is installed is kept." if offline else ""
    return f"{what} failed with status {status}.{advice} It wrote: {end or 'nothing'}"
