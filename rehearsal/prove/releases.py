"""The executions of a proof: a release, a failed one, its redrive, and a rollback, under traffic."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rehearsal.execution import ExecutionOutcome, ExecutionReader
from rehearsal.prove.bundles import VERSION_HEADER
from rehearsal.prove.errors import ProofError
from rehearsal.prove.installation import Installation
from rehearsal.prove.names import RunNames
from rehearsal.prove.observations import NAME_OF_FAILURE
from rehearsal.prove.proof_evidence import ProofEvidence, ProvedExecution
from rehearsal.prove.proved_application import LIVE_VERSION, ProvedApplication
from rehearsal.prove.target import EventClock, ProofTarget
from rehearsal.report.progress import Progress, ReleaseSnapshot
from rehearsal.traffic import Traffic, TrafficClient, count_answers

NEXT_VERSION = "v2"
FAILING_VERSION = "v3"
CLIENTS = 5
REQUESTS_PER_SECOND = 5.0
"""On AWS. In an emulated account more, since its time is shorter, but no more than the machine can send."""
MOST_REQUESTS_PER_SECOND = 30.0
NAME_MINUTES = 10.0
SERVING_MINUTES = 5.0


def traffic_on(target: ProofTarget, cname: str) -> Traffic:
    """Return traffic on blue's CNAME, when the name answers. Raises WaitLimitError when this machine gets no answer."""
    client = TrafficClient(cname, target.resolve, header=VERSION_HEADER)
    target.until(
        lambda: client.request().failure is None,
        f"http://{cname}/ to answer this machine",
        NAME_MINUTES,
        found=lambda: client.request().failure or "an answer",
    )
    rate = min(MOST_REQUESTS_PER_SECOND, REQUESTS_PER_SECOND / target.scale)
    return Traffic(cname, target.resolve, clients=CLIENTS, requests_per_second=rate, header=VERSION_HEADER)


@dataclass(frozen=True)
class Releases:
    """Starts the executions and follows them. Each is added to the evidence."""

    target: ProofTarget
    names: RunNames
    installation: Installation
    application: ProvedApplication
    event_clock: EventClock
    traffic: Traffic
    evidence: ProofEvidence
    progress: Progress

    def run(self) -> None:
        """Run all four. Raises ProofError for the first that does not end as it should, and WaitLimitError."""
        self._start("the release", self._bundled(NEXT_VERSION), "SUCCEEDED", NEXT_VERSION, LIVE_VERSION)
        self._require_served(NEXT_VERSION)
        request = self._bundled(FAILING_VERSION, fails_when_told=True)
        arn = self._start(NAME_OF_FAILURE, request, "FAILED", FAILING_VERSION, NEXT_VERSION)
        self._require_served(NEXT_VERSION)
        with self.progress.step("repair the cause of the failure"):
            self.application.set_fails("no")
        self._redrive("the redrive", arn, FAILING_VERSION, NEXT_VERSION)
        self._require_served(FAILING_VERSION)
        rollback = {"mode": "rollback", "version": NEXT_VERSION}
        self._start("the rollback", rollback, "SUCCEEDED", NEXT_VERSION, FAILING_VERSION)
        self._require_served(NEXT_VERSION)

    def _bundled(self, version: str, *, fails_when_told: bool = False) -> Mapping[str, Any]:
        key = self.application.upload(version, fails_when_told=fails_when_told)
        return {"version": version, "source_bundle": {"bucket": self.installation.artifacts, "key": key}}

    def _start(self, name: str, request: Mapping[str, Any], expected: str, version: str, before: str) -> str:
        states = self.target.client("stepfunctions")
        whole = {"application": self.names.application, "blue": self.names.blue, **request}
        arn: str = states.start_execution(
            stateMachineArn=self.installation.machine, name=name.replace(" ", "-"), input=json.dumps(whole)
        )["executionArn"]
        self._follow(name, arn, expected, version, before)
        return arn

    def _redrive(self, name: str, arn: str, version: str, before: str) -> None:
        states = self.target.client("stepfunctions")
        reader = ExecutionReader(states, arn)
        reader.read()
        states.redrive_execution(executionArn=arn)
        self._follow(name, arn, "SUCCEEDED", version, before, earlier=len(reader.visits))

    def _follow(
        self, name: str, arn: str, expected: str, version: str, before: str, *, earlier: int | None = None
    ) -> None:
        """Follow an execution to its end. `earlier`: the visits before its redrive; None when it is not redriven."""
        reader = ExecutionReader(self.target.client("stepfunctions"), arn)
        began = self.event_clock.at(time.time())
        self.progress.say()
        self.progress.say(f"{name}:")
        outcome = self._until_ended(reader, earlier or 0)
        self.evidence.executions.append(
            ProvedExecution(
                name=name,
                expected=expected,
                version=version,
                version_before=before,
                began=began,
                outcome=outcome,
                visits=reader.visits[earlier or 0 :],
                redriven=earlier is not None,
            )
        )
        if outcome.status != expected:
            raise ProofError(
                f"Expected {name} to end {expected}. Found {outcome.status}: {outcome.error}: {outcome.cause}"
            )

    def _until_ended(self, reader: ExecutionReader, earlier: int) -> ExecutionOutcome:
        with self.progress.release(self.names.blue) as show:
            while True:
                outcome = reader.read()
                show(self._snapshot(reader, earlier, self.event_clock.at(time.time())))
                if not outcome.running:
                    return outcome
                time.sleep(self.target.poll_seconds)

    def _snapshot(self, reader: ExecutionReader, earlier: int, now: datetime) -> ReleaseSnapshot:
        return ReleaseSnapshot(
            now=now,
            visits=[visit for visit in reader.visits[earlier:] if visit.is_stage],
            serving=count_answers(self.traffic.since(time.time() - 2)),
            requests=len(self.traffic.requests),
            failed=len(self.traffic.failed),
        )

    def _require_served(self, version: str) -> None:
        self.target.until(
            lambda: self.traffic.last_served_by == [version],
            f"all answers to come from {version}",
            SERVING_MINUTES,
            found=lambda: self.traffic.last_served_by,
        )
