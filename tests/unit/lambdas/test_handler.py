"""What all handlers share."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from lambdas import errors
from lambdas.handler import limit_wait
from tests.support.stages import visit


def test_a_wait_past_its_time_out_fails_and_says_what_it_waited_for() -> None:
    entered = datetime.now(UTC) - timedelta(seconds=100)
    waiting = errors.EnvironmentNotReadyError(expected="green to be Ready", found="Launching", next_step="Look at it.")

    def wait(seconds: float) -> None:
        with limit_wait(replace(visit(), since=entered), seconds):
            raise waiting

    with pytest.raises(errors.EnvironmentNotReadyError):
        wait(1000)
    with pytest.raises(errors.WaitTimedOutError, match=r"green to be Ready, within 50 seconds\. Found Launching"):
        wait(50)
