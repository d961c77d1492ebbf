"""Exactly enough: each stage's role was granted what it uses, and without any of it a release ends otherwise."""

from collections.abc import Mapping
from concurrent.futures import Future
from functools import partial

import pytest

from tests.support.courses import COURSES, Ending
from tests.support.grants import granted, roles, unused, used, without
from tests.support.testbed import Testbed


@pytest.fixture(scope="module")
def endings(testbed: Testbed) -> Mapping[str, list[Ending]]:
    """Of all courses, undisturbed."""
    futures: Mapping[str, Future[list[Ending]]] = testbed.play(
        {name: partial(course, testbed) for name, course in COURSES.items()}
    )
    return {name: future.result() for name, future in futures.items()}


def test_the_courses_end_as_they_should(endings: Mapping[str, list[Ending]]) -> None:
    found = {name: [(each.status, each.states[-1]) for each in ended] for name, ended in endings.items()}
    assert found == {
        "is_released": [("SUCCEEDED", "AwaitTermination"), ("SUCCEEDED", "Plan")],
        "does_not_come_up": [("FAILED", "AwaitGreen")],
        "rings": [("FAILED", "WatchRelease"), ("SUCCEEDED", "AwaitTermination")],
        "hangs": [("FAILED", "AwaitRelease"), ("SUCCEEDED", "AwaitTermination")],
    }


def test_nothing_is_granted_that_no_course_uses(testbed: Testbed, endings: Mapping[str, list[Ending]]) -> None:
    left = {stage: unused(granted(testbed, role), used(testbed, role)) for stage, role in roles(testbed).items()}
    assert {stage: grants for stage, grants in left.items() if grants} == {}


def test_nothing_was_missing(testbed: Testbed, endings: Mapping[str, list[Ending]]) -> None:
    ours = set(roles(testbed).values())
    asked = [each for role, found in testbed.control.permissions().items() if role in ours for each in found]
    assert len(asked) > 50
    assert [each for each in asked if not each["allowed"]] == []


@pytest.mark.parametrize(
    ("stage", "action", "course"),
    [
        ("plan", "s3:PutObject", "is_released"),
        ("clone_blue", "elasticbeanstalk:AddTags", "does_not_come_up"),
        ("keep_green_live", "elasticbeanstalk:TerminateEnvironment", "does_not_come_up"),
    ],
)
def test_without_one_permission_a_release_ends_otherwise(
    testbed: Testbed, endings: Mapping[str, list[Ending]], stage: str, action: str, course: str
) -> None:
    with without(testbed, roles(testbed)[stage], action):
        assert COURSES[course](testbed) != endings[course]
