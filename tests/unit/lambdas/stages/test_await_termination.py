"""AwaitTermination takes green for gone only if blue can be seen."""

from dataclasses import replace

import pytest

from lambdas.errors import UnexpectedEnvironmentError
from lambdas.stages import await_termination
from tests.support.stages import Release


def test_a_green_that_is_not_shown_counts_as_gone_only_if_blue_is_shown(release: Release) -> None:
    deployment = replace(release.plan(), blue_id="e-hidden", green_id="e-hiddentoo")
    with pytest.raises(UnexpectedEnvironmentError, match="whether the function's role may see it"):
        await_termination.await_termination(deployment, release.beanstalk)
