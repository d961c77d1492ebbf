"""AwaitGreenLive and AwaitBlueLive end when the swap is complete."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from lambdas.errors import EnvironmentNotReadyError
from lambdas.stages.await_traffic import await_traffic
from tests.support.stages import PRODUCTION, Release


def test_the_wait_goes_on_while_the_other_environment_holds_the_production_cname(release: Release) -> None:
    with pytest.raises(EnvironmentNotReadyError, match=f"shop-prod-green to hold the production CNAME {PRODUCTION}"):
        await_traffic(release.cloned(), "green", release.visit(), release.beanstalk)


def test_blue_is_drained_from_when_green_is_seen_to_hold_the_production_cname(release: Release) -> None:
    deployment = release.swapped(release.cloned(drain_seconds=300), "green")
    visit = release.visit()
    awaited = await_traffic(deployment, "green", visit, release.beanstalk)
    drained = datetime.fromisoformat(awaited.drain_until) - visit.now
    assert timedelta(seconds=300) <= drained < timedelta(seconds=302)


def test_a_swap_that_ends_while_the_stage_looks_is_drained_from_the_end_of_the_look(release: Release) -> None:
    """Found by the simulator: S3 answered late, the swap ended meanwhile, and blue was updated under users."""
    deployment = release.swapped(release.cloned(drain_seconds=300), "green")
    visit = release.visit()
    slow = replace(visit, begun=visit.begun - 20)
    awaited = await_traffic(deployment, "green", slow, release.beanstalk)
    assert datetime.fromisoformat(awaited.drain_until) >= visit.now + timedelta(seconds=320)
