"""The words of health events.

Recorded ones: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/AWSHowTo.eventbridge.html and
https://github.com/aws/aws-elastic-beanstalk-cli/blob/master/tests/unit/mock_responses.py
"""

import pytest

from emulator.beanstalk.model import Activity, Color, HealthStatus
from emulator.beanstalk.operations import health_events


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (26, "26 seconds"),
        (79, "79 seconds"),
        (120, "2 minutes"),
        (899, "14 minutes"),
    ],
)
def test_a_duration_is_in_seconds_then_in_minutes(seconds: float, words: str) -> None:
    assert health_events.in_words(seconds) == words


def test_the_first_change_after_an_operation_tells_how_long_it_took() -> None:
    launch = Activity("Initialization", began=0, ended=300)

    told = health_events.enhanced(HealthStatus.PENDING, HealthStatus.OK, [], launch, now=326)

    assert told == (
        "Environment health has transitioned from Pending to Ok."
        " Initialization completed 26 seconds ago and took 5 minutes."
    )


def test_a_later_change_tells_no_operation() -> None:
    launch = Activity("Initialization", began=0, ended=300)
    failing = ["44.8 % of the requests are failing with HTTP 5xx."]

    told = health_events.enhanced(HealthStatus.OK, HealthStatus.SEVERE, failing, launch, now=9000)

    assert told == (
        "Environment health has transitioned from Ok to Severe. 44.8 % of the requests are failing with HTTP 5xx."
    )


def test_basic_health_tells_no_change_to_grey() -> None:
    assert health_events.basic(Color.GREEN, Color.GREY) is None
    assert health_events.basic(Color.GREY, Color.GREEN) == "Environment health has been set to GREEN"
