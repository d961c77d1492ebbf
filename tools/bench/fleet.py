"""A fleet in virtual time: the real handlers of the fleets' machine, the JSONata of its Map, and users of all.

Its states are passed in the order of infra/fleet_workflow.py. Each release is an execution of this model.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from random import Random
from typing import Any, Final

from infra.fleet_expressions import FAILED_RELEASE, NEXT_ITEM, RELEASE_NAME, SUCCEEDED_RELEASE
from infra.retry_delays import WAITING
from lambdas.aws.executions import Execution
from lambdas.errors import EnvironmentNotReadyError
from lambdas.fleet import Fleet, FleetStep
from lambdas.stages import judge_group, plan_fleet
from tests.support.beanstalk import BUCKET
from tests.support.source_bundles import dying, release
from tools.bench.account import BenchAccount, bench_account
from tools.bench.execution import BenchExecution
from tools.bench.model import interleave
from tools.bench.users import BenchUsers
from tools.simulation.expressions import evaluated

FLEET: Final = "arn:aws:states:us-east-1:123456789012:execution:bench-fleet:fleet"
MACHINE: Final = "arn:aws:states:us-east-1:123456789012:stateMachine:bench"
GOES_ON: Final = frozenset({FleetStep.RELEASE, FleetStep.WAVE})


@dataclass
class BenchFleet:
    """An execution of a fleet. `started`: the releases' executions, by name. `messages`: the subjects to people."""

    account: BenchAccount
    request: Mapping[str, Any]
    random: Random
    started: dict[str, BenchExecution] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)
    fleet: dict[str, Any] | None = None
    redrives: int = 0
    _began: float = 0.0
    _redriven: float = 0.0

    def start(self) -> Fleet:
        """Run it to its end."""
        self._began = self.account.now
        return self._run()

    def redrive(self) -> Fleet:
        """Redrive it after it has stopped, and run it to its end."""
        self.redrives, self._redriven = self.redrives + 1, self.account.now
        return self._run()

    def _run(self) -> Fleet:
        fleet = self._retried(partial(_planned, {"fleet": self.fleet}))
        while fleet["next_step"] in GOES_ON:
            if fleet["next_step"] == FleetStep.WAVE:
                self.account.memory.advance(fleet["between_waves_seconds"])
            event = {"fleet": fleet, "results": self._release_group(fleet), "machine": MACHINE}
            fleet = self._retried(partial(_judged, event))["fleet"]
            if fleet["next_step"] != FleetStep.RELEASE:
                self.messages.append(fleet["notice"]["subject"])
        self.fleet = fleet
        return Fleet.from_json(fleet)

    def _retried(self, invoke: Callable[[Mapping[str, Any]], Any]) -> Any:
        """Return what a state's function returns, at last."""
        entered = self.account.now
        for tried in range(WAITING.attempts):
            try:
                return invoke(self._context(entered))
            except EnvironmentNotReadyError:
                longest = min(WAITING.first * WAITING.rate**tried, WAITING.longest)
                self.account.memory.advance(self.random.uniform(0, longest))
        return invoke(self._context(entered))

    def _release_group(self, fleet: Mapping[str, Any]) -> Sequence[Any]:
        """Return the results of the Map, after all its releases have ended."""
        items = []
        for value in fleet["group"]:
            context = {**self._context(self.account.now), "Map": {"Item": {"Value": value}}}
            item = self._evaluated(NEXT_ITEM, {"input": {"fleet": fleet}, "context": context})
            # An item runs in an execution of its own, which was not redriven.
            items.append((item, self._start({"input": item, "context": {"Execution": {"Id": f"{FLEET}/item"}}})))
        interleave([execution for _, execution in items], self.account)
        return [self._result(item, execution) for item, execution in items]

    def _start(self, states: Mapping[str, Any]) -> BenchExecution:
        name, request = self._evaluated(RELEASE_NAME, states), states["input"]["request"]
        if name in self.started:
            raise ValueError(f"Expected a new name. Found {name} twice.")
        application, random = request["application"], Random(f"{name} {self.random.random()}")  # noqa: S311
        self.started[name] = BenchExecution(application, self.account.now, random, request=request, name=name)
        return self.started[name]

    def _result(self, item: Mapping[str, Any], execution: BenchExecution) -> Any:
        states = {"input": item, "context": self._context(self.account.now)}
        error, ended = execution.error, "FAILED" if execution.error else "SUCCEEDED"
        why = (type(error).__name__, str(error)) if error else ("", "")
        started = datetime.fromtimestamp(execution.started, UTC)
        self.account.executions.ended[execution.arn] = Execution(execution.arn, ended, started, {}, *why)
        if not error:
            return self._evaluated(SUCCEEDED_RELEASE, states)
        failed = {"Error": "States.TaskFailed", "Cause": f'{{"Status": "FAILED", "Error": "{why[0]}"}}'}
        return self._evaluated(FAILED_RELEASE, {**states, "errorOutput": failed})

    def _evaluated(self, template: Any, states: Mapping[str, Any]) -> Any:
        return evaluated(template, states, self.account.now)

    def _context(self, entered: float) -> dict[str, Any]:
        execution = {"Id": FLEET, "Name": "fleet", "StartTime": _text(self._began), "Input": dict(self.request)}
        redriven = {"RedriveCount": self.redrives, "RedriveTime": _text(self._redriven)} if self.redrives else {}
        return {"Execution": execution | redriven, "State": {"Name": "Fleet", "EnteredTime": _text(entered)}}


@dataclass(frozen=True)
class FleetRun:
    """A fleet that stopped, and was redriven after its bad version was corrected. `bad`: the environment."""

    bad: str
    stopped: Fleet
    ended: Fleet
    bench: BenchFleet
    users: BenchUsers
    seconds: float


def run_fleet(environments: int, bad: int, *, seed: int = 1, **settings: Any) -> FleetRun:
    """Release a fleet. The version of the `bad`-th environment does not start, until it is corrected for a redrive.

    `settings`: of the fleet, beside its version and environments.
    """
    with bench_account(environments) as account:
        names = sorted(f"app{number + 1}" for number in range(environments))
        failing = names[bad - 1]
        _replace_version(account, failing, dying())
        users = BenchUsers(account)
        request = {"version": "v2", "environments": [{"name": "*-prod"}], **settings}
        bench, began = BenchFleet(account, request, Random(seed)), account.now  # noqa: S311
        with users.asking():
            stopped = bench.start()
            _replace_version(account, failing, release())
            ended = bench.redrive()
        return FleetRun(f"{failing}/{failing}-prod", stopped, ended, bench, users, account.now - began)


def _replace_version(account: BenchAccount, application: str, bundle: bytes) -> None:
    """Put another bundle behind the label v2 of an application."""
    key = f"{application}-v2-{account.now:.0f}.zip"
    account.memory.store.bundles[f"/{BUCKET}/{key}"] = bundle
    account.client.delete_application_version(ApplicationName=application, VersionLabel="v2")
    location = {"S3Bucket": BUCKET, "S3Key": key}
    account.client.create_application_version(ApplicationName=application, VersionLabel="v2", SourceBundle=location)
    account.memory.advance(60)


def _planned(event: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
    return plan_fleet.handler({**event, "context": context}, None)


def _judged(event: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
    return judge_group.handler({**event, "context": context}, None)


def _text(epoch: float) -> str:
    return datetime.fromtimestamp(epoch, UTC).isoformat()
