"""The emulated account's server, one process: `python -m emulator.server`, in the virtual environment .venv-emulator.

It writes one line to standard output: `{"url": ...}` when it is ready, `{"error": ...}` when it cannot start. The rest
goes to `server.log` in its home. SIGTERM and Ctrl-C end it. With `--attached` it also ends at the end of standard
input, which comes when the parent process ends in any way. The line `detach` lets it outlive its parent.
"""

import argparse
import asyncio
import json
import logging
import os
import shutil
import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

from emulator.autoscaling import AutoScaling
from emulator.beanstalk import ElasticBeanstalk
from emulator.beanstalk.hosting.answer_counts import AnswerCounts
from emulator.beanstalk.hosting.capacity import Capacities
from emulator.beanstalk.hosting.impairments import Impairments
from emulator.beanstalk.hosting.package_cache import PackageCache, network_variables
from emulator.beanstalk.hosting.process_hosting import ProcessHosting
from emulator.beanstalk.s3_bundle_store import S3BundleStore
from emulator.beanstalk.security_groups import made_groups
from emulator.clock import Clock
from emulator.codepipeline import CodePipeline
from emulator.console import Console, ConsoleSettings, RootClients, ViewContext
from emulator.control import ControlApi
from emulator.domain_names import DomainNames
from emulator.faults import FaultInjector
from emulator.forwarder import Forwarder, Target
from emulator.iam.recorder import PermissionRecorder
from emulator.identity import ACCOUNT_ID, REGION
from emulator.messages import PublishedMessages
from emulator.ministack import UnknownMiniStackError
from emulator.startup import ServerStartError, empty_folder, listen, lock_home, log_to, set_environment

PREFIXED_HOSTS = ("sync-127.0.0.1", "sync-localhost")
"""The account's own names, as SDKs write them for Step Functions' TestState and StartSyncExecution.

Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-host-prefix.html
"""
GRACE_SECONDS = 2.0
"""Real seconds that open requests may still take when the server ends."""


def main(arguments: Sequence[str] | None = None) -> None:
    options = _options(arguments)
    try:
        server = Server(options.port, options.scale, options.home.resolve(), options.cache)
        asyncio.run(server.serve(attached=options.attached))
    except (ServerStartError, UnknownMiniStackError, OSError) as error:
        _report({"error": str(error)})
        status = 1
    else:
        status = 0
    logging.shutdown()
    # Not sys.exit: threads of executions that still run would keep the process alive.
    os._exit(status)


class Server:
    """Everything that runs in the account: the gateway, Elastic Beanstalk, MiniStack, the forward proxy."""

    def __init__(self, port: int, scale: float, home: Path, cache: Path | None = None) -> None:
        self._clock = Clock(scale)
        self._socket = listen(port)
        self._home_lock = lock_home(home)  # until this process ends
        self._temporary = empty_folder(home / "tmp")
        log_to(home / "server.log")
        self._url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._proxy = Forwarder(self._route)
        self._packages = PackageCache(cache or home / "packages", network_variables(os.environ))
        set_environment(self._url, f"http://127.0.0.1:{self._proxy.port}", self._temporary)
        self._capacities = Capacities()
        self._impairments = Impairments(self._clock.time)
        self._traffic = AnswerCounts()
        self._messages = PublishedMessages(self._clock.time)
        self._environments = home / "beanstalk"
        self._beanstalk = ElasticBeanstalk(
            clock=self._clock,
            region=REGION,
            account_id=ACCOUNT_ID,
            bundles=S3BundleStore(region=REGION, account_id=ACCOUNT_ID, endpoint_url=self._url),
            create_hosting=self._create_hosting,
        )
        self._names = DomainNames(self._beanstalk.resolve, _record_sets, REGION)

    async def serve(self, *, attached: bool) -> None:
        """Serve until a signal or, when attached, the end of standard input; then end all processes of the account."""
        from hypercorn.asyncio import serve  # noqa: PLC0415 -- after set_environment
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
            # Bounded: clients with open connections would keep the server from ending.
            done, _ = await asyncio.wait({serving}, timeout=GRACE_SECONDS)
            for ended in done:
                ended.result()
        finally:
            self._close()

    def _application(self) -> Callable[..., Any]:
        # MiniStack reads the environment when it is imported, so these come after set_environment.
        from ministack.app import app  # noqa: PLC0415

        from emulator.gateway import Gateway  # noqa: PLC0415
        from emulator.ministack import install_corrections  # noqa: PLC0415
        from emulator.ministack.role_sessions import RoleSessions  # noqa: PLC0415

        faults, permissions = FaultInjector(self._clock.time, self._clock.real), PermissionRecorder()
        sessions, rules = RoleSessions(self._url), dict[str, str]()
        proxy = f"http://127.0.0.1:{self._proxy.port}"
        control = ControlApi(
            clock=self._clock,
            beanstalk=self._beanstalk,
            resolve=self._names.resolve,
            capacities=self._capacities,
            impairments=self._impairments,
            invocations=install_corrections(
                self._clock,
                faults,
                permissions,
                sessions,
                rules,
                messages=self._messages,
                made_groups=partial(made_groups, self._beanstalk.state),
            ),
            faults=faults,
            permissions=permissions,
            traffic=self._traffic,
            messages=self._messages,
            identity={"region": REGION, "account_id": ACCOUNT_ID, "proxy": proxy},
        )
        self._pipelines = CodePipeline(
            clock=self._clock, region=REGION, account_id=ACCOUNT_ID, rules=rules,
            client_of_role=sessions.client_of_role, may_assume=sessions.may_assume,
        )  # fmt: skip
        return Gateway(
            control=control,
            console=Console(ViewContext(RootClients(self._url), control, self._beanstalk, ConsoleSettings())),
            beanstalk=self._beanstalk,
            pipelines=self._pipelines,
            autoscaling=AutoScaling(self._beanstalk.state, self._beanstalk.groups, self._beanstalk.stale_reads),
            ministack=app,
            faults=faults,
            region=REGION,
            on_ready=lambda: _report({"url": self._url}),
        )

    def _create_hosting(self, environment: str, id_: str) -> ProcessHosting:
        capacity = partial(self._capacities.of, environment)
        impairment = partial(self._impairments.of, environment, id_)
        answered = partial(self._traffic.record, environment)
        folder = self._environments / id_
        return ProcessHosting(environment, folder, self._packages, capacity, impairment, answered=answered)

    def _route(self, host: str) -> Target | str:
        if host in PREFIXED_HOSTS:
            return Target("127.0.0.1", self._socket.getsockname()[1])
        if answer := self._names.resolve(host):
            return Target(answer.address, answer.port)
        return (
            f"Expected the CNAME of an environment of this account, or a name in its hosted zones, found {host}."
            " The emulated account has no network: it reaches its own environments only."
        )

    def _close(self) -> None:
        from ministack.core import lambda_runtime  # noqa: PLC0415

        self._proxy.stop()
        self._pipelines.close()
        self._beanstalk.close()
        lambda_runtime.reset()
        shutil.rmtree(self._temporary, ignore_errors=True)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m emulator.server", description=__doc__, allow_abbrev=False)
    parser.add_argument("--port", type=int, default=4566, help="port on 127.0.0.1; 0 takes any free one")
    parser.add_argument("--scale", type=float, default=0.1, help="real seconds that one account second takes")
    parser.add_argument(
        "--home", type=Path, default=Path("build/account"), help="folder for the log and unpacked bundles"
    )
    parser.add_argument("--cache", type=Path, help="folder for the packages of applications; by default in the home")
    parser.add_argument("--attached", action="store_true", help="end when standard input ends")
    return parser.parse_args(arguments)


def _record_sets() -> list[dict[str, Any]]:
    from emulator.ministack.route53 import record_sets  # noqa: PLC0415 - after set_environment

    return record_sets()


def _await_end_of_input(then: Callable[[], object]) -> None:
    """Call `then` at the end of standard input; return without a call when told to detach."""
    for line in sys.stdin:
        if line.strip() == "detach":
            return
    then()


def _report(message: dict[str, str]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
