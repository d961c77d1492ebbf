"""What a run saw about launches, updates, swaps and redrives. Pure, over the evidence."""

from datetime import datetime

from rehearsal.prove.observations import (
    NAME_OF_FAILURE,
    NOT_SEEN,
    SWAP_ENDS,
    TOLERANCE_SECONDS,
    UPDATE_ENDS,
    UPDATE_STARTS,
    FactObservation,
)
from rehearsal.prove.proof_evidence import ProofEvidence
from rehearsal.traffic import failed_requests


def request_ids(evidence: ProofEvidence) -> FactObservation:
    """See whether the events of blue's launch have the request id of CreateEnvironment."""
    if evidence.create_request is None or not evidence.events:
        return NOT_SEEN
    same = [event for event in evidence.events if event.request == evidence.create_request]
    return FactObservation(f"{len(same)} events have the id of CreateEnvironment's answer", bool(same))


def seen_after_create(evidence: ProofEvidence) -> FactObservation:
    """See whether DescribeEnvironments showed blue at once. Stages allow for both."""
    answer = evidence.answers.get("shown just after CreateEnvironment")
    return NOT_SEEN if answer is None else FactObservation(answer, None)


def label_during_update(evidence: ProofEvidence) -> FactObservation:
    """See which label blue showed while a version was deployed. Stages allow for both."""
    shown = set()
    for execution in evidence.executions:
        for start, end in _updates(evidence, since=execution.began):
            for sample in evidence.samples_of(evidence.blue):
                known = sample.label in (execution.version, execution.version_before)
                if known and sample.status == "Updating" and start <= sample.at <= end:
                    shown.add("the new label" if sample.label == execution.version else "the old label")
            break  # the first update is the deployment of this execution
    return FactObservation(" and ".join(sorted(shown)), None) if shown else NOT_SEEN


def after_failed_update(evidence: ProofEvidence) -> FactObservation:
    """See the status and the label of blue after the failed deployment."""
    failed = evidence.execution(NAME_OF_FAILURE)
    if failed is None or not failed.as_expected:
        return NOT_SEEN
    errors = [each.at for each in evidence.events_of(evidence.blue, since=failed.began) if each.severity == "ERROR"]
    ready = (each for each in evidence.samples_of(evidence.blue) if each.status == "Ready")
    sample = next((each for each in ready if errors and each.at >= errors[0]), None)
    if sample is None:
        return NOT_SEEN
    health = sample.health_status or sample.health
    return FactObservation(f"Ready, label {sample.label}, health {health}", sample.label == failed.version_before)


def failed_update_has_errors(evidence: ProofEvidence) -> FactObservation:
    """See whether the failed deployment has an ERROR event."""
    failed = evidence.execution(NAME_OF_FAILURE)
    if failed is None or not failed.as_expected:
        return NOT_SEEN
    events = evidence.events_of(evidence.blue, since=failed.began)
    errors = [event.message for event in events if event.severity == "ERROR"]
    return FactObservation(f'first "{errors[0]}"' if errors else "no ERROR event", bool(errors))


def end_before_ready(evidence: ProofEvidence) -> FactObservation:
    """See whether the last event of an update is there when blue is seen Ready."""
    lags = []
    for start, end in _updates(evidence, completed=True):
        later = [each for each in evidence.samples_of(evidence.blue) if each.at > start]
        updating = next((each for each in later if each.status == "Updating"), None)
        ready = next((each for each in later if updating and each.at > updating.at and each.status == "Ready"), None)
        if ready:
            lags.append((end - ready.at).total_seconds())
    if not lags:
        return NOT_SEEN
    return FactObservation(f"at most {max(0.0, *lags):.0f} s after Ready was seen", max(lags) <= TOLERANCE_SECONDS)


def launch_to_healthy(evidence: ProofEvidence) -> FactObservation:
    """See how long after Ready an environment is healthy. AwaitGreen waits for health, so both orders are good."""
    for name in (evidence.green, evidence.blue):
        ready = next((each for each in evidence.samples_of(name) if each.status == "Ready"), None)
        green = next((each for each in evidence.samples_of(name) if each.health == "Green"), None)
        if ready and green:
            return FactObservation(f"{(green.at - ready.at).total_seconds():.0f} s after Ready", None)
    return NOT_SEEN


def swap_pairs(evidence: ProofEvidence) -> FactObservation:
    """See whether both environments have the end of each swap among their events."""
    ended: dict[str | None, set[str]] = {}
    for event in evidence.events:
        if event.message.startswith(SWAP_ENDS):
            ended.setdefault(event.request, set()).add(event.environment)
    if not ended:
        return NOT_SEEN
    both = {evidence.blue, evidence.green}
    one_sided = [names for names in ended.values() if names != both]
    return FactObservation(f"{len(ended)} swaps, {len(one_sided)} of them told by one environment only", not one_sided)


def endpoint_stays(evidence: ProofEvidence) -> FactObservation:
    """See whether blue's endpoint stays the same while its CNAME changes."""
    samples = evidence.samples_of(evidence.blue)
    endpoints, cnames = ({each.endpoint for each in samples} - {None}, {each.cname for each in samples} - {None})
    if len(cnames) < 2:
        return NOT_SEEN
    return FactObservation(f"{len(cnames)} CNAMEs, {len(endpoints)} endpoint", len(endpoints) == 1)


def name_is_free(evidence: ProofEvidence) -> FactObservation:
    """See whether green's name could be used again after a termination."""
    ids = {sample.id for sample in evidence.samples_of(evidence.green)}
    return FactObservation(f"{len(ids)} environments had green's name", True) if len(ids) > 1 else NOT_SEEN


def old_answers_expire(evidence: ProofEvidence) -> FactObservation:
    """See whether requests failed, above all while blue was updated after a swap."""
    if not evidence.requests:
        return NOT_SEEN
    failed = failed_requests(evidence.requests)
    return FactObservation(f"{len(failed):,} of {len(evidence.requests):,} requests failed", not failed)


def redrive_resumes(evidence: ProofEvidence) -> FactObservation:
    """See whether the redriven execution went on to its end."""
    redriven = next((each for each in evidence.executions if each.redriven), None)
    if redriven is None:
        return NOT_SEEN
    return FactObservation(f"the redriven execution ended {redriven.outcome.status}", redriven.as_expected)


def error_is_kept(evidence: ProofEvidence) -> FactObservation:
    """See whether a failed execution has the error of the stage that failed, and a plain text as its cause."""
    failed = evidence.execution(NAME_OF_FAILURE)
    if failed is None:
        return NOT_SEEN
    error, cause = failed.outcome.error, str(failed.outcome.cause)
    kept = error == "DeploymentFailedError" and not cause.startswith("{")
    return FactObservation(f"the error is {error}, and its cause begins with {cause[:20]}", kept)


def nothing_is_denied(evidence: ProofEvidence) -> FactObservation:
    """See whether AWS denied something to the stack's functions."""
    if not evidence.executions:
        return NOT_SEEN
    first = f', first "{evidence.denials[0]}"' if evidence.denials else ""
    return FactObservation(f"{len(evidence.denials)} denials{first}", not evidence.denials)


def throttling(evidence: ProofEvidence) -> FactObservation:
    """See how often AWS throttled. Stages retry."""
    return FactObservation(f"throttled {evidence.throttled} times", None) if evidence.executions else NOT_SEEN


def _updates(
    evidence: ProofEvidence, *, since: datetime | None = None, completed: bool = False
) -> list[tuple[datetime, datetime]]:
    """Return the start and the last event of each update of blue. `completed`: only of those that ended well."""
    events = evidence.events_of(evidence.blue, since=since)
    starts = [event for event in events if event.message == UPDATE_STARTS]
    found = []
    for start in starts:
        same = [event for event in events if event.request == start.request]
        if not completed or any(event.message == UPDATE_ENDS for event in same):
            found.append((start.at, same[-1].at))
    return found
