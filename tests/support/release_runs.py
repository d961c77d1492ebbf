"""A whole release on the in-memory Elastic Beanstalk: its stages in order, retried as by the state machine."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from lambdas.deployment import Deployment, NextStep, Role
from lambdas.errors import EnvironmentNotReadyError, ReleaseError, ServiceUnavailableError
from lambdas.failure import Failure, Outcome
from lambdas.recovery import recover
from lambdas.settling import settled_verdict
from lambdas.stages import (
    await_green,
    await_release,
    await_termination,
    await_traffic,
    clone_blue,
    deploy_release,
    plan,
    swap_traffic,
    terminate_green,
    watch_release,
)
from lambdas.visit import Visit
from tests.support.fake_services import FakeAlarms
from tests.support.in_memory import LIMIT_SECONDS, VirtualBeanstalk
from tests.support.stages import CAUSE, Release, visit

T = TypeVar("T")
POLL_SECONDS = 5


@dataclass
class ReleaseRun:
    """One execution of the state machine, which starts when this is made. `states`: those entered, in order."""

    account: VirtualBeanstalk
    release: Release
    execution: str = "release-v2"
    states: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.started: datetime = self.account.now()

    def state(self, name: str, stage: Callable[[Visit], T]) -> T:
        """Enter a state: call the stage until it returns. Raises the error that the state's Retry does not match."""
        self.states.append(name)
        entered = self.account.now()
        while True:
            now = self.account.now()
            assert (now - entered).total_seconds() < LIMIT_SECONDS, f"{name} never ends"
            invocation = replace(visit(self.execution, since=entered, now=now, started=self.started), state=name)
            try:
                with settled_verdict(invocation):
                    return stage(invocation)
            except (EnvironmentNotReadyError, ServiceUnavailableError):
                self.pause(name, entered)

    def pause(self, _state: str, _entered: datetime) -> None:
        """Let the time of a poll pass."""
        self.release.wait(POLL_SECONDS)

    def plan(self, **request: object) -> Deployment:
        return self.state("Plan", lambda now: plan.plan(self.release.request(**request), now, self.release.services()))

    def to_green(self) -> Deployment:
        """Plan, clone, and give the users to green."""
        deployment = self.plan()
        if deployment.next_step != NextStep.RELEASE:  # green serves already
            return deployment
        return self.swap(self.clone(deployment), "green")

    def clone(self, deployment: Deployment) -> Deployment:
        beanstalk, scaling = self.release.beanstalk, self.release.scaling
        cloned = self.state("CloneBlue", lambda now: clone_blue.clone_blue(deployment, now, beanstalk, scaling))
        return self.state("AwaitGreen", lambda now: await_green.await_green(cloned, now, beanstalk))

    def swap(self, deployment: Deployment, to: Role) -> Deployment:
        records, beanstalk, color = self.release.records, self.release.beanstalk, to.title()
        scaling = self.release.scaling
        self.state(
            f"SwapTo{color}",
            lambda now: swap_traffic.swap_traffic(deployment, to, now, records, beanstalk, scaling=scaling),
        )
        return self.state(f"Await{color}Live", lambda now: await_traffic.await_traffic(deployment, to, now, beanstalk))

    def deploy(self, deployment: Deployment) -> Deployment:
        beanstalk = self.release.beanstalk
        asked = self.state("DeployRelease", lambda now: deploy_release.deploy_release(deployment, now, beanstalk))
        return self.state("AwaitRelease", lambda now: await_release.await_release(asked, now, beanstalk))

    def watch(self, deployment: Deployment) -> Deployment:
        beanstalk = self.release.beanstalk
        return self.state(
            "WatchRelease", lambda now: watch_release.watch_release(deployment, now, beanstalk, FakeAlarms())
        )

    def remove_green(self, deployment: Deployment) -> Deployment:
        beanstalk = self.release.beanstalk
        self.state("TerminateGreen", lambda now: terminate_green.terminate_green(deployment, now, beanstalk))
        return self.state("AwaitTermination", lambda _: await_termination.await_termination(deployment, beanstalk))

    def all(self) -> Deployment:
        """Run the whole release."""
        return self.remove_green(self.watch(self.swap(self.deploy(self.to_green()), "blue")))

    def recover(self, deployment: Deployment) -> Outcome:
        """Run the failure branch for the state that was entered last."""
        failure = Failure(self.states[-1], "SomeError", CAUSE, 0)
        records, beanstalk, scaling = self.release.records, self.release.beanstalk, self.release.scaling
        return self.state(
            "KeepGreenLive", lambda now: recover(deployment, failure, now, records, beanstalk, scaling=scaling)
        )

    def until_failure(self) -> ReleaseError:
        """Run the whole release, which must fail. Return the error."""
        try:
            self.all()
        except ReleaseError as error:
            return error
        raise AssertionError("Expected the release to fail; it succeeded.")
