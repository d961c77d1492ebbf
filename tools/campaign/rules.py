"""The rules of a run, of what users and accounts show: each yields a sentence for every violation.

The simulator judges what executions decide and tell, and how soon they move users away from a sick environment.
"""

from collections.abc import Iterator

from rehearsal.traffic import Request, count_answers, failed_requests
from tools.campaign.acts import Act
from tools.campaign.execution import ExecutionHistory
from tools.campaign.plan import SNAPSHOT_INCIDENTS, Intervention
from tools.campaign.run_evidence import RunEvidence

FOREVER = float("inf")
TOLERANCE_SECONDS = 0.25
"""From a request to its answer. The version may be proved and get the users in between."""
LAST_REQUESTS = 4
"""One of each client, after the end of all executions."""
REPLACEMENT_SECONDS = 300
"""Account seconds until a lost instance is replaced, an update by hand ends, or a sick instance is in service again."""
SLACK = 4.0
"""Real seconds: the account's functions and instances are slower than AWS's."""
OVERTAKEN = ("LockLostError", "UnexpectedEnvironmentError", "ReleaseRefusedError")


def violations(evidence: RunEvidence) -> list[str]:
    """Return all violations of a run; none for a good one."""
    if evidence.stuck:
        return [evidence.stuck, *_check_traffic(evidence)]
    always = [*_check_traffic(evidence), *_check_operations(evidence)]
    # After somebody terminated the environment that serves, only people can repair it.
    return always if evidence.lost else [*always, *_check_executions(evidence), *_check_what_is_left(evidence)]


def _check_traffic(evidence: RunEvidence) -> Iterator[str]:
    if not evidence.requests:
        yield "No request was made."
    failed = [each for each in failed_requests(evidence.requests) if not _unavoidable(each, evidence)]
    if failed:
        first = failed[0]
        yield (
            f"{len(failed)} of {len(evidence.requests)} requests failed; the first: {first.failure}"
            f" (answered by {first.answered_by})."
        )
    unproved = {
        request.answered_by
        for request in evidence.requests
        if request.answered_by and not request.failure and not _good(request.answered_by, request.at, evidence)
    }
    for server in sorted(unproved):
        yield f"Users were served by {server}; expected only versions that were proved good before."


def _unavoidable(request: Request, evidence: RunEvidence) -> bool:
    """Return whether a failed request went to an environment that an accident or a person had struck.

    A request without an answer has no environment's name.
    """
    asked = request.answered_by and request.answered_by.partition("/")[0]
    return any(
        asked in (None, act.environment) and act.at - SLACK / 4 <= request.at <= _fails_until(act, evidence)
        for act in evidence.acts
    )


def _fails_until(act: Act, evidence: RunEvidence) -> float:
    """Return until when requests to an environment may fail after an act, in real epoch seconds."""
    real = evidence.clock.real
    match act.act:
        case Intervention.SICK:
            return FOREVER if act.until is None else act.until + real(REPLACEMENT_SECONDS) + SLACK
        case Intervention.LOSE | Intervention.DEPLOY | Intervention.CONFIGURE:
            return act.at + real(REPLACEMENT_SECONDS) + SLACK
        case Intervention.TERMINATE:
            # Clients with old DNS answers may be on it still.
            return FOREVER if act.live else act.at + real(evidence.dns_ttl) + SLACK
        case _:
            return 0.0


def _good(answered_by: str, at: float, evidence: RunEvidence) -> bool:
    version = answered_by.partition("/")[2]
    if version in evidence.proved and at >= evidence.proved[version] - TOLERANCE_SECONDS:
        return True
    return any(act.label == version and _put_before_users(act, at, evidence) for act in evidence.acts)


def _put_before_users(act: Act, at: float, evidence: RunEvidence) -> bool:
    """Return whether a person deployed the version onto blue while it served, or clients had its old DNS answers."""
    left = max((swap for swap in evidence.course.swaps[::2] if swap <= at), default=0.0)
    expires = left + evidence.clock.real(evidence.dns_ttl) + TOLERANCE_SECONDS
    return act.live or at <= expires


def _check_operations(evidence: RunEvidence) -> Iterator[str]:
    """What serves is never deployed to or terminated, except by people."""
    course, by_people = evidence.course, {act.request for act in evidence.acts if act.request}
    for role in ("blue", "green"):
        for start, how in course.starts(course.name(role)):
            if start.request not in by_people and course.holder(start.at) == role:
                yield f"{start.environment} was {how} while it served users."


def _check_executions(evidence: RunEvidence) -> Iterator[str]:
    if evidence.plan.only_snapshot and not evidence.executions[0].ends[0].succeeded:
        yield f"A struck snapshot failed the release: {evidence.executions[0].ends[0]}"
    for execution in evidence.executions:
        if execution.version == evidence.target:
            if not execution.succeeded and not _overtaken(execution, evidence):
                yield f"The {execution.role} execution did not succeed, not even after a redrive: {execution.ends[-1]}"
        elif execution.ends[0].succeeded:
            yield f"The {execution.role} execution released a bad version."


def _overtaken(execution: ExecutionHistory, evidence: RunEvidence) -> bool:
    """Return whether another one succeeded after it was aborted or disturbed, and its redrive stopped for that."""
    replaced = any(other.succeeded for other in evidence.executions)
    stopped = execution.ends[0].status == "ABORTED" or any(
        each.act not in SNAPSHOT_INCIDENTS for each in evidence.plan.interventions
    )
    return replaced and stopped and execution.ends[-1].error in OVERTAKEN


def _check_what_is_left(evidence: RunEvidence) -> Iterator[str]:
    expected = _versions_at_the_end(evidence)
    standing = [environment["EnvironmentName"] for environment in evidence.environments]
    if standing != [evidence.blue]:
        yield f"{', '.join(standing)} stand; expected only {evidence.blue}."
    if evidence.templates:
        yield f"Saved configurations are left: {', '.join(evidence.templates)}."
    for blue in evidence.environments:
        if blue["EnvironmentName"] == evidence.blue:
            if blue["CNAME"] != evidence.cname:
                yield f"{evidence.blue} holds {blue['CNAME']}; expected {evidence.cname}."
            if blue["VersionLabel"] not in expected:
                yield f"{evidence.blue} runs {blue['VersionLabel']}; expected {evidence.target}."
    last = list(count_answers(evidence.requests[-LAST_REQUESTS:]))
    if last not in [[f"{evidence.blue}/{version}"] for version in expected]:
        yield f"At the end users are served by {', '.join(last)}; expected {evidence.blue}/{evidence.target}."


def _versions_at_the_end(evidence: RunEvidence) -> list[str]:
    """Return the released version, and one that a person deployed onto blue after it had the users back."""
    swaps = evidence.course.swaps
    by_hand = [act.label for act in evidence.acts if act.label and act.live and len(swaps) > 1 and act.at > swaps[-1]]
    return [evidence.target, *by_hand]
