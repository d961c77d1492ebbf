"""Deployments are passed on between functions of different versions: an upgrade replaces them while releases run."""

from typing import Any

import pytest

from lambdas.deployment import Deployment
from tests.support.stages import Release

NEW_FIELDS = ("update_since",)
"""The fields that came after the first version. Each has a default."""


@pytest.fixture
def passed_on(release: Release) -> dict[str, Any]:
    return release.plan(source_bundle={"bucket": "bundles", "key": "v2.zip"}).to_json()


def test_a_deployment_survives_json(release: Release) -> None:
    deployment = release.plan()
    assert Deployment.from_json(deployment.to_json()) == deployment


def test_a_deployment_of_an_older_function_gets_the_defaults_of_new_fields(passed_on: dict[str, Any]) -> None:
    expected = Deployment.from_json(passed_on)
    older = {name: value for name, value in passed_on.items() if name not in NEW_FIELDS}
    assert Deployment.from_json(older) == expected
    assert expected.update_began is None


def test_a_deployment_of_a_newer_function_is_read_without_what_is_not_known(passed_on: dict[str, Any]) -> None:
    newer = {**passed_on, "from_the_future": 1}
    for nested in ("health_check", "timeouts", "source_bundle"):
        newer[nested] = {**passed_on[nested], "from_the_future": 1}
    assert Deployment.from_json(newer) == Deployment.from_json(passed_on)
