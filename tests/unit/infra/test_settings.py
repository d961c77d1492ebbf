"""The settings of a deployment, and what is wrong with them."""

from typing import Any

import pytest

from infra.pipeline_settings import INPUT_LENGTH, PipelineSettings
from infra.settings import (
    RECORD_KEY,
    SLOW_MINUTES,
    EnvironmentPolicy,
    InvalidSettingsError,
    NetworkSettings,
    Settings,
)
from lambdas.deployment import Mode
from tests.support.contexts import NETWORK, REPOSITORY_PIPELINE, UPLOAD_PIPELINE, settings_in

KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def pipeline_in(context: dict[str, Any]) -> PipelineSettings | None:
    return settings_in(context).pipeline


def problems_in(context: dict[str, Any]) -> str:
    with pytest.raises(InvalidSettingsError) as refused:
        settings_in(context)
    return str(refused.value)


def test_a_context_with_an_environment_only_gives_the_defaults() -> None:
    assert settings_in({}) == Settings("test", ("*",))
    assert (settings_in({}).record_key, settings_in({}).slow_minutes) == (RECORD_KEY, SLOW_MINUTES)


def test_each_value_of_the_context_is_a_setting() -> None:
    found = settings_in(
        {
            "applications": "shop, blog",
            "artifacts_bucket": "releases-of-shop",
            "record_key": "{application}/{blue}",
            "notify_email": "releases@example.com",
            "slow_minutes": 240,
        }
    )
    assert found == Settings(
        "test", ("shop", "blog"), "releases-of-shop", "{application}/{blue}", "releases@example.com", 240
    )


@pytest.mark.parametrize(("given", "expected"), [("true", True), (True, True), ("false", False), (None, False)])
def test_successes_are_told_when_asked_for(given: object, *, expected: bool) -> None:
    assert settings_in({"notify_success": given}).notify_success is expected


def test_the_variable_env_takes_precedence_over_the_context() -> None:
    assert Settings.from_context({"env": "dev"}.get, {"ENV": "prod"}).env == "prod"
    assert Settings.from_context({"env": "dev"}.get, {"ENV": ""}).env == "dev"


@pytest.mark.parametrize(
    ("context", "words"),
    [
        ({"env": ""}, ["-c env= (or ENV)", "found ''"]),
        ({"env": "1st"}, ["-c env= (or ENV)", "letters, digits and hyphens", "found '1st'"]),
        ({"env": "e" * 32}, ["-c env="]),
        ({"applications": ","}, ["-c applications=", "found ','"]),
        ({"applications": ["shop"]}, ["-c applications= to be text", "found ['shop']"]),
        ({"record_key": "{application}.json"}, ["{application} and {blue}", "found '{application}.json'"]),
        ({"record_key": "{application}/{blue}/{"}, ["{application} and {blue}"]),
        ({"hooks": "smoke test,my-hook"}, ["names or ARNs of Lambda functions", "found smoke test"]),
        ({"notify_success": "often"}, ["-c notify_success= to be true or false", "found 'often'"]),
        ({"slow_minutes": "soon"}, ["a number of minutes", "found 'soon'"]),
        ({"slow_minutes": 0}, ["a number of minutes", "found '0'"]),
        ({"environment_policy": "ours"}, ["to be one of own, aws", "found 'ours'"]),
        (
            {"permissions_boundary": "arn:aws:iam::123456789012:role/limits"},
            ["the name or the ARN of a managed policy"],
        ),
        ({"artifacts_bucket": "b", "artifacts_key": "alias/shop"}, ["the ARN of the KMS key", "found 'alias/shop'"]),
        ({"artifacts_key": KEY}, ["-c artifacts_bucket=", "for no bucket"]),
    ],
)
def test_a_wrong_value_is_refused_with_what_was_expected_and_found(context: dict[str, Any], words: list[str]) -> None:
    problems = problems_in(context)
    assert [word for word in words if word.lower() not in problems.lower()] == [], problems
    assert problems.endswith("Correct it.")


def test_all_that_is_wrong_is_named_at_once() -> None:
    problems = problems_in(
        {"env": "1", "record_key": "r", "slow_minutes": "soon", "pipeline": "shop", "vpc_id": "shop"}
    )
    named = ["env", "record_key", "slow_minutes", "pipeline", "vpc_id"]
    assert [name for name in named if problems.count(f"\n  - Expected -c {name}= ") != 1] == []


def test_the_policy_the_boundary_and_the_key_are_settings() -> None:
    boundary = "arn:aws:iam::123456789012:policy/teams/limits"
    given = {"artifacts_bucket": "releases-of-shop", "artifacts_key": KEY, "permissions_boundary": boundary}
    found = settings_in({**given, "environment_policy": "aws"})
    assert (found.artifacts_key, found.permissions_boundary) == (KEY, boundary)
    assert found.environment_policy == EnvironmentPolicy.AWS
    assert settings_in({}).environment_policy == EnvironmentPolicy.OWN


# --- network


def test_the_network_has_a_vpc_and_subnets() -> None:
    expected = NetworkSettings("vpc-0a1b2c3d4e5f60718", ("subnet-0a1b2c3d4e5f60718", "subnet-1a1b2c3d4e5f60718"))
    assert settings_in(NETWORK).network == expected


@pytest.mark.parametrize(
    "context",
    [{"vpc_id": "vpc-1"}, {"subnet_ids": "subnet-1"}, {**NETWORK, "vpc_id": "shop"}, {**NETWORK, "subnet_ids": "a"}],
)
def test_half_a_network_is_refused(context: dict[str, Any]) -> None:
    with pytest.raises(InvalidSettingsError, match=r"Expected -c vpc_id= .* Found .* Correct them\."):
        settings_in(context)


def test_no_network_is_none() -> None:
    assert settings_in({}).network is None


# --- pipeline


def test_without_the_context_there_is_no_pipeline() -> None:
    assert pipeline_in({}) is None


def test_a_release_may_be_an_object_in_cdk_json_or_json_on_the_command_line() -> None:
    written = pipeline_in({**UPLOAD_PIPELINE, "pipeline_release": {"health_check": {"path": "/health"}}})
    assert written == pipeline_in(UPLOAD_PIPELINE)


def test_an_application_with_a_colon_in_its_name_is_read_to_its_last_colon() -> None:
    found = pipeline_in({"pipeline": "shop:eu:shop-prod"})
    assert found is not None
    assert (found.application, found.blue) == ("shop:eu", "shop-prod")


@pytest.mark.parametrize(
    ("context", "words"),
    [
        ({"pipeline": "shop"}, ["APPLICATION:BLUE", "input.application"]),
        ({"pipeline": "shop:x"}, ["APPLICATION:BLUE", "input.blue"]),
        ({**UPLOAD_PIPELINE, "pipeline_release": '{"drain": 1}'}, ["input.drain is not a known key"]),
        ({**UPLOAD_PIPELINE, "pipeline_release": "drain"}, ["a JSON object", "drain"]),
        ({**UPLOAD_PIPELINE, "pipeline_release": {"mode": "full"}}, ["without mode"]),
        ({"pipeline": "shop:shop-prod", "pipeline_repository": "acme/shop"}, ["ARN in pipeline_connection"]),
        ({**REPOSITORY_PIPELINE, "pipeline_repository": "shop"}, ["OWNER/NAME", "shop"]),
    ],
)
def test_a_pipeline_with_a_mistake_is_refused_with_what_was_expected_and_found(
    context: dict[str, Any], words: list[str]
) -> None:
    problems = problems_in(context)
    assert [word for word in words if word not in problems] == [], problems


def test_a_pipeline_for_an_application_that_the_stack_may_not_touch_is_refused() -> None:
    with pytest.raises(InvalidSettingsError, match="one of the applications blog"):
        settings_in({**UPLOAD_PIPELINE, "applications": "blog"})


@pytest.mark.parametrize("context", [UPLOAD_PIPELINE, REPOSITORY_PIPELINE], ids=["upload", "repository"])
def test_an_execution_input_that_codepipeline_refuses_for_its_length_is_refused_here(context: dict[str, Any]) -> None:
    headers = {"X-Reason": "r" * 800}
    long = {**context, "pipeline_release": {"health_check": {"headers": headers}}}
    with pytest.raises(ValueError, match=f"at most {INPUT_LENGTH} characters. Found 1"):
        settings_in(long)


def test_only_the_deployment_has_a_source_bundle() -> None:
    found = pipeline_in(REPOSITORY_PIPELINE)
    assert found is not None
    assert "source_bundle" not in found.execution_input(Mode.CUTOVER, "bucket")
    assert found.execution_input(Mode.DEPLOY, "bucket")["source_bundle"] == {
        "bucket": "bucket",
        "key": "sources/shop/shop-prod/#{Source.CommitId}.zip",
    }
