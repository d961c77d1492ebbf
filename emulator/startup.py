"""What the server needs before it serves: a port, a home folder of its own, a log, and the account's environment."""

import fcntl
import logging
import os
import shutil
import socket
from pathlib import Path
from typing import TextIO

from emulator.identity import ACCESS_KEY, ACCOUNT_ID, REGION, SECRET_KEY


class ServerStartError(Exception):
    """The server cannot start; the message is one line for the user."""


def listen(port: int) -> socket.socket:
    """Return a socket that listens on a port of 127.0.0.1. Raises ServerStartError."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        listening.bind(("127.0.0.1", port))
    except (OSError, OverflowError) as error:
        listening.close()
        raise ServerStartError(
            f"Port {port} of 127.0.0.1 is not free ({error}). Choose another one, or end the program that uses it."
        ) from error
    listening.listen(256)
    return listening


def lock_home(home: Path) -> TextIO:
    """Make the home folder and lock it; return the lock. Raises ServerStartError when another account has the home.

    Two accounts in one home would remove each other's files.
    """
    home.mkdir(parents=True, exist_ok=True)
    lock = (home / "server.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise ServerStartError(
            f"{home} is the home of an account that runs. End it, or give another --home."
        ) from error
    return lock


def empty_folder(folder: Path) -> Path:
    """Make a folder that is empty, and return it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def log_to(file: Path) -> None:
    """Write warnings and errors of this process to a file."""
    logging.basicConfig(
        filename=file, level=logging.WARNING, format="%(asctime)s %(levelname)s [%(name)s] %(message)s", force=True
    )


def set_environment(url: str, proxy: str, temporary: Path) -> None:
    """Replace the environment by the account's. Functions inherit it, so only PATH is left of the user's."""
    path = os.environ.get("PATH", os.defpath)
    os.environ.clear()
    os.environ.update(
        PATH=path,
        HOME=str(temporary),
        LANG="C.UTF-8",
        TZ="UTC",
        TMPDIR=str(temporary),
        LOG_LEVEL="WARNING",
        BIND_HOST="127.0.0.1",
        GATEWAY_PORT=url.rpartition(":")[2],
        MINISTACK_ACCOUNT_ID=ACCOUNT_ID,
        MINISTACK_REGION=REGION,
        AUTH="true",
        IOT_MTLS_ENABLED="0",
        SFTP_ENABLED="0",
        AWS_ENDPOINT_URL=url,
        # The root user's key. Functions get temporary credentials of their roles.
        AWS_ACCESS_KEY_ID=ACCESS_KEY,
        AWS_SECRET_ACCESS_KEY=SECRET_KEY,
        AWS_REGION=REGION,
        AWS_DEFAULT_REGION=REGION,
        AWS_EC2_METADATA_DISABLED="true",
        AWS_DISABLE_HOST_PREFIX_INJECTION="true",
        # HTTPS, too: the proxy refuses requests to other machines.
        HTTP_PROXY=proxy,
        http_proxy=proxy,
        HTTPS_PROXY=proxy,
        https_proxy=proxy,
        NO_PROXY="127.0.0.1,localhost",
        no_proxy="127.0.0.1,localhost",
    )
