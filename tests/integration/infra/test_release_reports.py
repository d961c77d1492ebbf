"""The function that writes reports: when it runs, and what it may do."""

import json
from collections.abc import Callable

import pytest
from aws_cdk.assertions import Match, Template

from emulator.identity import ACCOUNT_ID, REGION
from tests.support.template import handlers_role, listed, resolved, text

HANDLER = "lambdas.report.write_report.handler"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT_ID}:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def granted(template: Template) -> dict[str, list[str]]:
    """Return the resources of each action that the function's role allows, but for its log and traces."""
    statements = handlers_role(template, HANDLER)["statements"]
    return {
        action: [text(resource) for resource in listed(statement["Resource"])]
        for statement in statements
        for action in listed(statement["Action"])
        if action.split(":")[0] not in {"logs", "xray"}
    }


def test_it_runs_at_each_end_of_a_release(template: Template) -> None:
    """Source: https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html"""
    template.has_resource_properties(
        "AWS::Events::Rule",
        {
            "EventPattern": {
                "source": ["aws.states"],
                "detail-type": ["Step Functions Execution Status Change"],
                "detail": {
                    "status": ["SUCCEEDED", "FAILED", "ABORTED", "TIMED_OUT"],
                    "stateMachineArn": [{"Ref": Match.string_like_regexp("^WorkflowStateMachine")}],
                },
            },
            "Targets": [Match.object_like({"Arn": {"Fn::GetAtt": [Match.string_like_regexp("^Reports"), "Arn"]}})],
        },
    )


def test_it_may_read_the_releases_of_its_machine_and_write_their_reports(template: Template) -> None:
    states = "arn:aws::partition:states:aws::region:aws::accountid"
    beanstalk = "arn:aws::partition:elasticbeanstalk:aws::region:aws::accountid"
    found = granted(template)
    ((put,),) = [found.pop("s3:PutObject")]
    assert put.startswith("artifacts")
    assert put.endswith("/reports/Test/*")
    assert found == {
        "states:GetExecutionHistory": [f"{states}:execution:Test:*"],
        "elasticbeanstalk:DescribeEvents": [f"{beanstalk}:environment/*/*"],
    }


@pytest.mark.parametrize("key", [None, KEY])
def test_it_may_write_into_a_bucket_of_ones_own(synthesize: Callable[..., Template], key: str | None) -> None:
    context = {"artifacts_bucket": "bundles", "applications": "shop", **({"artifacts_key": key} if key else {})}
    template = synthesize(**context)
    found = granted(template)
    put = found["s3:PutObject"]
    assert [resolved(each, "aws", REGION, ACCOUNT_ID).rpartition(":::")[2] for each in put] == [
        "bundles/reports/Test/*"
    ]
    assert found.get("kms:GenerateDataKey") == ([key] if key else None)
    (environments,) = found["elasticbeanstalk:DescribeEvents"]
    assert environments.endswith(":environment/shop/*")


def test_messages_for_a_chat_about_an_end_link_to_the_report(synthesize: Callable[..., Template]) -> None:
    rules = synthesize(chat="true").find_resources("AWS::Events::Rule").values()
    told = {
        kind
        for rule in rules
        for kind in rule["Properties"]["EventPattern"]["detail-type"]
        if "Read its report: " in json.dumps(rule)
    }
    assert told == {"ReleaseFailed", "ReleaseSucceeded"}


def test_stages_that_tell_people_know_where_the_report_will_be(template: Template) -> None:
    bucket = {"Ref": Match.string_like_regexp("^Artifacts")}
    for stage in ("keep_green_live", "await_termination", "verify_release"):
        template.has_resource_properties(
            "AWS::Lambda::Function",
            {
                "Handler": f"lambdas.stages.{stage}.handler",
                "Environment": {"Variables": Match.object_like({"REPORT_BUCKET": bucket})},
            },
        )
