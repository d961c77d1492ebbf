"""Faults strike the calls of functions and state machines; the answers are those of AWS.

The file is long because each kind of fault meets each kind of caller of the one middleware.
"""

import json
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from rehearsal.account.account import Account
from rehearsal.account.control import Control
from tests.support.functions import Functions
from tests.support.mailbox import subscribed_queue
from tests.support.roles import make_unrestricted_role
from tests.support.state_machines import StateMachines, invoke_state
from tests.support.waiting import eventually

CALLER = """
    import json
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    def handler(event, context):
        config = Config(retries={"total_max_attempts": event.get("attempts", 1)})
        client = boto3.client(event["service"], config=config)
        try:
            getattr(client, event["method"])(**event.get("arguments", {}))
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            return {"code": error.response["Error"]["Code"], "status": status}
        except BotoCoreError as error:
            return {"lost": type(error).__name__}
        return "answered"
"""

MakeCall = Callable[..., Any]


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with Account(scale=0.02, home=tmp_path_factory.mktemp("account")) as account:
        make_unrestricted_role(account)
        yield account


@pytest.fixture(scope="module")
def functions(account: Account) -> Functions:
    return Functions(account.client("lambda"))


@pytest.fixture(scope="module")
def function(functions: Functions) -> str:
    return functions.make(CALLER, name="caller")


@pytest.fixture
def control(account: Account) -> Iterator[Control]:
    control = Control(account.url)
    control.clear_journal()
    yield control
    control.set_faults()


@pytest.fixture
def call(functions: Functions, function: str) -> MakeCall:
    """Makes one call in the function, and returns what the function got."""

    def call(service: str, method: str, **more: Any) -> Any:
        answer = invoke(functions, function, {"service": service, "method": method, **more})
        assert "FunctionError" not in answer
        return json.load(answer["Payload"])

    return call


def invoke(functions: Functions, function: str, event: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = functions.client.invoke(FunctionName=function, Payload=json.dumps(event))
    return answer


def create_bucket(name: str) -> dict[str, Any]:
    return {"arguments": {"Bucket": name}}


def buckets(account: Account) -> list[str]:
    return [bucket["Name"] for bucket in account.client("s3").list_buckets()["Buckets"]]


def applications(account: Account) -> list[str]:
    found = account.client("elasticbeanstalk").describe_applications()["Applications"]
    return [each["ApplicationName"] for each in found]


@pytest.mark.parametrize(
    ("service", "client", "method", "seen"),
    [
        ("elasticbeanstalk", "elasticbeanstalk", "describe_applications", {"code": "Throttling", "status": 400}),
        ("s3", "s3", "list_buckets", {"code": "SlowDown", "status": 503}),
        ("states", "stepfunctions", "list_state_machines", {"code": "ThrottlingException", "status": 400}),
        ("cloudwatch", "cloudwatch", "describe_alarms", {"code": "ThrottlingException", "status": 400}),
        ("sns", "sns", "list_topics", {"code": "Throttling", "status": 400}),
    ],
)
def test_a_throttled_call_gets_its_services_own_answer(
    control: Control, call: MakeCall, *, service: str, client: str, method: str, seen: dict[str, Any]
) -> None:
    control.set_faults({"kind": "throttle", "service": service, "call": 1})
    assert call(client, method) == seen
    assert call(client, method) == "answered"


@pytest.mark.parametrize(
    ("kind", "seen", "executed"),
    [
        ("throttle", {"code": "Throttling", "status": 400}, False),
        ("error_before", {"code": "503", "status": 503}, False),
        ("error_after", {"code": "503", "status": 503}, True),
        ("reset_before", {"lost": "ConnectionClosedError"}, False),
        ("reset_after", {"lost": "ConnectionClosedError"}, True),
    ],
)
def test_a_fault_decides_whether_the_call_that_it_strikes_takes_effect(
    account: Account, control: Control, call: MakeCall, *, kind: str, seen: dict[str, Any], executed: bool
) -> None:
    control.set_faults({"kind": kind, "service": "elasticbeanstalk", "call": 1})
    assert call("elasticbeanstalk", "create_application", arguments={"ApplicationName": kind}) == seen
    assert (kind in applications(account)) is executed


def test_calls_of_ministacks_services_are_struck_like_those_of_elastic_beanstalk(
    account: Account, control: Control, call: MakeCall
) -> None:
    control.set_faults({"kind": "error_before", "service": "s3", "call": 1})
    assert call("s3", "create_bucket", **create_bucket("before")) == {"code": "503", "status": 503}
    control.set_faults({"kind": "reset_after", "service": "s3", "call": 1})
    assert call("s3", "create_bucket", **create_bucket("after")) == {"lost": "ConnectionClosedError"}
    assert "before" not in buckets(account)
    assert "after" in buckets(account)


def test_a_worker_that_is_killed_after_its_call_leaves_the_effect_and_an_exit_error(
    account: Account, control: Control, call: MakeCall, functions: Functions, function: str
) -> None:
    control.set_faults({"kind": "kill_after", "service": "s3", "action": "CreateBucket", "call": 1})
    event = {"service": "s3", "method": "create_bucket", **create_bucket("killed")}
    failure = json.load(invoke(functions, function, event)["Payload"])
    assert failure["errorType"] == "Runtime.ExitError"
    assert "signal: killed" in failure["errorMessage"]
    assert "killed" in buckets(account)
    assert call("s3", "list_buckets") == "answered"


def test_calls_of_other_clients_are_neither_recorded_nor_struck(
    account: Account, control: Control, call: MakeCall
) -> None:
    control.set_faults({"kind": "throttle", "service": "s3", "call": 1})
    account.client("s3").list_buckets()
    assert control.faults()[0]["struck"] == 0
    assert control.journal() == []
    assert call("s3", "list_buckets") == {"code": "SlowDown", "status": 503}
    assert control.faults() == [{"kind": "throttle", "service": "s3", "call": 1, "struck": 1}]


def test_the_journal_has_the_calls_of_functions_in_their_order(control: Control, call: MakeCall) -> None:
    call("elasticbeanstalk", "describe_environments")
    call("cloudwatch", "describe_alarms")
    assert control.journal() == [
        {"service": "elasticbeanstalk", "action": "DescribeEnvironments", "function": "caller"},
        {"service": "cloudwatch", "action": "DescribeAlarms", "function": "caller"},
    ]
    control.clear_journal()
    assert control.journal() == []


def test_the_journal_names_the_execution_and_the_state_that_call(
    account: Account, control: Control, function: str
) -> None:
    machines = StateMachines(account.client("stepfunctions"))
    event = {"service": "elasticbeanstalk", "method": "describe_applications"}
    execution = machines.start({"A state": invoke_state(function, event)})
    machines.end(execution)
    called = {"service": "elasticbeanstalk", "action": "DescribeApplications", "function": "caller"}
    told = {"execution": execution, "state": "A state", "path": "/"}
    assert control.journal() == [{**called, **told, "form": "Action=DescribeApplications&Version=2010-12-01"}]


def test_a_call_is_held_until_its_fault_is_removed(account: Account, control: Control, function: str) -> None:
    hold = {"kind": "hold", "service": "elasticbeanstalk", "state": "Holds", "call": 1}
    control.set_faults(hold)
    machines = StateMachines(account.client("stepfunctions"))
    event = {
        "service": "elasticbeanstalk",
        "method": "create_application",
        "arguments": {"ApplicationName": "held"},
    }
    execution = machines.start({"Holds": invoke_state(function, event)})
    eventually(lambda: control.faults()[0]["struck"])
    assert "held" not in applications(account)
    control.remove_fault(hold)
    assert machines.end(execution)["status"] == "SUCCEEDED"
    assert "held" in applications(account)


def test_each_retry_of_the_sdk_is_a_call(control: Control, call: MakeCall) -> None:
    control.set_faults({"kind": "error_before", "service": "elasticbeanstalk", "call": 1})
    assert call("elasticbeanstalk", "describe_applications", attempts=2) == "answered"
    assert len(control.journal()) == 2


@pytest.mark.parametrize(
    ("kind", "error", "published"),
    [
        ("throttle", "SNS.ThrottledException", False),
        ("error_before", "SNS.SnsException", False),
        ("error_after", "SNS.SnsException", True),
        ("reset_after", "SNS.SdkClientException", True),
    ],
)
def test_a_fault_strikes_what_a_state_machine_publishes(
    account: Account, control: Control, kind: str, error: str, published: bool
) -> None:
    arrived = inbox(account, f"topic-{kind}")
    machines = StateMachines(account.client("stepfunctions"))
    arguments = {"TopicArn": topic_arn(account, f"topic-{kind}"), "Message": "news"}
    publish = {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Arguments": arguments, "End": True}
    control.set_faults({"kind": kind, "service": "sns", "action": "Publish", "call": 1})
    assert machines.run({"Publish": publish})["error"] == error
    assert bool(arrived()) is published
    assert machines.run({"Publish": publish})["status"] == "SUCCEEDED"


def test_what_a_state_machine_publishes_is_held_and_meets_what_lasts_by_then(
    account: Account, control: Control
) -> None:
    machines = StateMachines(account.client("stepfunctions"))
    arguments = {"TopicArn": topic_arn(account, "held"), "Message": "news"}
    hold = {"kind": "hold", "service": "sns", "action": "Publish", "call": 1}
    control.set_faults(hold)
    execution = machines.start(
        {"Publish": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Arguments": arguments, "End": True}}
    )
    eventually(lambda: control.faults()[0]["struck"])
    control.add_fault({"kind": "throttle", "service": "sns", "for_seconds": 100_000})
    control.remove_fault(hold)
    assert machines.end(execution)["error"] == "SNS.ThrottledException"


def topic_arn(account: Account, name: str) -> str:
    arn: str = account.client("sns").create_topic(Name=name)["TopicArn"]
    return arn


def inbox(account: Account, topic: str) -> Callable[[], list[Any]]:
    """Subscribe a queue to a topic; return a function that reads the queue."""
    sqs = account.client("sqs")
    url = subscribed_queue(account.client("sns"), sqs, topic_arn(account, topic), topic)
    return lambda: list(sqs.receive_message(QueueUrl=url).get("Messages", []))


def test_a_fault_does_not_strike_what_other_clients_publish(account: Account, control: Control) -> None:
    control.set_faults({"kind": "throttle", "service": "sns", "call": 1})
    account.client("sns").publish(TopicArn=topic_arn(account, "by-hand"), Message="news")
    assert control.faults()[0]["struck"] == 0


def test_a_fault_that_is_not_valid_is_refused_with_the_reason(control: Control) -> None:
    with pytest.raises(ValueError, match="a kind of throttle, error_before"):
        control.set_faults({"kind": "flood", "service": "s3", "call": 1})


def test_a_process_that_is_not_a_worker_is_not_killed(account: Account, control: Control) -> None:
    """A header can name any process; only the account's own may be killed."""
    client = account.client("s3")

    def add_header(request: Any, **_: Any) -> None:
        request.headers["X-Emulator-Caller"] = f"s3 ListBuckets not-a-function {os.getpid()}"

    client.meta.events.register("before-send", add_header)
    control.set_faults({"kind": "kill_after", "service": "s3", "function": "not-a-function", "call": 1})
    client.list_buckets()  # the SDK retries after the closed connection, and this process still runs
    assert control.faults()[0]["struck"] == 1


def test_a_stale_answer_shows_an_older_state_to_the_function(
    account: Account, control: Control, call: MakeCall
) -> None:
    control.set_faults(
        {"kind": "stale", "service": "elasticbeanstalk", "action": "ListTagsForResource", "call": 1, "age": 600}
    )
    beanstalk = account.client("elasticbeanstalk")
    arn = beanstalk.create_application(ApplicationName="new")["Application"]["ApplicationArn"]
    look = {"arguments": {"ResourceArn": arn}}
    assert call("elasticbeanstalk", "list_tags_for_resource", **look)["code"] == "ResourceNotFoundException"
    assert call("elasticbeanstalk", "list_tags_for_resource", **look) == "answered"


def test_a_slow_answer_is_late_for_the_object_that_the_fault_names(
    account: Account, control: Control, call: MakeCall
) -> None:
    control.set_faults({"kind": "slow", "service": "s3", "path": "/slow/snapshot", "call": 1, "delay": 40})
    account.client("s3").create_bucket(Bucket="slow")
    clock = control.clock()

    def read(key: str) -> float:
        began = clock.time()
        assert call("s3", "get_object", arguments={"Bucket": "slow", "Key": key})["code"] == "NoSuchKey"
        return clock.time() - began

    assert read("snapshot") > 40
    assert read("record") < 40


def test_all_reads_of_the_account_are_stale_on_request(account: Account, control: Control) -> None:
    control.set_stale_reads(3_600, seed=1)
    try:
        account.client("elasticbeanstalk").create_application(ApplicationName="newer")
        assert not all("newer" in applications(account) for _ in range(10))
        with pytest.raises(ValueError, match="An age must be"):
            control.set_stale_reads(-1)
    finally:
        control.set_stale_reads(0)
    assert "newer" in applications(account)
