"""A release of `shop`, with v1 live on shop-prod, and the stages as functions to call."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self, TypeVar

import pytest

from lambdas.aws.alarms import Alarms
from lambdas.aws.beanstalk import Beanstalk
from lambdas.aws.environment import Environment
from lambdas.aws.scaling import Scaling
from lambdas.aws.surroundings import Surroundings
from lambdas.deployment import Deployment, Role
from lambdas.errors import EnvironmentNotReadyError, ReleaseRefusedError
from lambdas.observation import Services
from lambdas.request import completed
from lambdas.stages import (
    await_green,
    await_release,
    await_termination,
    await_traffic,
    clone_blue,
    deploy_release,
    drain_blue,
    plan,
    swap_traffic,
    terminate_green,
)
from lambdas.visit import Visit
from tests.support.fake_services import FakeAlarms, FakeExecutions, FakeRecords
from tests.support.in_memory import VirtualBeanstalk
from tests.support.network import FakeNetwork

T = TypeVar("T")

EXECUTION = "arn:aws:states:us-east-1:123456789012:execution:bluegreen:release-v2"
PRODUCTION = "shop.us-east-1.elasticbeanstalk.com"
CAUSE = json.dumps({"errorMessage": "Expected this. Found that. Do so.", "errorType": "SomeError", "stackTrace": []})
READS = ("Describe", "List", "Check")
"""The first words of the actions that change nothing."""


def visit(
    execution: str = "release-v2",
    *,
    since: datetime | None = None,
    now: datetime | None = None,
    started: datetime | None = None,
) -> Visit:
    """Return an invocation at `now`, of a state that was entered at `since`, an hour after the execution's start."""
    now = now or datetime.now(UTC)
    since = since or now
    return Visit(
        EXECUTION.replace("release-v2", execution), "Somewhere", since, now, started or since - timedelta(hours=1)
    )


@dataclass
class Release:
    """The stages by name; each call is one invocation. `cloned`, `swapped` and so on wait for the end."""

    account: VirtualBeanstalk
    beanstalk: Beanstalk
    records: FakeRecords
    executions: FakeExecutions
    scaling: Scaling
    execution: str = "release-v2"
    """The execution that the stages after Plan belong to."""
    hooks: frozenset[str] = frozenset({"smoke"})
    """The functions that the stack was deployed with as hooks."""
    network: FakeNetwork = field(default_factory=FakeNetwork)
    known_hosts: frozenset[str] = frozenset({PRODUCTION, "test.shop.example"})
    """The names that DNS knows."""

    def plan(
        self,
        state_of: Alarms | None = None,
        /,
        *,
        execution: str = "release-v2",
        started: datetime | None = None,
        redrives: int = 0,
        **request: Any,
    ) -> Deployment:
        invocation = self.visit(execution, **({"started": started} if started else {}))
        return plan.plan(self.request(**request), replace(invocation, redrives=redrives), self.services(state_of))

    def request(self, **request: Any) -> dict[str, Any]:
        """Return the completed request for v2. A value of None leaves a key out."""
        given = {"application": "shop", "blue": "shop-prod", "version": "v2", **request}
        return completed({key: value for key, value in given.items() if value is not None})

    @property
    def surroundings(self) -> Surroundings:
        """What stands around environments, on the account's Elastic Beanstalk."""
        self.network.beanstalk = self.account.client
        return Surroundings(self.network.client)

    def services(self, alarms: Alarms | None = None) -> Services:
        return Services(
            self.beanstalk,
            alarms or FakeAlarms(),
            self.records,
            self.executions,
            self.scaling,
            self.surroundings,
            self.hooks,
            self.known_hosts.__contains__,
        )

    def visit(self, execution: str | None = None, state: str = "Somewhere", /, **moments: datetime) -> Visit:
        """Return an invocation now, in account time. By default the state was entered now."""
        return replace(visit(execution or self.execution, **{"now": self.account.now(), **moments}), state=state)

    def clone(self, deployment: Deployment, execution: str | None = None) -> Deployment:
        return clone_blue.clone_blue(deployment, self.visit(execution), self.beanstalk, self.scaling)

    def cloned(self, **request: Any) -> Deployment:
        """Plan, clone, and wait until green is up."""
        deployment = self.clone(self.plan(**request))
        return self.eventually(lambda: self.await_green(deployment))

    def await_green(self, deployment: Deployment) -> Deployment:
        return await_green.await_green(deployment, self.visit(), self.beanstalk)

    def swap(self, deployment: Deployment, to: Role, **moments: datetime) -> Deployment:
        invocation = self.visit(None, f"SwapTo{to.capitalize()}", **moments)
        return swap_traffic.swap_traffic(deployment, to, invocation, self.records, self.beanstalk, scaling=self.scaling)

    def swapped(self, deployment: Deployment, to: Role) -> Deployment:
        self.eventually(lambda: self.swap(deployment, to))
        return self.eventually(lambda: await_traffic.await_traffic(deployment, to, self.visit(), self.beanstalk))

    def drain(self, deployment: Deployment, **moments: datetime) -> Deployment:
        return drain_blue.drain_blue(deployment, self.visit(None, "DrainBlue", **moments), self.beanstalk)

    def deploy(self, deployment: Deployment, **moments: datetime) -> Deployment:
        invocation = self.visit(None, "DeployRelease", **moments)
        return deploy_release.deploy_release(deployment, invocation, self.beanstalk)

    def deployed(self, deployment: Deployment, **moments: datetime) -> Deployment:
        deploying = self.eventually(lambda: self.deploy(deployment, **moments))
        return self.eventually(lambda: await_release.await_release(deploying, self.visit(), self.beanstalk))

    def terminate(self, deployment: Deployment, **moments: datetime) -> Deployment:
        return terminate_green.terminate_green(deployment, self.visit(**moments), self.beanstalk)

    def terminated(self, deployment: Deployment) -> Deployment:
        self.eventually(lambda: self.terminate(deployment))
        return self.eventually(lambda: await_termination.await_termination(deployment, self.beanstalk))

    def break_down(self, name: str, status: int = 500) -> None:
        """Let the application of an environment answer with this status, until its health is Red."""
        self.account.hosting(name).order = status
        self.account.until(lambda: self.look(name).colour == "Red", lambda: f"{self.look(name)} to be Red")

    def wait(self, seconds: float) -> None:
        """Let so many account seconds pass."""
        end = self.account.now() + timedelta(seconds=seconds)
        self.account.until(lambda: self.account.now() >= end, lambda: f"{end}")

    def forget_swap(self) -> None:
        """Write the record as functions do that know no swaps."""
        for key, record in self.records.by_environment.items():
            self.records.write(*key, replace(record, swap=None), record)

    def seconds_since(self, moment: datetime) -> float:
        """Return the account seconds since a moment."""
        return (self.account.now() - moment).total_seconds()

    def look(self, name: str) -> Environment:
        """Return the environment of that name."""
        (found,) = self.beanstalk.environments(name)
        return found

    def stands(self, name: str) -> bool:
        """Return whether an environment of that name exists and is not being terminated."""
        return any(not each.gone for each in self.beanstalk.environments(name))

    def eventually(self, stage: Callable[[], T]) -> T:
        """Call the stage again until it does not raise EnvironmentNotReadyError, as the state's Retry does."""
        results: list[T] = []
        waiting: list[EnvironmentNotReadyError] = []

        def succeeds() -> bool:
            try:
                results.append(stage())
            except EnvironmentNotReadyError as error:
                waiting.append(error)
            return bool(results)

        self.account.until(succeeds, lambda: str(waiting[-1]))
        return results[0]

    @classmethod
    def of(cls, account: VirtualBeanstalk, autoscaling: Any, *options: dict[str, str]) -> Self:
        """shop-prod runs v1, healthy, at shop.us-east-1.elasticbeanstalk.com. `autoscaling`: a client."""
        tags = [{"Key": "team", "Value": "checkout"}]
        account.healthy("shop-prod", *options, VersionLabel="v1", CNAMEPrefix="shop", Tags=tags)
        return cls(account, Beanstalk(account.client), FakeRecords(), FakeExecutions(), Scaling(autoscaling))

    def calls(self, action: str) -> int:
        return self.account.service.calls[action]


def refusal(release: Release, **request: Any) -> str:
    """Return the message by which Plan refuses the request. Fails when the plan changes anything."""
    before = {key: count for key, count in release.account.service.calls.items() if not key.startswith(READS)}
    with pytest.raises(ReleaseRefusedError) as refused:
        release.plan(**request)
    after = {key: count for key, count in release.account.service.calls.items() if not key.startswith(READS)}
    assert before == after, "a refusal touches nothing"
    message = str(refused.value)
    assert re.fullmatch(r"Expected .+\. Found .+\. .+start a new execution; nothing was touched\.", message), message
    return message
