"""The account's server, one process: `python -m emulator.server`, run by the account's own virtual environment.

It says on standard output when it is ready, `{"url": ...}`, or why it cannot start, `{"error": ...}`; all else goes
to `server.log` in its home. SIGTERM and Ctrl-C end it. With `--attached` it also ends when standard input does, which
happens when the process that holds the other end has ended, however; the word `stay` on a line detaches it.
"""

import argparse
import asyncio
import fcntl
import json
import logging
import os
import shutil
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Thread
from typing import Any, TextIO

from emulator.beanstalk import ElasticBeanstalk
from emulator.beanstalk.hosting.process_hosting import ProcessHosting
from emulator.beanstalk.s3_bundle_store import S3BundleStore
from emulator.clock import Clock
from emulator.faults import Faults
from emulator.forwarder import Forwarder, Target
from emulator.iam.recorder import Permissions
from emulator.identity import ACCESS_KEY, ACCOUNT_ID, REGION, SECRET_KEY
from emulator.ministack import UnknownEmulatorError

GRACE_SECONDS = 2.0
"""How long requests under way may take to end, in real seconds, when the server ends."""


class ServerStartError(Exception):
    """The server cannot start; the message is one line for the user."""


def main(arguments: Sequence[str] | None = None) -> None:
    options = _options(arguments)
    try:
        server = Server(options.port, options.scale, options.home.resolve())
        asyncio.run(server.serve(attached=options.attached))
    except (ServerStartError, UnknownEmulatorError, OSError) as error:
        _say({"error": str(error)})
        status = 1
    else:
        status = 0
    logging.shutdown()
    # Threads of executions that still run must not hold the process back.
    os._exit(status)


class Server:
    """Everything that runs in the account: the gateway, Elastic Beanstalk, the emulator, the forward proxy."""

    def __init__(self, port: int, scale: float, home: Path) -> None:
        self._clock = Clock(scale)
        self._socket = _listen(port)
        self._lock = _take(home)
        self._temporary = _fresh_folder(home / "tmp")
        _log_to(home / "server.log")
        self._url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._proxy = Forwarder(self._route)
        _set_environment(self._url, f"http://127.0.0.1:{self._proxy.port}", self._temporary)
        self._beanstalk = ElasticBeanstalk(
            clock=self._clock,
            region=REGION,
            account_id=ACCOUNT_ID,
            bundles=S3BundleStore(region=REGION, account_id=ACCOUNT_ID, endpoint_url=self._url),
            create_hosting=lambda name, id_: ProcessHosting(name, home / "beanstalk" / id_),
        )

    async def serve(self, *, attached: bool) -> None:
        """Serve until a signal, or the end of standard input if attached; then end every process that was started."""
        from hypercorn.asyncio import serve  # noqa: PLC0415 -- the emulator reads the environment when it is imported
        from hypercorn.config import Config  # noqa: PLC0415

        config = Config()
        config.bind = [f"fd://{self._socket.fileno()}"]
        config.keep_alive_timeout = 75
        config.graceful_timeout = GRACE_SECONDS
        config.loglevel = "WARNING"
        application = self._application()
        end = asyncio.Event()
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, end.set)
        if attached:
            Thread(target=_await_end_of_input, args=(lambda: loop.call_soon_threadsafe(end.set),), daemon=True).start()
        self._proxy.start()
        try:
            serving = asyncio.create_task(serve(application, config, shutdown_trigger=end.wait))
            await asyncio.wait({serving, asyncio.create_task(end.wait())}, return_when=asyncio.FIRST_COMPLETED)
            # Bounded, since clients that keep their connections open would keep it from ending.
            done, _ = await asyncio.wait({serving}, timeout=GRACE_SECONDS)
            for ended in done:
                ended.result()
        finally:
            self._close()

    def _application(self) -> Callable[..., Any]:
        from ministack.app import app  # noqa: PLC0415 -- it reads the environment when it is imported

        from emulator.gateway import Gateway  # noqa: PLC0415
        from emulator.ministack import install  # noqa: PLC0415

        faults, permissions = Faults(self._clock.time), Permissions()
        return Gateway(
            clock=self._clock,
            beanstalk=self._beanstalk,
            invocations=install(self._clock, faults, permissions),
            faults=faults,
            permissions=permissions,
            emulator=app,
            identity={
                "region": REGION,
                "account_id": ACCOUNT_ID,
                "proxy": f"http://127.0.0.1:{self._proxy.port}",
            },
            on_ready=lambda: _say({"url": self._url}),
        )

    def _route(self, host: str) -> Target | str:
        if answer := self._beanstalk.resolve(host):
            return Target(answer.address, answer.port)
        return f"Nothing answers to {host} here. The rehearsal has no network; only its own environments have names."

    def _close(self) -> None:
        from ministack.core import lambda_runtime  # noqa: PLC0415

        self._proxy.stop()
        self._beanstalk.close()
        lambda_runtime.reset()
        shutil.rmtree(self._temporary, ignore_errors=True)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m emulator.server", description=__doc__)
    parser.add_argument("--port", type=int, default=4566, help="on 127.0.0.1; 0 takes any that is free")
    parser.add_argument("--scale", type=float, default=0.1, help="real seconds that one account second takes")
    parser.add_argument("--home", type=Path, default=Path("build/account"), help="folder for logs and unpacked bundles")
    parser.add_argument("--attached", action="store_true", help="end when standard input does")
    return parser.parse_args(arguments)


def _listen(port: int) -> socket.socket:
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        listening.bind(("127.0.0.1", port))
    except (OSError, OverflowError) as error:
        listening.close()
        raise ServerStartError(
            f"Port {port} of 127.0.0.1 cannot be had ({error}). Choose another one, or end the program that holds it."
        ) from error
    listening.listen(256)
    return listening


def _set_environment(url: str, proxy: str, temporary: Path) -> None:
    """Functions inherit this environment, so it holds nothing of the user's but where programs are."""
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
        # Who has this key is the account's root user. Functions have their own roles' temporary credentials.
        AWS_ACCESS_KEY_ID=ACCESS_KEY,
        AWS_SECRET_ACCESS_KEY=SECRET_KEY,
        AWS_REGION=REGION,
        AWS_DEFAULT_REGION=REGION,
        AWS_EC2_METADATA_DISABLED="true",
        # HTTPS as well: a request that wants to leave this machine is refused, and does not leave it.
        HTTP_PROXY=proxy,
        http_proxy=proxy,
        HTTPS_PROXY=proxy,
        https_proxy=proxy,
        NO_PROXY="127.0.0.1,localhost",
        no_proxy="127.0.0.1,localhost",
    )


def _take(home: Path) -> TextIO:
    """Make the home and hold it: two accounts in one would remove each other's files."""
    home.mkdir(parents=True, exist_ok=True)
    lock = (home / "server.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise ServerStartError(
            f"{home} is the home of an account that runs. End it, or give another --home."
        ) from error
    return lock


def _await_end_of_input(then: Callable[[], object]) -> None:
    for line in sys.stdin:
        if line.strip() == "stay":
            return
    then()


def _fresh_folder(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _log_to(file: Path) -> None:
    logging.basicConfig(
        filename=file, level=logging.WARNING, format="%(asctime)s %(levelname)s [%(name)s] %(message)s", force=True
    )


def _say(message: dict[str, str]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
