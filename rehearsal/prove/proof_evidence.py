"""What a run saw of the account. The facts are judged by it, and report.json holds it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from rehearsal.account.shop import BeanstalkEvent
from rehearsal.execution import ExecutionOutcome, StateVisit
from rehearsal.prove.watch import EnvironmentSample
from rehearsal.traffic import Request


@dataclass(frozen=True)
class ProvedExecution:
    """One execution, or one redrive of it.

    `expected`: the status that it should end with. `version_before`, `version`: what served users before it, and what
    it releases. `began`, `visits`: of this part alone.
    """

    name: str
    expected: str
    version: str
    version_before: str
    began: datetime
    outcome: ExecutionOutcome
    visits: Sequence[StateVisit]
    redriven: bool = False

    @property
    def as_expected(self) -> bool:
        """Whether it ended as the proof expects."""
        return self.outcome.status == self.expected


@dataclass
class ProofEvidence:
    """The observations of one run, added to as the run goes on.

    `blue`, `green`: names. `answers`: of calls that ask a question, by the name of the question.
    `create_request`: the request id of blue's launch. `denials`: what AWS denied, in its own words.
    `problems`: what did not go as it should, one sentence each.
    """

    blue: str
    green: str
    executions: list[ProvedExecution] = field(default_factory=list)
    events: Sequence[BeanstalkEvent] = ()
    samples: Sequence[EnvironmentSample] = ()
    requests: Sequence[Request] = ()
    answers: dict[str, str] = field(default_factory=dict)
    create_request: str | None = None
    denials: Sequence[str] = ()
    throttled: int = 0
    problems: list[str] = field(default_factory=list)

    def events_of(self, environment: str, *, since: datetime | None = None) -> list[BeanstalkEvent]:
        """Return the events of an environment, oldest first."""
        return [each for each in self.events if each.environment == environment and (since is None or each.at >= since)]

    def samples_of(self, environment: str) -> list[EnvironmentSample]:
        """Return the samples of an environment, by name, in their order."""
        return [sample for sample in self.samples if sample.name == environment]

    def execution(self, name: str) -> ProvedExecution | None:
        """Return the execution of that name; None when the run did not come so far."""
        return next((each for each in self.executions if each.name == name), None)

    @property
    def durations(self) -> Mapping[str, float]:
        """The seconds that each operation of Elastic Beanstalk took at most, by events with the same request id."""
        return _durations(self.events)


STARTS = {
    "createEnvironment is starting.": "launch",
    "Environment update is starting.": "update",
    "swapEnvironmentCNAMEs is starting.": "swap",
    "terminateEnvironment is starting.": "terminate",
}


def _durations(events: Sequence[BeanstalkEvent]) -> dict[str, float]:
    first: dict[str, tuple[str, datetime]] = {}
    found: dict[str, float] = {}
    for event in events:
        if event.request is None:
            continue
        if event.message in STARTS:
            first.setdefault(event.request, (STARTS[event.message], event.at))
        if event.request in first:
            operation, began = first[event.request]
            found[operation] = max(found.get(operation, 0.0), (event.at - began).total_seconds())
    return found
