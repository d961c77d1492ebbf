"""SwapToGreen and SwapToBlue swap once, and only to a healthy environment."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from lambdas.errors import EnvironmentNotReadyError, UnexpectedEnvironmentError
from lambdas.stages import await_traffic
from tests.support.stages import PRODUCTION, Release


def test_a_swap_gives_the_production_cname_to_green_and_back_to_blue(release: Release) -> None:
    deployment = release.swapped(release.cloned(), "green")
    assert release.look("shop-prod-green").cname == PRODUCTION
    release.swapped(deployment, "blue")
    assert release.look("shop-prod").cname == PRODUCTION


def test_swapping_again_does_not_swap_back(release: Release) -> None:
    deployment = release.swapped(release.cloned(), "green")
    release.swap(deployment, "green")
    assert release.look("shop-prod-green").cname == PRODUCTION
    assert release.calls("SwapEnvironmentCNAMEs") == 1


def test_a_second_swap_waits_while_the_first_is_in_progress(release: Release) -> None:
    release.account.service.durations.set({"swap": 60})
    deployment = release.cloned()
    release.swap(deployment, "green")
    with pytest.raises(EnvironmentNotReadyError):
        release.swap(deployment, "green")
    with pytest.raises(EnvironmentNotReadyError):
        await_traffic.await_traffic(deployment, "green", datetime.now(UTC), release.beanstalk)
    release.swapped(deployment, "green")
    assert release.calls("SwapEnvironmentCNAMEs") == 1


def test_users_are_not_swapped_to_an_unhealthy_environment(release: Release) -> None:
    deployment = release.cloned(accepted_health=["Ok", "Info"])
    with pytest.raises(EnvironmentNotReadyError, match="to be healthy"):
        release.swap(replace(deployment, accepted_health=("Severe",)), "green")
    assert release.calls("SwapEnvironmentCNAMEs") == 0


def test_a_production_cname_that_neither_holds_ends_the_release(release: Release) -> None:
    deployment = release.cloned()
    with pytest.raises(UnexpectedEnvironmentError, match="to hold gone"):
        release.swap(replace(deployment, production_cname="gone"), "green")
