"""Events of executions in EventBridge, and their delivery to a topic through a rule that the CDK makes.

Sources: the guide's page on events of Step Functions; for deliveries, those of AWS.
"""

import json
import uuid
from typing import Any

import pytest
from aws_cdk import App, CfnOutput, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk.assertions import Template

from rehearsal.account.account import Account
from tests.support.functions import Functions
from tests.support.state_machines import StateMachines, invoke_state
from tests.support.topics import TopicQueue, Topics
from tests.support.waiting import eventually

WAIT = {"Wait": {"Type": "Wait", "Seconds": 100_000, "End": True}}
PASS = {"Pass": {"Type": "Pass", "End": True}}
ENDS = ["ABORTED", "TIMED_OUT", "FAILED", "SUCCEEDED"]
DETAIL_TYPE = "Step Functions Execution Status Change"
NAME, STATUS, CAUSE = (events.EventField.from_path(f"$.detail.{name}") for name in ("name", "status", "cause"))


class Rules:
    """Deploys rules of the CDK through CloudFormation, each with an encrypted topic as its target."""

    def __init__(self, cloudformation: Any, topics: Topics) -> None:
        self._cloudformation = cloudformation
        self._topics = topics

    def make(self, machine: str, statuses: list[str], message: events.RuleTargetInput | None = None) -> TopicQueue:
        """Make a rule for a state machine, and return a queue of its topic's messages."""
        name = f"s{uuid.uuid4().hex[:8]}"
        template = _template(name, machine, statuses, message)
        self._cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(template))
        eventually(lambda: self._status(name) != "CREATE_IN_PROGRESS")
        assert self._status(name) == "CREATE_COMPLETE"
        (output,) = self._described(name)["Outputs"]
        return self._topics.queue(output["OutputValue"])

    def _status(self, name: str) -> str:
        return str(self._described(name)["StackStatus"])

    def _described(self, name: str) -> dict[str, Any]:
        (stack,) = self._cloudformation.describe_stacks(StackName=name)["Stacks"]
        return dict(stack)


def _template(name: str, machine: str, statuses: list[str], message: events.RuleTargetInput | None) -> Any:
    stack = Stack(App(), name)
    key = kms.Key(stack, "Key")
    key.grant_encrypt_decrypt(iam.ServicePrincipal("events.amazonaws.com"))
    topic = sns.Topic(stack, "Topic", master_key=key)
    pattern = events.EventPattern(
        source=["aws.states"], detail_type=[DETAIL_TYPE], detail={"status": statuses, "stateMachineArn": [machine]}
    )
    events.Rule(stack, "Rule", event_pattern=pattern, targets=[targets.SnsTopic(topic, message=message)])
    CfnOutput(stack, "TopicArn", value=topic.topic_arn)
    template = Template.from_stack(stack).to_json()
    return {name: template[name] for name in ("Resources", "Outputs")}


@pytest.fixture(scope="session")
def rules(account: Account, topics: Topics) -> Rules:
    return Rules(account.client("cloudformation"), topics)


def start(machines: StateMachines, machine: str, name: str = "release") -> str:
    arn: str = machines.client.start_execution(stateMachineArn=machine, name=name, input="{}")["executionArn"]
    return arn


def details(queue: TopicQueue, count: int) -> list[dict[str, Any]]:
    return [json.loads(each["Message"])["detail"] for each in queue.notifications(count)]


def test_the_event_of_an_aborted_execution_has_its_error_and_cause(machines: StateMachines, rules: Rules) -> None:
    machine = machines.make(WAIT)
    queue = rules.make(machine, ENDS)
    execution = start(machines, machine)
    machines.client.stop_execution(executionArn=execution, error="Manual", cause="wrong version")
    (event,) = (json.loads(each["Message"]) for each in queue.notifications(1))
    assert (event["source"], event["detail-type"]) == ("aws.states", DETAIL_TYPE)
    assert event["resources"] == [execution]
    described = machines.describe(execution)
    assert event["detail"] == {
        "executionArn": execution,
        "stateMachineArn": machine,
        "name": "release",
        "status": "ABORTED",
        "startDate": pytest.approx(described["startDate"].timestamp() * 1000, abs=1),
        "stopDate": pytest.approx(described["stopDate"].timestamp() * 1000, abs=1),
        "input": "{}",
        "inputDetails": {"included": True},
        "output": None,
        "outputDetails": None,
        "stateMachineVersionArn": None,
        "stateMachineAliasArn": None,
        "redriveCount": 0,
        "redriveDate": None,
        "redriveStatus": "REDRIVABLE",
        "redriveStatusReason": None,
        "error": "Manual",
        "cause": "wrong version",
    }


def test_an_execution_that_times_out_has_an_event(machines: StateMachines, rules: Rules) -> None:
    machine = machines.make(WAIT, TimeoutSeconds=20)
    queue = rules.make(machine, ["ABORTED", "TIMED_OUT"])
    execution = start(machines, machine)
    (detail,) = details(queue, 1)
    assert (detail["executionArn"], detail["status"]) == (execution, "TIMED_OUT")
    assert detail["stopDate"] - detail["startDate"] == 20_000
    assert detail["redriveStatus"] == "REDRIVABLE"


def test_the_events_of_an_execution_have_its_redrives_in_their_order(machines: StateMachines, rules: Rules) -> None:
    machine = machines.make({"Fail": {"Type": "Fail", "Error": "E", "Cause": "c"}})
    queue = rules.make(machine, ["RUNNING", "FAILED"])
    execution = start(machines, machine)
    machines.end(execution)
    machines.client.redrive_execution(executionArn=execution)
    machines.end(execution)
    told = details(queue, 4)
    assert [(each["status"], each["redriveCount"], each["redriveStatus"], each["error"]) for each in told] == [
        ("RUNNING", 0, "NOT_REDRIVABLE", None),
        ("FAILED", 0, "REDRIVABLE", "E"),
        ("RUNNING", 1, "NOT_REDRIVABLE", None),
        ("FAILED", 1, "REDRIVABLE", "E"),
    ]
    date = machines.describe(execution)["redriveDate"].timestamp() * 1000
    assert told[2]["redriveDate"] == told[3]["redriveDate"] == pytest.approx(date, abs=1)
    assert told[2]["stopDate"] is None


def test_a_rule_matches_its_own_machine_and_statuses_only(machines: StateMachines, rules: Rules) -> None:
    machine = machines.make(PASS)
    queue = rules.make(machine, ["SUCCEEDED"])
    machines.run(PASS)
    execution = start(machines, machine)
    machines.end(execution)
    assert [(each["executionArn"], each["status"]) for each in details(queue, 1)] == [(execution, "SUCCEEDED")]


def test_a_text_arrives_as_json_with_its_quotation_marks_and_without_a_subject(
    machines: StateMachines, rules: Rules
) -> None:
    machine = machines.make(WAIT)
    text = events.RuleTargetInput.from_text(f"{NAME} ended {STATUS}.\nRedrive it.")
    queue = rules.make(machine, ENDS, text)
    machines.client.stop_execution(executionArn=start(machines, machine))
    (told,) = queue.notifications(1)
    assert told["Message"] == '"release ended ABORTED.\\nRedrive it."'
    assert not told.get("Subject")


def test_a_text_of_several_lines_arrives_with_quotation_marks_around_each(
    machines: StateMachines, rules: Rules
) -> None:
    machine = machines.make(WAIT)
    text = events.RuleTargetInput.from_multiline_text(f"{NAME} ended {STATUS}.\nRedrive it.")
    queue = rules.make(machine, ENDS, text)
    machines.client.stop_execution(executionArn=start(machines, machine))
    assert queue.notifications(1)[0]["Message"] == '"release ended ABORTED."\n"Redrive it."'


def test_a_text_with_a_quotation_mark_or_a_line_break_in_a_value_does_not_arrive(
    machines: StateMachines, rules: Rules
) -> None:
    machine = machines.make(WAIT)
    queue = rules.make(machine, ENDS, events.RuleTargetInput.from_text(f"{NAME}: {CAUSE}"))
    for name, cause in (("quoted", 'say "why"'), ("broken", "one\ntwo"), ("plain", "it's fine")):
        machines.client.stop_execution(executionArn=start(machines, machine, name), cause=cause)
    assert [each["Message"] for each in queue.notifications(1)] == ['"plain: it\'s fine"']


DESCRIBE = """
import boto3
def handler(event, context):
    client = boto3.client("stepfunctions")
    if event["stop"]:
        client.stop_execution(executionArn=event["execution"])
    return client.describe_execution(executionArn=event["execution"])["status"]
"""


def test_a_function_sees_the_status_of_another_execution_at_once(machines: StateMachines, functions: Functions) -> None:
    describe = functions.make(DESCRIBE)
    waiting = machines.make(WAIT)
    look = {"execution": "{% $states.input.execution %}", "stop": "{% $states.input.stop %}"}
    looking = {"Look": invoke_state(describe, look, Output="{% $states.result.Payload %}")}
    for number in range(3):
        execution = start(machines, waiting, f"release-{number}")
        assert machines.output(looking, {"execution": execution, "stop": False}) == "RUNNING"
        assert machines.output(looking, {"execution": execution, "stop": True}) == "ABORTED"
        machines.client.redrive_execution(executionArn=execution)
        assert machines.output(looking, {"execution": execution, "stop": False}) == "RUNNING"
        machines.client.stop_execution(executionArn=execution)
        assert machines.output(looking, {"execution": execution, "stop": False}) == "ABORTED"
