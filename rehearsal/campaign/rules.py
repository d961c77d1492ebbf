"""What a run may not show: each rule gives the sentences that say how it was broken."""

from collections.abc import Iterator

from rehearsal.campaign.execution import Course
from rehearsal.campaign.run import Evidence
from rehearsal.traffic import answers, failures

TOLERANCE_SECONDS = 0.25
"""Between the making of a request and its answer, in which a version may be proved and swapped to."""
LAST_REQUESTS = 4
"""One of each user, when everything is over."""
OVERTAKEN = ("LockLostError", "UnexpectedEnvironmentError")


def violations(evidence: Evidence) -> list[str]:
    """Return every way in which a run was not as it must be; nothing for a good one."""
    if evidence.stuck:
        return [evidence.stuck, *_of_users(evidence)]
    return [*_of_users(evidence), *_of_executions(evidence), *_of_what_is_left(evidence)]


def _of_users(evidence: Evidence) -> Iterator[str]:
    if not evidence.requests:
        yield "Nobody asked."
    if failed := failures(evidence.requests):
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
    for who in sorted(unproved):
        yield f"Users were served by {who}, whose version was not known to be good then."


def _good(answered_by: str, at: float, evidence: Evidence) -> bool:
    version = answered_by.partition("/")[2]
    return version in evidence.proved and at >= evidence.proved[version] - TOLERANCE_SECONDS


def _of_executions(evidence: Evidence) -> Iterator[str]:
    for course in evidence.courses:
        if course.version == evidence.target:
            if not course.succeeded and not _overtaken(course, evidence):
                yield f"The {course.role} execution did not succeed, not even redriven: {course.endings[-1]}"
        elif course.endings[0].succeeded:
            yield f"The {course.role} execution released a bad version."


def _overtaken(course: Course, evidence: Evidence) -> bool:
    """It was stopped, another one took its place, and redriven it ended when it found that out: as it should be."""
    in_its_place = any(other.succeeded for other in evidence.courses)
    return in_its_place and course.endings[0].status == "ABORTED" and course.endings[-1].error in OVERTAKEN


def _of_what_is_left(evidence: Evidence) -> Iterator[str]:
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
    last = list(answers(evidence.requests[-LAST_REQUESTS:]))
    if last != [f"{evidence.blue}/{evidence.target}"]:
        yield f"At the end users are served by {', '.join(last)}; expected {evidence.blue}/{evidence.target}."
