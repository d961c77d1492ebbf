"""The topic for people, the rules that send to it, and the topic for a chat."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_cdk.assertions import Match, Template

from lambdas.release_events import Kind


def test_the_topic_is_encrypted_and_has_the_address_as_a_subscriber(synthesize: Callable[..., Template]) -> None:
    told = synthesize(notify_email="releases@example.com")
    told.has_resource_properties("AWS::SNS::Topic", {"KmsMasterKeyId": Match.any_value()})
    told.has_resource_properties("AWS::SNS::Subscription", {"Protocol": "email", "Endpoint": "releases@example.com"})


def test_the_topic_has_no_subscriber_by_default(template: Template) -> None:
    template.resource_count_is("AWS::SNS::Subscription", 0)


def test_a_rule_notifies_of_successes_when_asked_for(synthesize: Callable[..., Template], template: Template) -> None:
    pattern = {
        "source": ["beanstalk-bluegreen"],
        "detail-type": ["ReleaseSucceeded"],
        "detail": {"execution": [{"prefix": Match.any_value()}]},
    }
    synthesize(notify_success="true").has_resource_properties("AWS::Events::Rule", {"EventPattern": pattern})
    assert "ReleaseSucceeded" not in json.dumps(template.find_resources("AWS::Events::Rule"))


def test_a_chat_gets_messages_in_the_format_of_aws(synthesize: Callable[..., Template], template: Template) -> None:
    """https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html"""
    chat = synthesize(chat="true")
    rules = [
        rule["Properties"]
        for rule in chat.find_resources("AWS::Events::Rule").values()
        if rule["Properties"]["Description"].endswith("for a chat")
    ]
    assert {rule["EventPattern"]["detail-type"][0] for rule in rules} == {
        "ReleaseStarted",
        "ApprovalNeeded",
        "UsersReturned",
        "ReleaseFailed",
        "ReleaseSucceeded",
    }
    for rule in rules:
        text = json.dumps(rule["Targets"][0]["InputTransformer"]["InputTemplate"])
        for words in ("version", "1.0", "source", "custom", "title", "description", "nextSteps", "threadId"):
            assert words in text
        assert {"execution", "kind", "region"} <= set(
            re.findall(r"\W(\w+)\W+:", text.partition("additionalContext")[2])
        )
    assert "ChatTopicArn" in chat.find_outputs("*")
    template.resource_count_is("AWS::SNS::Topic", 1)


def test_the_documented_button_takes_what_each_message_of_a_chat_has() -> None:
    """https://docs.aws.amazon.com/chatbot/latest/APIReference/API_CustomActionAttachment.html"""
    (text,) = re.findall(r"--attachments '(.+?)'\n", Path("docs/events.md").read_text(), re.DOTALL)
    (button,) = json.loads(text)
    source = "event.metadata.additionalContext."
    assert set(button["Variables"].values()) == {f"{source}{name}" for name in ("execution", "kind", "region")}
    assert {each["Value"] for each in button["Criteria"]} <= {kind.value for kind in Kind}


@pytest.mark.parametrize(
    ("machine", "more"),
    [
        # Releases of a fleet are the fleet's to tell.
        ("^WorkflowStateMachine", {"name": [{"anything-but": {"prefix": "fleet-"}}]}),
        ("^FleetWorkflowStateMachine", {}),
    ],
)
def test_a_rule_notifies_of_aborted_and_timed_out_executions(
    template: Template, machine: str, more: dict[str, Any]
) -> None:
    template.has_resource_properties(
        "AWS::Events::Rule",
        {
            "EventPattern": {
                "source": ["aws.states"],
                "detail-type": ["Step Functions Execution Status Change"],
                "detail": {
                    "status": ["ABORTED", "TIMED_OUT"],
                    "stateMachineArn": [{"Ref": Match.string_like_regexp(machine)}],
                    **more,
                },
            },
            "Targets": [Match.object_like({"InputTransformer": Match.any_value()})],
        },
    )
