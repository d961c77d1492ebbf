"""The rules of a run: each yields a sentence for every violation."""

from collections.abc import Iterator

from rehearsal.campaign.acts import Act
from rehearsal.campaign.course import FOREVER
from rehearsal.campaign.execution import ExecutionHistory
from rehearsal.campaign.plan import SNAPSHOT_INCIDENTS
from rehearsal.campaign.run_evidence import RunEvidence
from rehearsal.campaign.unavoidable import is_unavoidable
from rehearsal.traffic import count_answers, failed_requests

TOLERANCE_SECONDS = 0.25
"""From a request to its answer. The version may be proved and get the users in between."""
LAST_REQUESTS = 4
"""One of each client, after the end of all executions."""
OVERTAKEN = ("LockLostError", "UnexpectedEnvironmentError", "ReleaseRefusedError")
LOOK_SECONDS = 60
"""The age of a look on which a stage may decide, in account seconds."""
LOOK_SLACK = 1.0
"""Real seconds: the time of a function."""
SERVED_BY = "Users are served by: "
NOBODY = "NOBODY"


def violations(evidence: RunEvidence) -> list[str]:
    """Return all violations of a run; none for a good one."""
    if evidence.stuck:
        return [evidence.stuck, *_check_traffic(evidence)]
    always = [
        *_check_traffic(evidence),
        *_check_operations(evidence),
        *_check_decisions(evidence),
        *_check_notices(evidence),
    ]
    # After somebody terminated the environment that serves, only people can repair it.
    return always if evidence.lost else [*always, *_check_executions(evidence), *_check_what_is_left(evidence)]


def _check_traffic(evidence: RunEvidence) -> Iterator[str]:
    if not evidence.requests:
        yield "No request was made."
    unavoidable = is_unavoidable(evidence)
    failed = [each for each in failed_requests(evidence.requests) if not unavoidable(each.at, each.answered_by)]
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


def _good(answered_by: str, at: float, evidence: RunEvidence) -> bool:
    version = answered_by.partition("/")[2]
    if version in evidence.proved and at >= evidence.proved[version] - TOLERANCE_SECONDS:
        return True
    return any(act.label == version and _put_before_users(act, at, evidence) for act in evidence.acts)


def _put_before_users(act: Act, at: float, evidence: RunEvidence) -> bool:
    """Return whether a person deployed the version onto blue while it served, or clients had its old DNS answers."""
    left = max((end for _, end in evidence.course.holds("blue") if end <= at), default=0.0)
    expires = left + evidence.clock.real(evidence.dns_ttl) + TOLERANCE_SECONDS
    return act.live or at <= expires


def _check_operations(evidence: RunEvidence) -> Iterator[str]:
    """What serves is never deployed to or terminated, except by people."""
    course, by_people = evidence.course, {act.request for act in evidence.acts if act.request}
    for role in ("blue", "green"):
        for start, how in course.starts(course.name(role)):
            if start.request not in by_people and course.holder(start.at) == role:
                yield f"{start.environment} was {how} while it served users."


def _check_decisions(evidence: RunEvidence) -> Iterator[str]:
    """No release goes on while users are on a sick environment and the other one is known to be good."""
    course, clock = evidence.course, evidence.clock
    seen = clock.real(LOOK_SECONDS) + LOOK_SLACK
    updates = [start.at for start, how in course.starts(course.blue) if how == "updated"]
    for execution in evidence.executions:
        for drive in execution.drives(clock):
            swapped = any(drive.begin <= swap <= drive.end for swap in course.swaps)
            first = next((at for at in updates if at >= drive.begin), FOREVER)
            if swapped and first <= drive.end and first == updates[0] and course.holder(first) == "green":
                sick = course.is_sick(course.green, first - seen, first)
                if sick and not course.is_sick(course.blue, first, first):
                    yield f"{course.blue}, good and untouched, was updated while users were on a sick {course.green}."
            for at, state in drive.entered:
                if state == "TerminateGreen" and course.holder(at) == "blue":
                    sick = course.is_sick(course.blue, at - seen, at)
                    if sick and not course.is_sick(course.green, at, at):
                        yield f"The watch of {course.blue} ended well while it was sick and {course.green} stood by."


def _check_notices(evidence: RunEvidence) -> Iterator[str]:
    """Each failed end was told, and what people were told of who serves was true."""
    for execution in evidence.executions:
        notices = execution.notices(evidence.clock)
        failed = sum(end.status == "FAILED" for end in execution.ends)
        if len(notices) < failed and not evidence.plan.faults:
            yield f"The {execution.role} execution failed {failed} times; people were told {len(notices)} times."
        for at, message in notices:
            served_by = message.partition(SERVED_BY)[2].partition(" ")[0]
            holder = evidence.course.name(evidence.course.holder(at))
            named = served_by in (evidence.course.blue, evidence.course.green)
            wrong = served_by.startswith(NOBODY) if not evidence.lost else named and served_by == holder
            if wrong or (named and served_by != holder):
                yield f"People were told that users are served by {served_by}; {holder} held {evidence.cname}."


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
