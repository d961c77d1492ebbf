"""The optional pipeline: from a source through a deployment and a person's approval to the cutover."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Validations
from aws_cdk.assertions import Template
from cdk_nag import AwsSolutionsChecks

from infra.bluegreen_stack import BlueGreenStack
from infra.pipeline import INPUT_LENGTH, execution_prefix
from infra.pipeline_settings import PipelineSettings, PipelineSettingsError
from lambdas.deployment import Mode
from lambdas.request import completed
from tests.integration.infra.conftest import CONTEXT
from tests.integration.infra.test_validity import findings

Json = dict[str, Any]

UPLOADED = {"pipeline": "shop:shop-prod", "pipeline_release": '{"health_check": {"path": "/health"}}'}
COMMITTED = {
    "pipeline": "shop:shop-prod",
    "pipeline_connection": "arn:aws:codeconnections:us-east-1:123456789012:connection/1a2b",
    "pipeline_repository": "acme/shop",
}


def settings(context: Json, *applications: str) -> PipelineSettings | None:
    return PipelineSettings.from_context(context.get, applications or ["*"])


@pytest.fixture(scope="session")
def uploaded(synthesize: Callable[..., Template]) -> Template:
    return synthesize(pipeline=settings(UPLOADED))


@pytest.fixture(scope="session")
def committed(synthesize: Callable[..., Template]) -> Template:
    return synthesize(pipeline=settings(COMMITTED))


def actions_in(template: Template) -> dict[str, Json]:
    """The pipeline's actions by name, in their order."""
    (pipeline,) = template.find_resources("AWS::CodePipeline::Pipeline").values()
    return {action["Name"]: action for stage in pipeline["Properties"]["Stages"] for action in stage["Actions"]}


def text(value: Any) -> str:
    """What CloudFormation makes of a value, with references by their logical ids in a form that names allow."""
    if isinstance(value, str):
        return value
    if "Fn::Join" in value:
        return "".join(text(part) for part in value["Fn::Join"][1])
    return str(value.get("Ref") or value["Fn::GetAtt"][0]).lower()


def input_of(template: Template, action: str) -> Json:
    configuration = actions_in(template)[action]["Configuration"]
    assert configuration["InputType"] == "Literal"
    given: Json = json.loads(text(configuration["Input"]))
    return given


def statements_of(template: Template) -> list[tuple[set[str], list[str]]]:
    """What the pipeline's role may do: actions, and resources as text."""
    (pipeline,) = template.find_resources("AWS::CodePipeline::Pipeline").values()
    role = pipeline["Properties"]["RoleArn"]["Fn::GetAtt"][0]
    return [
        (
            {statement["Action"]} if isinstance(statement["Action"], str) else set(statement["Action"]),
            [text(each) for each in _list(statement["Resource"])],
        )
        for policy in template.find_resources("AWS::IAM::Policy").values()
        if {"Ref": role} in policy["Properties"]["Roles"]
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_there_is_no_pipeline_unless_it_is_asked_for(template: Template) -> None:
    template.resource_count_is("AWS::CodePipeline::Pipeline", 0)


def test_a_bundle_is_deployed_then_a_person_approves_then_it_is_cut_over(uploaded: Template) -> None:
    kinds = {name: action["ActionTypeId"]["Provider"] for name, action in actions_in(uploaded).items()}
    assert kinds == {
        "Source": "S3",
        "Deploy": "StepFunctions",
        "Approve": "Manual",
        "Cutover": "StepFunctions",
    }
    assert list(kinds) == ["Source", "Deploy", "Approve", "Cutover"]


def test_each_action_is_a_stage_of_its_own_so_that_the_cutover_alone_can_be_retried(uploaded: Template) -> None:
    (pipeline,) = uploaded.find_resources("AWS::CodePipeline::Pipeline").values()
    assert [len(stage["Actions"]) for stage in pipeline["Properties"]["Stages"]] == [1, 1, 1, 1]


@pytest.mark.parametrize("mode", [Mode.DEPLOY, Mode.CUTOVER])
def test_the_release_names_the_uploads_version_in_both_modes(uploaded: Template, mode: Mode) -> None:
    given = input_of(uploaded, mode.title())
    assert given["version"] == "#{Source.VersionId}"
    assert (given["application"], given["blue"], given["mode"]) == ("shop", "shop-prod", mode)
    assert given["health_check"] == {"path": "/health"}
    completed(given)


def test_the_bundle_is_the_version_of_the_object_that_the_source_action_saw(uploaded: Template) -> None:
    bundle = input_of(uploaded, "Deploy")["source_bundle"]
    assert bundle["version_id"] == "#{Source.VersionId}"
    source = actions_in(uploaded)["Source"]["Configuration"]
    assert (text(source["S3Bucket"]), source["S3ObjectKey"]) == (bundle["bucket"], bundle["key"])
    assert "source_bundle" not in input_of(uploaded, "Cutover")


def test_variables_come_from_an_action_that_has_their_namespace(uploaded: Template, committed: Template) -> None:
    for template in (uploaded, committed):
        assert actions_in(template)["Source"]["Namespace"] == "Source"


def test_executions_are_named_by_environment_and_mode_and_fit_into_80_characters(uploaded: Template) -> None:
    prefixes = [actions_in(uploaded)[name]["Configuration"]["ExecutionNamePrefix"] for name in ("Deploy", "Cutover")]
    assert prefixes == ["shop-prod-deploy", "shop-prod-cutover"]
    longest = execution_prefix("e" * 40, Mode.CUTOVER)
    assert longest.endswith("e-cutover")
    assert len(f"{longest}-12345678-1234-1234-1234-123456789012") == 80


def test_an_upload_starts_the_pipeline_by_an_event_of_the_bucket_itself(uploaded: Template) -> None:
    assert actions_in(uploaded)["Source"]["Configuration"]["PollForSourceChanges"] is False
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


def test_a_repository_is_put_where_elastic_beanstalk_can_read_it_one_object_for_each_commit(
    committed: Template,
) -> None:
    actions = actions_in(committed)
    assert list(actions) == ["Source", "Bundle", "Deploy", "Approve", "Cutover"]
    assert actions["Source"]["Configuration"]["FullRepositoryId"] == "acme/shop"
    bundle = actions["Bundle"]["Configuration"]
    assert (bundle["Extract"], actions["Bundle"]["InputArtifacts"]) == ("false", [{"Name": "Source"}])
    given = input_of(committed, "Deploy")
    assert given["version"] == "#{Source.CommitId}"
    assert given["source_bundle"] == {"bucket": text(bundle["BucketName"]), "key": bundle["ObjectKey"]}
    assert bundle["ObjectKey"] == "sources/shop/shop-prod/#{Source.CommitId}.zip"


def test_the_pipeline_may_start_only_this_machine_and_follow_only_its_executions(uploaded: Template) -> None:
    allowed = [(actions, on) for actions, on in statements_of(uploaded) if any("states:" in each for each in actions)]
    (start, machines), (follow, executions) = allowed
    assert start == {"states:StartExecution", "states:DescribeStateMachine"}
    assert all("workflowstatemachine" in machine for machine in machines)
    assert follow == {"states:DescribeExecution"}
    assert all(execution.endswith(":execution:Test:*") for execution in executions)


@pytest.mark.parametrize("source", ["uploaded", "committed"])
def test_the_pipeline_may_not_write_over_a_record(request: pytest.FixtureRequest, source: str) -> None:
    template: Template = request.getfixturevalue(source)
    written = [resource for actions, on in statements_of(template) if "s3:PutObject" in actions for resource in on]
    of_artifacts = [resource for resource in written if resource.startswith("artifacts")]
    assert of_artifacts == (
        [f"{of_artifacts[0].split('/')[0]}/sources/shop/shop-prod/*.zip"] if source == "committed" else []
    )
    assert not any("*" in action for actions, _ in statements_of(template) for action in actions)


def test_people_are_asked_through_the_encrypted_topic(uploaded: Template) -> None:
    configuration = actions_in(uploaded)["Approve"]["Configuration"]
    assert "notificationstopic" in text(configuration["NotificationArn"])
    assert "#{Source.VersionId} runs on shop-prod" in configuration["CustomData"]
    assert len(configuration["CustomData"]) <= 1_000
    allowed = set().union(*(actions for actions, _ in statements_of(uploaded)))
    assert {"sns:Publish", "kms:GenerateDataKey", "kms:Decrypt"} <= allowed


def test_an_input_that_the_service_would_refuse_for_its_length_is_refused_here(
    synthesize: Callable[..., Template],
) -> None:
    headers = {"X-Reason": "r" * 600}
    long = {**UPLOADED, "pipeline_release": {"health_check": {"headers": headers}}}
    with pytest.raises(ValueError, match=f"at most {INPUT_LENGTH} characters, found 1"):
        synthesize(pipeline=settings(long))


@pytest.mark.parametrize("context", [UPLOADED, COMMITTED])
def test_the_template_with_a_pipeline_passes_both_linters(
    context: Json, tmp_path: Path, synthesize: Callable[..., Template]
) -> None:
    assert findings(dict(synthesize(pipeline=settings(context)).to_json())) == []
    app = App(context=CONTEXT, outdir=str(tmp_path))
    BlueGreenStack(app, "Test", applications=["*"], pipeline=settings(context))
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    app.synth()  # raises when a rule is violated


# --- context


def test_without_the_context_there_are_no_settings() -> None:
    assert settings({}) is None


def test_a_release_may_be_an_object_in_cdk_json_or_json_on_the_command_line() -> None:
    written = settings({**UPLOADED, "pipeline_release": {"health_check": {"path": "/health"}}})
    assert written == settings(UPLOADED)


def test_an_application_with_a_colon_in_its_name_is_read_to_its_last_colon() -> None:
    found = settings({"pipeline": "shop:eu:shop-prod"})
    assert found is not None
    assert (found.application, found.blue) == ("shop:eu", "shop-prod")


@pytest.mark.parametrize(
    ("context", "words"),
    [
        ({"pipeline": "shop"}, ["APPLICATION:BLUE", "input.application"]),
        ({"pipeline": "shop:x"}, ["APPLICATION:BLUE", "input.blue"]),
        ({**UPLOADED, "pipeline_release": '{"drain": 1}'}, ["input.drain is not a known key"]),
        ({**UPLOADED, "pipeline_release": "drain"}, ["a JSON object", "drain"]),
        ({**UPLOADED, "pipeline_release": {"mode": "full"}}, ["without mode"]),
        ({"pipeline": "shop:shop-prod", "pipeline_repository": "acme/shop"}, ["ARN in pipeline_connection"]),
        ({**COMMITTED, "pipeline_repository": "shop"}, ["OWNER/NAME", "shop"]),
    ],
)
def test_a_context_with_a_mistake_is_refused_with_what_was_expected_and_found(context: Json, words: list[str]) -> None:
    with pytest.raises(PipelineSettingsError) as refused:
        settings(context)
    assert [word for word in words if word not in str(refused.value)] == [], refused.value


def test_a_pipeline_for_an_application_that_the_stack_may_not_touch_is_refused() -> None:
    with pytest.raises(PipelineSettingsError, match="one of the applications blog"):
        settings(UPLOADED, "blog")
