"""The rules of a run: each yields a sentence for every violation."""

from collections.abc import Iterator

from rehearsal.campaign.execution import ExecutionHistory
from rehearsal.campaign.run import RunEvidence
from rehearsal.traffic import count_answers, failed_requests

TOLERANCE_SECONDS = 0.25
"""From a request to its answer. The version may be proved and get the users in between."""
LAST_REQUESTS = 4
"""One of each client, after the end of all executions."""
OVERTAKEN = ("LockLostError", "UnexpectedEnvironmentError")


def violations(evidence: RunEvidence) -> list[str]:
    """Return all violations of a run; none for a good one."""
    if evidence.stuck:
        return [evidence.stuck, *_check_traffic(evidence)]
    return [*_check_traffic(evidence), *_check_executions(evidence), *_check_what_is_left(evidence)]


def _check_traffic(evidence: RunEvidence) -> Iterator[str]:
    if not evidence.requests:
        yield "No request was made."
    if failed := failed_requests(evidence.requests):
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


def _good(answered_by: str, at: float, evidence: RunEvidence) -> bool:
    version = answered_by.partition("/")[2]
    return version in evidence.proved and at >= evidence.proved[version] - TOLERANCE_SECONDS


def _check_executions(evidence: RunEvidence) -> Iterator[str]:
    for execution in evidence.executions:
        if execution.version == evidence.target:
            if not execution.succeeded and not _overtaken(execution, evidence):
                yield f"The {execution.role} execution did not succeed, not even after a redrive: {execution.ends[-1]}"
        elif execution.ends[0].succeeded:
            yield f"The {execution.role} execution released a bad version."


def _overtaken(execution: ExecutionHistory, evidence: RunEvidence) -> bool:
    """Return whether it was aborted, another one succeeded, and its redrive stopped because of that, as it must."""
    replaced = any(other.succeeded for other in evidence.executions)
    return replaced and execution.ends[0].status == "ABORTED" and execution.ends[-1].error in OVERTAKEN


def _check_what_is_left(evidence: RunEvidence) -> Iterator[str]:
    standing = [environment["EnvironmentName"] for environment in evidence.environments]
    if standing != [evidence.blue]:
        yield f"{', '.join(standing)} stand; expected only {evidence.blue}."
    if evidence.templates:
        yield f"Saved configurations are left: {', '.join(evidence.templates)}."
    for blue in evidence.environments:
        if blue["EnvironmentName"] == evidence.blue:
            if blue["CNAME"] != evidence.cname:
                yield f"{evidence.blue} holds {blue['CNAME']}; expected {evidence.cname}."
            if blue["VersionLabel"] != evidence.target:
                yield f"{evidence.blue} runs {blue['VersionLabel']}; expected {evidence.target}."
    last = list(count_answers(evidence.requests[-LAST_REQUESTS:]))
    if last != [f"{evidence.blue}/{evidence.target}"]:
        yield f"At the end users are served by {', '.join(last)}; expected {evidence.blue}/{evidence.target}."
