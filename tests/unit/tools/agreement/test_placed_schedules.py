"""Where something happens: at the n-th call of an action in a state, whatever came before it."""

import pytest

from tools.agreement.placed_schedules import CallPlace, PlacedSchedule
from tools.simulation.sites import Site

CALLS = (("Plan", "Describe"), ("AwaitGreen", "Describe"), ("AwaitGreen", "Describe"), ("Plan", "Describe"))
SITES = [Site(10 + number, state, "elastic-beanstalk", action) for number, (state, action) in enumerate(CALLS)]


@pytest.mark.parametrize(("position", "number"), [(0, 1), (1, 1), (2, 2), (3, 2)])
def test_a_call_has_its_number_among_those_of_its_state(position: int, number: int) -> None:
    place = CallPlace.of(SITES[position], SITES)
    assert place.number == number
    assert place.point_in(SITES) == 10 + position


def test_a_call_that_a_release_does_not_make_has_no_point() -> None:
    assert CallPlace("AwaitGreen", "elastic-beanstalk", "Describe", 3).point_in(SITES) is None


def test_the_journal_has_other_names_of_services() -> None:
    services = [CallPlace("Plan", each, "Get", 1).signed_service for each in ("elastic-beanstalk", "sfn", "s3")]
    assert services == ["elasticbeanstalk", "states", "s3"]


def test_a_schedule_is_read_as_it_is_written() -> None:
    text = "full Plan/s3.PutObject/1:reset_after DrainBlue/elastic-beanstalk.DescribeEvents/2:sick/green/240"
    schedule = PlacedSchedule.from_text(text)
    assert str(schedule) == text
    assert [each.is_fault for each in schedule.disturbances] == [True, False]


def test_another_text_is_refused() -> None:
    with pytest.raises(ValueError, match="Expected STATE/SERVICE"):
        PlacedSchedule.from_text("full 12:throttle")
