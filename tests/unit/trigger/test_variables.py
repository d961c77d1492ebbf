"""The environment variables of docker-beanstalk-bluegreen, and the execution input that they make."""

from typing import Any

import pytest

from lambdas.request import completed
from tests.support.predecessor import PREDECESSOR
from trigger.variables import Variables


def input_made_of(mode: str = "full", **variables: str) -> dict[str, Any]:
    """Return the execution input of the predecessor's variables and these."""
    read = Variables({**PREDECESSOR, **variables})
    found = read.execution_input(mode, dry_run=False)
    assert read.problems == []
    return found


def test_the_variables_of_the_predecessor_make_an_input_that_plan_accepts() -> None:
    found = input_made_of(EXECUTION_INPUT='{"approval": true}')
    assert completed(found)
    assert found == {
        "application": "shop",
        "blue": "shop-prod",
        "green": "shop-spare",
        "mode": "full",
        "version": "v2",
        "source_bundle": {"bucket": "releases", "key": "shop/v2.zip"},
        "health_check": {"path": "/health"},
        "config_template": "BlueEnvConfig",
        "approval": True,
    }


def test_a_health_check_may_be_a_url() -> None:
    found = input_made_of(RELEASE_HEALTH_CHECKING_PATH="https://blue.example.com/health")
    assert found["health_check"] == {"url": "https://blue.example.com/health"}


@pytest.mark.parametrize("mode", ["cutover", "rollback"])
def test_cutover_and_rollback_ignore_the_source_bundle(mode: str) -> None:
    found = input_made_of(mode)
    assert "source_bundle" not in found
    assert completed(found)["version"] == "v2"
    assert "version" not in input_made_of(mode, VERSION_LABEL="")


def test_a_bucket_without_an_object_makes_no_source_bundle() -> None:
    assert "source_bundle" not in input_made_of(S3_ARTIFACTS_OBJECT="", BLUE_CNAME_CONFIG_FILE="blue_cname.json")
