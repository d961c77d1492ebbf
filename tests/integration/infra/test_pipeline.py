"""The optional pipeline: from a source through a deployment and a person's approval to the cutover."""

import json
from pathlib import Path

import pytest
from aws_cdk.assertions import Template

from infra.pipeline import execution_prefix
from lambdas.deployment import Mode
from lambdas.request import completed
from tests.support.contexts import REPOSITORY_PIPELINE, UPLOAD_PIPELINE, settings_in
from tests.support.linters import findings, nag_conclusion, template_in
from tests.support.template import Json, pipeline_actions, pipeline_permissions, text


def input_of(template: Template, action: str) -> Json:
    configuration = pipeline_actions(template)[action]["Configuration"]
    assert configuration["InputType"] == "Literal"
    given: Json = json.loads(text(configuration["Input"]))
    return given


def test_there_is_no_pipeline_by_default(template: Template) -> None:
    template.resource_count_is("AWS::CodePipeline::Pipeline", 0)


def test_the_pipeline_deploys_then_asks_a_person_then_cuts_over(uploaded: Template) -> None:
    kinds = {name: action["ActionTypeId"]["Provider"] for name, action in pipeline_actions(uploaded).items()}
    assert kinds == {
        "Source": "S3",
        "Deploy": "StepFunctions",
        "Approve": "Manual",
        "Cutover": "StepFunctions",
    }
    assert list(kinds) == ["Source", "Deploy", "Approve", "Cutover"]


def test_each_action_is_a_stage_so_the_cutover_alone_can_be_retried(uploaded: Template) -> None:
    (pipeline,) = uploaded.find_resources("AWS::CodePipeline::Pipeline").values()
    assert [len(stage["Actions"]) for stage in pipeline["Properties"]["Stages"]] == [1, 1, 1, 1]


@pytest.mark.parametrize("mode", [Mode.DEPLOY, Mode.CUTOVER])
def test_both_releases_name_the_version_of_the_upload(uploaded: Template, mode: Mode) -> None:
    given = input_of(uploaded, mode.title())
    assert given["version"] == "#{Source.VersionId}"
    assert (given["application"], given["blue"], given["mode"]) == ("shop", "shop-prod", mode)
    assert given["health_check"] == {"path": "/health"}
    completed(given)


def test_the_bundle_is_the_object_version_that_the_source_action_found(uploaded: Template) -> None:
    bundle = input_of(uploaded, "Deploy")["source_bundle"]
    assert bundle["version_id"] == "#{Source.VersionId}"
    source = pipeline_actions(uploaded)["Source"]["Configuration"]
    assert (text(source["S3Bucket"]), source["S3ObjectKey"]) == (bundle["bucket"], bundle["key"])
    assert "source_bundle" not in input_of(uploaded, "Cutover")


def test_the_source_action_has_the_namespace_of_the_variables(uploaded: Template, committed: Template) -> None:
    for template in (uploaded, committed):
        assert pipeline_actions(template)["Source"]["Namespace"] == "Source"


def test_execution_names_have_environment_and_mode_and_at_most_80_characters(uploaded: Template) -> None:
    prefixes = [
        pipeline_actions(uploaded)[name]["Configuration"]["ExecutionNamePrefix"] for name in ("Deploy", "Cutover")
    ]
    assert prefixes == ["shop-prod-deploy", "shop-prod-cutover"]
    longest = execution_prefix("e" * 40, Mode.CUTOVER)
    assert longest.endswith("e-cutover")
    assert len(f"{longest}-12345678-1234-1234-1234-123456789012") == 80


def test_an_upload_starts_the_pipeline_by_an_event_of_the_bucket(uploaded: Template) -> None:
    assert pipeline_actions(uploaded)["Source"]["Configuration"]["PollForSourceChanges"] is False
    (rule,) = [
        rule["Properties"]
        for rule in uploaded.find_resources("AWS::Events::Rule").values()
        if rule["Properties"]["EventPattern"]["source"] == ["aws.s3"]
    ]
    assert rule["EventPattern"]["detail-type"] == ["Object Created"]
    assert rule["EventPattern"]["detail"]["object"] == {"key": ["sources/shop/shop-prod.zip"]}
    assert ":codepipeline:" in text(rule["Targets"][0]["Arn"])
    uploaded.has_resource_properties(
        "AWS::S3::Bucket",
        {"NotificationConfiguration": {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}},
    )


def test_each_commit_of_a_repository_becomes_one_object_in_the_bucket(
    committed: Template,
) -> None:
    actions = pipeline_actions(committed)
    assert list(actions) == ["Source", "Bundle", "Deploy", "Approve", "Cutover"]
    assert actions["Source"]["Configuration"]["FullRepositoryId"] == "acme/shop"
    bundle = actions["Bundle"]["Configuration"]
    assert (bundle["Extract"], actions["Bundle"]["InputArtifacts"]) == ("false", [{"Name": "Source"}])
    given = input_of(committed, "Deploy")
    assert given["version"] == "#{Source.CommitId}"
    assert given["source_bundle"] == {"bucket": text(bundle["BucketName"]), "key": bundle["ObjectKey"]}
    assert bundle["ObjectKey"] == "sources/shop/shop-prod/#{Source.CommitId}.zip"


def test_the_pipeline_may_start_and_follow_only_this_machine(uploaded: Template) -> None:
    allowed = [
        (actions, on) for actions, on in pipeline_permissions(uploaded) if any("states:" in each for each in actions)
    ]
    (start, machines), (follow, executions) = allowed
    assert start == {"states:StartExecution", "states:DescribeStateMachine"}
    assert all("workflowstatemachine" in machine for machine in machines)
    assert follow == {"states:DescribeExecution"}
    assert all(execution.endswith(":execution:Test:*") for execution in executions)


@pytest.mark.parametrize("source", ["uploaded", "committed"])
def test_the_pipeline_may_not_overwrite_a_record(request: pytest.FixtureRequest, source: str) -> None:
    template: Template = request.getfixturevalue(source)
    written = [
        resource for actions, on in pipeline_permissions(template) if "s3:PutObject" in actions for resource in on
    ]
    of_artifacts = [resource for resource in written if resource.startswith("artifacts")]
    assert of_artifacts == (
        [f"{of_artifacts[0].split('/')[0]}/sources/shop/shop-prod/*.zip"] if source == "committed" else []
    )
    assert not any("*" in action for actions, _ in pipeline_permissions(template) for action in actions)


def test_the_pipeline_asks_people_through_the_encrypted_topic(uploaded: Template) -> None:
    configuration = pipeline_actions(uploaded)["Approve"]["Configuration"]
    assert "notificationstopic" in text(configuration["NotificationArn"])
    assert "#{Source.VersionId} runs on shop-prod" in configuration["CustomData"]
    assert len(configuration["CustomData"]) <= 1_000
    allowed = set().union(*(actions for actions, _ in pipeline_permissions(uploaded)))
    assert {"sns:Publish", "kms:GenerateDataKey", "kms:Decrypt"} <= allowed


@pytest.mark.parametrize("context", [UPLOAD_PIPELINE, REPOSITORY_PIPELINE], ids=["upload", "repository"])
def test_the_template_with_a_pipeline_passes_both_linters(context: dict[str, str], tmp_path: Path) -> None:
    assert nag_conclusion(settings_in(context), tmp_path) == "success"
    assert findings(template_in(tmp_path)) == []
