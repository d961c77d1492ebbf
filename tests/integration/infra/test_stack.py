"""The stack's resources besides the state machine, and the permissions of each stage."""

import json
from collections.abc import Callable

import pytest
from aws_cdk.assertions import Match, Template

from infra.snapshot_store import snapshot_environment
from infra.stage_permissions import STAGES
from tests.support.template import listed, stage_actions, stage_statements, text

READ_ONLY_STAGES = [name for name in STAGES if name.startswith("await_") or name in {"verify_release", "watch_release"}]
WRITES = ("Create", "Update", "Swap", "Terminate", "Delete", "AddTags", "Put", "Abort", "Rebuild", "Restart")


def test_each_stage_and_the_report_has_a_function_and_a_role_of_its_own(template: Template) -> None:
    functions = template.find_resources("AWS::Lambda::Function").values()
    roles = [json.dumps(function["Properties"]["Role"]) for function in functions]
    assert len(roles) == len(set(roles)) == len(STAGES) + 1


def test_functions_run_python_3_13_on_arm64_with_one_layer_and_tracing(template: Template) -> None:
    template.all_resources_properties(
        "AWS::Lambda::Function",
        {
            "Runtime": "python3.13",
            "Architectures": ["arm64"],
            "Layers": [Match.any_value()],
            "TracingConfig": {"Mode": "Active"},
        },
    )
    template.resource_count_is("AWS::Lambda::LayerVersion", 1)


def test_the_machines_are_traced_and_log_every_event_without_data(template: Template) -> None:
    template.all_resources_properties(
        "AWS::StepFunctions::StateMachine",
        {
            "TracingConfiguration": {"Enabled": True},
            "LoggingConfiguration": {"Level": "ALL", "IncludeExecutionData": False},
        },
    )


def test_logs_are_kept_for_three_months(template: Template) -> None:
    template.all_resources_properties("AWS::Logs::LogGroup", {"RetentionInDays": 90})


@pytest.mark.parametrize("stage", READ_ONLY_STAGES)
def test_a_read_only_stage_may_write_nothing_but_the_shared_look(template: Template, stage: str) -> None:
    writes = [
        (action, text(statement["Resource"]))
        for statement in stage_statements(template, stage)
        for action in listed(statement["Action"])
        if action.split(":")[1].startswith(WRITES) and action.split(":")[0] not in {"events", "logs", "xray"}
    ]
    assert all(action == "s3:PutObject" and on.endswith("/bluegreen/snapshot") for action, on in writes), writes


def test_stacks_share_a_look_if_they_see_the_same_applications() -> None:
    seen = (["*"], ["shop"], ["blog", "shop"], ["shop", "blog"])
    every, shop, both, same = (snapshot_environment(applications)["SNAPSHOT_KEY"] for applications in seen)
    assert (every, shop) == ("bluegreen/snapshot", "bluegreen/shop/snapshot")
    assert both == same not in {every, shop}


def test_only_plan_lets_releases_begin_in_a_line_that_all_stacks_share(template: Template) -> None:
    using = {stage for stage in STAGES if "/bluegreen/begun-releases" in json.dumps(stage_statements(template, stage))}
    assert using == {"plan"}


def test_stages_that_change_what_serves_users_look_by_themselves(template: Template) -> None:
    own = {stage for stage in STAGES if "/bluegreen/snapshot" not in json.dumps(stage_statements(template, stage))}
    acting = {"swap_traffic", "deploy_release", "keep_green_live"}
    asking = {"verify_green", "verify_release", "call_hooks"}
    fleets = {"plan_fleet", "judge_group"}
    assert own == acting | asking | fleets | {"register_release", "await_registration", "hold_for_redrive"}


@pytest.mark.parametrize(
    ("action", "stages"),
    [
        ("TerminateEnvironment", ["clone_blue", "terminate_green", "keep_green_live"]),
        ("SwapEnvironmentCNAMEs", ["swap_traffic", "keep_green_live"]),
    ],
)
def test_few_stages_may_terminate_or_swap(template: Template, action: str, stages: list[str]) -> None:
    assert [name for name in STAGES if f"elasticbeanstalk:{action}" in stage_actions(template, name)] == stages


@pytest.mark.parametrize(
    ("stage", "action", "key"),
    [
        ("clone_blue", "CreateEnvironment", "aws:RequestTag"),
        ("clone_blue", "AddTags", "aws:RequestTag"),
        ("clone_blue", "TerminateEnvironment", "aws:ResourceTag"),
        ("terminate_green", "AddTags", "aws:RequestTag"),
        ("terminate_green", "TerminateEnvironment", "aws:ResourceTag"),
        ("keep_green_live", "TerminateEnvironment", "aws:ResourceTag"),
    ],
)
def test_only_environments_with_the_tag_of_a_clone_may_be_created_tagged_or_terminated(
    template: Template, stage: str, action: str, key: str
) -> None:
    (statement,) = [each for each in stage_statements(template, stage) if action in json.dumps(each["Action"])]
    assert statement["Condition"] == {"Null": {f"{key}/bluegreen:blue": "false"}}


def test_acting_stages_may_read_the_record_and_only_plan_and_swapping_stages_may_write_it(template: Template) -> None:
    writers = {"plan", "swap_traffic", "keep_green_live"}
    for stage in STAGES:
        statements = stage_statements(template, stage)
        allowed, former = (
            {action for s in statements if key in json.dumps(s["Resource"]) for action in listed(s["Action"])}
            for key in ("/bluegreen/*/*.json", "/records/*/*.json")
        )
        acts = stage in {"register_release", "clone_blue", "drain_blue", "deploy_release", "terminate_green"}
        expected = {"s3:GetObject", "s3:PutObject"} if stage in writers else {"s3:GetObject"}
        calls = stage == "call_hooks"
        assert allowed == (expected if acts or calls or stage in writers else set()), stage
        assert former == allowed - {"s3:PutObject"}, f"{stage}: what a version of before wrote is read only"


def test_all_stacks_keep_records_in_elastic_beanstalks_bucket(synthesize: Callable[..., Template]) -> None:
    """Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/AWSHowTo.S3.html"""
    places = set()
    for env in ("dev", "prod"):
        functions = synthesize(env=env).find_resources("AWS::Lambda::Function").values()
        for function in functions:
            if not function["Properties"]["Handler"].startswith("lambdas.stages."):
                continue
            variables = function["Properties"]["Environment"]["Variables"]
            places.add((text(variables["SHARED_RECORD_BUCKET"]), variables["SHARED_RECORD_KEY"]))
    assert places == {("elasticbeanstalk-aws::region-aws::accountid", "bluegreen/{application}/{blue}.json")}


def test_a_key_of_ones_own_is_also_the_key_of_records_of_before(synthesize: Callable[..., Template]) -> None:
    functions = synthesize(record_key="{application}/{blue}").find_resources("AWS::Lambda::Function").values()
    variables = next(iter(functions))["Properties"]["Environment"]["Variables"]
    assert variables["SHARED_RECORD_KEY"] == variables["BLUE_CNAME_CONFIG_FILE"] == "{application}/{blue}"


@pytest.mark.parametrize("stage", ["plan", "judge_group"])
def test_few_stages_look_executions_up(template: Template, stage: str) -> None:
    looking = [each for each in STAGES if "states:DescribeExecution" in stage_actions(template, each)]
    assert looking == ["plan", "judge_group"]
    (executions,) = (s for s in stage_statements(template, stage) if s["Action"] == "states:DescribeExecution")
    assert text(executions["Resource"]).endswith(":execution:BeanstalkBlueGreen-*:*"), "of all stacks"


def test_a_stage_may_not_read_records_of_other_applications(synthesize: Callable[..., Template]) -> None:
    narrowed = synthesize(applications="my shop")
    statements = [
        statement
        for statement in stage_statements(narrowed, "swap_traffic")
        if ".json" in json.dumps(statement["Resource"])
    ]
    assert len(statements) >= 2
    assert all("/my%20shop/*.json" in json.dumps(each["Resource"]) for each in statements)


def test_named_applications_narrow_every_resource_of_elastic_beanstalk(synthesize: Callable[..., Template]) -> None:
    narrowed = synthesize(applications="shop,blog")
    for stage in STAGES:
        for statement in stage_statements(narrowed, stage):
            if "elasticbeanstalk:" in json.dumps(statement["Action"]):
                for resource in statement["Resource"]:
                    arn = "".join(part if isinstance(part, str) else "" for part in resource["Fn::Join"][1])
                    assert arn.split("/")[1] in {"shop", "blog"}, arn


def test_the_bucket_is_private_encrypted_versioned_and_stays_when_the_stack_goes(template: Template) -> None:
    template.has_resource(
        "AWS::S3::Bucket",
        {
            "DeletionPolicy": "Retain",
            "Properties": {
                "PublicAccessBlockConfiguration": {
                    "BlockPublicAcls": True,
                    "BlockPublicPolicy": True,
                    "IgnorePublicAcls": True,
                    "RestrictPublicBuckets": True,
                },
                "BucketEncryption": Match.any_value(),
                "VersioningConfiguration": {"Status": "Enabled"},
            },
        },
    )
    template.has_resource_properties(
        "AWS::S3::BucketPolicy",
        {
            "PolicyDocument": Match.object_like(
                {
                    "Statement": Match.array_with(
                        [Match.object_like({"Effect": "Deny", "Condition": {"Bool": {"aws:SecureTransport": "false"}}})]
                    )
                }
            )
        },
    )


def test_artifacts_bucket_replaces_the_stacks_own_bucket(synthesize: Callable[..., Template]) -> None:
    other = synthesize(artifacts_bucket="releases-of-shop")
    other.resource_count_is("AWS::S3::Bucket", 0)
    assert "releases-of-shop" in json.dumps(stage_statements(other, "register_release"))


def test_the_outputs_name_the_machines_the_bucket_and_the_topic(template: Template) -> None:
    assert set(template.find_outputs("*")) == {
        "StateMachineArn",
        "FleetStateMachineArn",
        "ArtifactsBucketName",
        "NotificationsTopicArn",
    }


def test_the_hooks_that_were_named_and_no_other_function_may_be_called(synthesize: Callable[..., Template]) -> None:
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:load-test:live"
    template = synthesize(hooks=f"smoke-test,{arn}")
    (calling,) = [
        each for each in stage_statements(template, "call_hooks") if "lambda:InvokeFunction" in each["Action"]
    ]
    (whole,) = [each for each in calling["Resource"] if isinstance(each, str)]
    (named,) = [each for each in calling["Resource"] if each != whole]
    assert json.dumps(named).endswith(':function:smoke-test"]]}')
    assert whole == arn
    functions = [each["Properties"] for each in template.find_resources("AWS::Lambda::Function").values()]
    knowing = [each["Handler"] for each in functions if "HOOKS" in each["Environment"]["Variables"]]
    assert sorted(knowing) == ["lambdas.stages.call_hooks.handler", "lambdas.stages.plan.handler"]


def test_without_hooks_no_stage_may_call_a_function(template: Template) -> None:
    assert [each for each in STAGES if "lambda:InvokeFunction" in stage_actions(template, each)] == []
