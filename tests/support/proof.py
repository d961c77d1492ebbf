"""Evidence of a proof, and an account that a test makes up for it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from rehearsal.account.dns import DnsAnswer
from rehearsal.account.shop import BeanstalkEvent
from rehearsal.execution import ExecutionOutcome
from rehearsal.prove.observations import NAME_OF_FAILURE
from rehearsal.prove.proof_evidence import ProofEvidence, ProvedExecution
from rehearsal.prove.target import ProofTarget
from rehearsal.prove.watch import EnvironmentSample

BLUE, GREEN = "prove-abc123", "prove-abc123-green"
START = datetime(2026, 11, 25, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    """Return the moment so many seconds after the start."""
    return START + timedelta(seconds=seconds)


def event(
    seconds: float, message: str, *, environment: str = BLUE, severity: str = "INFO", request: str | None = None
) -> BeanstalkEvent:
    return BeanstalkEvent(at(seconds), environment, severity, message, request)


def sample(seconds: float, status: str, label: str = "v1", **changes: Any) -> EnvironmentSample:
    """Return a sample of blue."""
    values = {
        "name": BLUE,
        "id": "e-blue",
        "health": "Green",
        "health_status": "Ok",
        "cname": "c",
        "endpoint": "1.2.3.4",
    }
    return EnvironmentSample(at=at(seconds), status=status, label=label, **(values | changes))


def execution(name: str, status: str, *, expected: str = "SUCCEEDED", **changes: Any) -> ProvedExecution:
    """Return an execution of v2 over v1, from the start to a minute later."""
    error = None if status == "SUCCEEDED" else "DeploymentFailedError"
    outcome = ExecutionOutcome(status, START, at(600), {}, None, error, None)
    return ProvedExecution(name, expected, "v2", "v1", START, outcome, [], **changes)


def failed_release() -> ProvedExecution:
    return execution(NAME_OF_FAILURE, "FAILED", expected="FAILED")


def evidence(**values: Any) -> ProofEvidence:
    return ProofEvidence(BLUE, GREEN, **values)


def target(clients: Mapping[str, Any], *, emulated: bool = True, caller: str = "arn:aws:iam::1:root") -> ProofTarget:
    """Return an account with these clients of its services; its time passes a hundred times faster."""
    return ProofTarget(
        account_id="123456789012",
        region="eu-west-1",
        caller=caller,
        emulated=emulated,
        scale=0.01,
        client=clients.__getitem__,
        variables=dict,
        resolve=lambda _: DnsAnswer("127.0.0.1", 80, 1),
    )
