"""How AWS Step Functions publishes to SNS and waits for callbacks. Source: responses of AWS."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.functions import Functions
from tests.support.state_machines import StateMachines
from tests.support.topics import TopicQueue, Topics
from tests.support.waiting import SCALE, eventually

PUBLISH = "arn:aws:states:::sns:publish"


@pytest.fixture
def topic(topics: Topics) -> str:
    return topics.make()


@pytest.fixture
def queue(topics: Topics, topic: str) -> TopicQueue:
    return topics.queue(topic)


def publish(topic: str, **fields: Any) -> dict[str, Any]:
    """Return a Task state that publishes."""
    arguments = {"TopicArn": topic, "Subject": "A release", "Message": "{% 'of ' & $states.input.version %}"}
    return {"Type": "Task", "Resource": PUBLISH, "Arguments": arguments, "End": True, **fields}


def ask(topic: str, **fields: Any) -> dict[str, Any]:
    """Return a Task state that publishes a question with a task token, and waits for the callback."""
    message = "{% 'Approve ' & $states.input.version & ' with ' & $states.context.Task.Token %}"
    arguments = {"TopicArn": topic, "Subject": "A question", "Message": message}
    return publish(topic, Resource=f"{PUBLISH}.waitForTaskToken", Arguments=arguments, **fields)


def token(queue: TopicQueue, question: int = 1) -> str:
    """Return the token in the n-th question."""
    return str(queue.notifications(question)[question - 1]["Message"].split()[-1])


def refusal(call: Any, **arguments: str) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    error = refused.value.response["Error"]
    return str(error["Code"]), str(error["Message"])


WAIT = {"Wait": {"Type": "Wait", "Seconds": 100_000, "End": True}}
CAUGHT = {"Caught": {"Type": "Pass", "Output": "{% $failure %}", "End": True}}
CATCH = [{"ErrorEquals": ["States.ALL"], "Assign": {"failure": "{% $states.errorOutput %}"}, "Next": "Caught"}]


def test_a_task_publishes_what_its_expressions_yield(machines: StateMachines, topic: str, queue: TopicQueue) -> None:
    output = machines.output({"Tell": publish(topic)}, {"version": "v2"})
    (told,) = queue.notifications(1)
    assert (told["Subject"], told["Message"], told["MessageId"]) == ("A release", "of v2", output["MessageId"])


def test_a_missing_topic_fails_the_task_with_the_error_of_the_sdks_class(machines: StateMachines, topic: str) -> None:
    states = {"Tell": publish(f"{topic}-gone", Catch=CATCH), **CAUGHT}
    failure = machines.output(states, {"version": "v2"})
    assert failure["Error"] == "SNS.NotFoundException"
    assert failure["Cause"].startswith("Topic does not exist")
    assert "(Service: AmazonSNS; Status Code: 404; Error Code: NotFound; Request ID: " in failure["Cause"]


@pytest.mark.parametrize("subject", ["s" * 101, "😀" * 51, "two\nlines"], ids=["long", "wide", "lines"])
def test_a_subject_that_aws_refuses_fails_the_task(machines: StateMachines, topic: str, subject: str) -> None:
    arguments = {"TopicArn": topic, "Subject": subject, "Message": "m"}
    described = machines.run({"Tell": publish(topic, Arguments=arguments)})
    assert described["error"] == "SNS.InvalidParameterException"
    assert described["cause"].startswith("Invalid parameter: Subject (")


@pytest.mark.parametrize("subject", ["s" * 100, "😀" * 50], ids=["narrow", "wide"])
def test_a_subject_of_100_characters_is_published(
    machines: StateMachines, topic: str, queue: TopicQueue, subject: str
) -> None:
    machines.output({"Tell": publish(topic, Arguments={"TopicArn": topic, "Subject": subject, "Message": "m"})})
    assert queue.notifications(1)[0]["Subject"] == subject


def test_a_callback_with_the_published_token_ends_the_task(
    machines: StateMachines, topic: str, queue: TopicQueue
) -> None:
    execution = machines.start({"Ask": ask(topic)}, {"version": "v2"})
    assert queue.notifications(1)[0]["Message"].startswith("Approve v2 with ")
    machines.client.send_task_success(taskToken=token(queue), output='{"by": "someone"}')
    assert json.loads(machines.end(execution)["output"]) == {"by": "someone"}


def test_a_task_without_a_callback_times_out_after_the_account_seconds_of_an_expression(
    machines: StateMachines, topic: str
) -> None:
    states = {"Ask": ask(topic, TimeoutSeconds="{% $states.input.seconds %}", Catch=CATCH), **CAUGHT}
    described = machines.run(states, {"version": "v2", "seconds": 120})
    assert json.loads(described["output"]) == {"Error": "States.Timeout", "Cause": ""}
    assert 120 <= (described["stopDate"] - described["startDate"]).total_seconds() < 120 / SCALE


def test_a_failed_callback_is_caught_with_its_error_and_cause(
    machines: StateMachines, topic: str, queue: TopicQueue
) -> None:
    execution = machines.start({"Ask": ask(topic, Catch=CATCH), **CAUGHT}, {"version": "v2"})
    machines.client.send_task_failure(taskToken=token(queue), error="Rejected", cause="not today")
    assert json.loads(machines.end(execution)["output"]) == {"Error": "Rejected", "Cause": "not today"}


def test_a_callback_after_the_time_out_is_refused(machines: StateMachines, topic: str, queue: TopicQueue) -> None:
    catch = [{"ErrorEquals": ["States.Timeout"], "Next": "Wait"}]
    execution = machines.start({"Ask": ask(topic, TimeoutSeconds=30, Catch=catch), **WAIT}, {"version": "v2"})
    eventually(lambda: machines.entered(execution, "Wait"))
    assert refusal(machines.client.send_task_success, taskToken=token(queue), output="{}") == (
        "TaskTimedOut",
        "Task Timed Out: 'Provided task does not exist anymore'",
    )
    machines.client.stop_execution(executionArn=execution)


def test_a_second_callback_is_refused(machines: StateMachines, topic: str, queue: TopicQueue) -> None:
    execution = machines.start({"Ask": ask(topic, End=False, Next="Wait"), **WAIT}, {"version": "v2"})
    machines.client.send_task_success(taskToken=token(queue), output="{}")
    code, _ = refusal(machines.client.send_task_failure, taskToken=token(queue), error="Rejected")
    assert code == "TaskTimedOut"
    machines.client.stop_execution(executionArn=execution)


def test_what_a_function_does_after_its_own_callback_changes_nothing(
    machines: StateMachines, functions: Functions
) -> None:
    """The callback ends the task: https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html."""
    function = functions.make(
        """
        import boto3

        def handler(event, context):
            answer = {"taskToken": event["token"], "error": "Rejected", "cause": "not today"}
            boto3.client("stepfunctions").send_task_failure(**answer)
            raise ValueError("after the callback")
        """
    )
    arguments = {"FunctionName": function, "Payload": {"token": "{% $states.context.Task.Token %}"}}
    resource = "arn:aws:states:::lambda:invoke.waitForTaskToken"
    retry = [{"ErrorEquals": ["ValueError"], "IntervalSeconds": 1}]
    described = machines.run(
        {"Ask": {"Type": "Task", "Resource": resource, "Arguments": arguments, "Retry": retry, "End": True}}
    )
    assert (described["error"], described["cause"]) == ("Rejected", "not today")


def test_a_callback_to_an_aborted_execution_is_refused(machines: StateMachines, topic: str, queue: TopicQueue) -> None:
    execution = machines.start({"Ask": ask(topic)}, {"version": "v2"})
    asked = token(queue)
    machines.client.stop_execution(executionArn=execution)
    assert refusal(machines.client.send_task_heartbeat, taskToken=asked)[0] == "TaskTimedOut"
    assert machines.describe(execution)["status"] == "ABORTED"


def test_a_callback_with_an_unknown_token_is_refused(machines: StateMachines) -> None:
    code, message = refusal(machines.client.send_task_success, taskToken="made up", output="{}")
    assert (code, message) == ("InvalidToken", "Invalid Token: 'Invalid token'")


def test_a_callback_without_json_is_refused_and_the_task_still_waits(
    machines: StateMachines, topic: str, queue: TopicQueue
) -> None:
    execution = machines.start({"Ask": ask(topic)}, {"version": "v2"})
    code, message = refusal(machines.client.send_task_success, taskToken=token(queue), output="yes")
    assert (code, message) == ("InvalidOutput", "Invalid output: 'Output is not valid JSON.'")
    machines.client.send_task_success(taskToken=token(queue), output='"yes"')
    assert machines.end(execution)["output"] == '"yes"'


def test_a_redriven_task_publishes_another_token_and_waits_the_whole_time(
    machines: StateMachines, topic: str, queue: TopicQueue
) -> None:
    execution = machines.start({"Ask": ask(topic, TimeoutSeconds=100)}, {"version": "v2"})
    assert machines.end(execution)["error"] == "States.Timeout"
    machines.client.redrive_execution(executionArn=execution)
    first, second = token(queue, 1), token(queue, 2)
    assert first != second
    assert refusal(machines.client.send_task_success, taskToken=first, output="{}")[0] == "TaskTimedOut"
    machines.client.send_task_success(taskToken=second, output="{}")
    assert machines.end(execution)["status"] == "SUCCEEDED"


def test_a_redriven_task_times_out_after_the_whole_time(machines: StateMachines, topic: str) -> None:
    execution = machines.start({"Ask": ask(topic, TimeoutSeconds=60)}, {"version": "v2"})
    machines.end(execution)
    machines.client.redrive_execution(executionArn=execution)
    described = machines.end(execution)
    assert described["error"] == "States.Timeout"
    assert (described["stopDate"] - described["redriveDate"]).total_seconds() >= 60
