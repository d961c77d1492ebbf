"""Whole releases in memory during which something happens to an environment, with users who count their failures."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from lambdas.deployment import Deployment, NextStep
from lambdas.errors import ReleaseError, WaitTimedOutError
from lambdas.failure import Failure, Outcome
from lambdas.stages import drain_blue, keep_green_live, verify_green, verify_release
from tests.support.release_runs import POLL_SECONDS, ReleaseRun
from tests.support.stages import CAUSE, PRODUCTION

TIMEOUT = 900
"""Seconds in a state, after which a stage gives up."""


@dataclass
class IncidentRun(ReleaseRun):
    """A release in which `incident` happens `after` seconds in `state`. Each look of a user takes POLL_SECONDS."""

    state_of_incident: str = ""
    after: float = 0
    incident: Callable[[], object] = lambda: None
    happened: datetime | None = None
    lost: list[datetime] = field(default_factory=list)
    """When a user got no answer, or an error."""
    error: ReleaseError | None = None
    """What failed the release."""
    outcome: Outcome | None = None

    def play(self) -> None:
        """Run the release to its end, or to the end of its failure branch."""
        try:
            self.all()
        except ReleaseError as error:
            self.error = error
            failure = Failure(self.states[-1], type(error).__name__, CAUSE, 0)
            records, beanstalk, scaling = self.release.records, self.release.beanstalk, self.release.scaling
            self.outcome = self.state(
                "KeepGreenLive",
                lambda now: keep_green_live.keep_green_live(
                    self.latest, failure, now, records, beanstalk, scaling=scaling
                ),
            )

    def all(self) -> Deployment:
        """Run the whole release."""
        beanstalk = self.release.beanstalk
        self.latest = deployment = self.plan(bake_seconds=120)
        if deployment.next_step == NextStep.RELEASE:
            deployment = self.latest = self.to_green_of(deployment)
        deployment = self.state("DrainBlue", lambda now: drain_blue.drain_blue(deployment, now, beanstalk))
        deployment = self.latest = self.deploy(deployment)
        self.state("VerifyRelease", lambda now: verify_release.verify_release(deployment, now, beanstalk))
        return self.remove_green(self.watch(self.swap(deployment, "blue")))

    def to_green_of(self, deployment: Deployment) -> Deployment:
        """Clone, verify green, and give it the users."""
        cloned = self.latest = self.clone(deployment)
        beanstalk = self.release.beanstalk
        self.state("VerifyGreen", lambda _: verify_green.verify_green(cloned, beanstalk))
        return self.swap(cloned, "green")

    def pause(self, name: str, entered: datetime) -> None:
        """Let the time of a poll pass; let the incident happen when it is due; look as a user does."""
        seconds = (self.account.now() - entered).total_seconds()
        if seconds > TIMEOUT:
            raise WaitTimedOutError(expected=f"{name} to end", found="a wait", next_step="Redrive it.")
        if name == self.state_of_incident and seconds >= self.after and self.happened is None:
            self.happened = self.account.now()
            self.incident()
        self.release.wait(POLL_SECONDS)
        if self.account.get(PRODUCTION).status != 200:
            self.lost.append(self.account.now())

    @property
    def seconds_lost(self) -> float:
        """From the first lost request to the last one."""
        return (self.lost[-1] - self.lost[0]).total_seconds() if self.lost else 0
