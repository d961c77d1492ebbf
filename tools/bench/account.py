"""An account in memory with an environment for each release, and the handlers connected to it."""

import io
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, redirect_stdout
from datetime import datetime
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from emulator.in_memory.account import InMemoryAccount
from emulator.in_memory.account import client as new_client
from lambdas.aws.alarms import LONG_AGO, AlarmState
from lambdas.aws.beanstalk import Beanstalk
from lambdas.aws.begun_releases import BegunReleases
from lambdas.aws.records import RecordPlace, Records
from lambdas.aws.scaling import Scaling
from lambdas.aws.snapshot import Snapshot
from lambdas.aws.snapshots import Snapshots
from lambdas.aws.surroundings import Surroundings
from lambdas.handler import logger
from tests.support.beanstalk import BUCKET, ENHANCED, PLATFORM
from tests.support.fake_services import FakeAlarms, FakeExecutions
from tests.support.network import FakeNetwork
from tests.support.s3 import FakeS3
from tests.support.source_bundles import release

STORE: Final = "elasticbeanstalk"
LAUNCHED_SECONDS: Final = 900
"""After that, every environment is healthy."""


class FakeAlarm(FakeAlarms):
    """Alarms of which one rings from a moment on."""

    def __init__(self) -> None:
        super().__init__()
        self.rings_since: datetime | None = None

    def states(self, names: Sequence[str]) -> dict[str, AlarmState]:
        """Return the states of the named alarms, which all exist."""
        since = self.rings_since
        return {name: AlarmState("ALARM", since) if since else AlarmState("OK", LONG_AGO) for name in names}


class BenchAccount:
    """An account with Elastic Beanstalk's limit on, in which each application has an environment that serves v1."""

    def __init__(self, memory: InMemoryAccount, s3: FakeS3, client: Any) -> None:
        self.memory = memory
        self.s3 = s3
        self.client = client
        self.alarm = FakeAlarm()
        self.looks: list[float] = []
        """When DescribeEnvironments was called, throttled calls too."""
        self.executions = FakeExecutions()
        """The executions that functions ask about."""
        client.meta.events.register("after-call.elastic-beanstalk.DescribeEnvironments", self._count)

    @property
    def now(self) -> float:
        """The account's time, an epoch."""
        return self.memory.clock.time()

    def open(self, application: str, *settings: Mapping[str, str]) -> None:
        """Start to launch an application's environment."""
        self.memory.store.bundles.update({f"/{BUCKET}/{version}.zip": release() for version in ("v1", "v2")})
        self.client.create_application(ApplicationName=application)
        for version in ("v1", "v2"):
            bundle = {"S3Bucket": BUCKET, "S3Key": f"{version}.zip"}
            self.client.create_application_version(
                ApplicationName=application, VersionLabel=version, SourceBundle=bundle
            )
        self.client.create_environment(
            ApplicationName=application,
            EnvironmentName=f"{application}-prod",
            SolutionStackName=PLATFORM,
            VersionLabel="v1",
            OptionSettings=settings,
        )

    def _count(self, **_: Any) -> None:
        self.looks.append(self.now)


@contextmanager
def bench_account(applications: int, *, enhanced: bool = False) -> Iterator[BenchAccount]:
    """Give an account with so many applications, `app1` and so on. In the block, the handlers use it, by its time.

    `enhanced`: with enhanced health reporting, as the console's environments have; otherwise basic, as the API's.
    """
    client, autoscaling = new_client(), new_client("autoscaling")
    memory, s3 = InMemoryAccount(), FakeS3(STORE)
    quotas = memory.service.quotas
    quotas.environments = quotas.applications = quotas.application_versions = quotas.configuration_templates = 100_000
    with ExitStack() as block:
        block.enter_context(memory.answering(client, autoscaling))
        account = BenchAccount(memory, s3, client)
        for number in range(applications):
            account.open(f"app{number + 1}", *([ENHANCED] if enhanced else []))
        memory.advance(LAUNCHED_SECONDS)
        account.looks.clear()
        for target, value in _connections(account, autoscaling).items():
            block.enter_context(patch(target, lambda value=value: value))
        # One processor plays all functions here, and most of them read the same snapshot.
        block.enter_context(patch.object(Snapshot, "from_json", lru_cache(2)(Snapshot.from_json)))
        block.enter_context(patch("lambdas.http_answers.get_status", lambda *_, **__: 200))
        block.enter_context(patch.object(time, "time", memory.clock.time))
        block.enter_context(redirect_stdout(io.StringIO()))
        block.callback(logger.setLevel, logger.log_level)
        logger.setLevel("CRITICAL")
        yield account


def _connections(account: BenchAccount, autoscaling: Any) -> dict[str, Any]:
    """Return what each module of the handlers is connected to, by the function that connects it."""
    client, s3 = account.client, account.s3
    connected = {
        "connect_beanstalk": Beanstalk(client),
        "connect_scaling": Scaling(autoscaling),
        "connect_records": Records(s3, RecordPlace(STORE, "bluegreen/{application}/{blue}.json")),  # type: ignore[arg-type]
        "connect_snapshots": Snapshots(s3, STORE, "bluegreen/snapshot"),  # type: ignore[arg-type]
        "connect_begun_releases": BegunReleases(s3, STORE, "bluegreen/begun-releases"),  # type: ignore[arg-type]
        "connect_alarms": account.alarm,
        "connect_executions": account.executions,
        "connect_surroundings": Surroundings(FakeNetwork(client).client),
    }
    stages = sorted(each.stem for each in Path("lambdas/stages").glob("*_*.py") if each.stem != "__init__")
    modules = ["lambdas.handler", "lambdas.waiter", *(f"lambdas.stages.{name}" for name in [*stages, "plan"])]
    return {
        f"{module}.{name}": value
        for module in modules
        for name, value in connected.items()
        if hasattr(import_module(module), name)
    }
