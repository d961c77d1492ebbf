"""The console's views over the wire: what topics send, and what breaks services that are MiniStack's."""

import http.client
import json
import uuid
from typing import Any

from rehearsal.account.account import Account
from tests.support.functions import Functions
from tests.support.roles import UNRESTRICTED_ROLE
from tests.support.topics import Topics

ROLE = UNRESTRICTED_ROLE.rpartition("/")[2]


def ask(account: Account, method: str, path: str, **fields: Any) -> Any:
    """Return what the console's API answers to its own page."""
    connection = http.client.HTTPConnection(account.url.removeprefix("http://"), timeout=20)
    try:
        headers = {"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"}
        connection.request(method, f"/_console/api/{path}", json.dumps(fields), headers)
        answer = connection.getresponse()
        document = json.load(answer)
        assert answer.status == 200, document
        return document
    finally:
        connection.close()


def sent_by(account: Account, topic: str) -> list[tuple[str, str]]:
    """Return the subjects and texts in the mailbox that a topic sent, newest first."""
    name = topic.rpartition(":")[2]
    messages = ask(account, "GET", "mailbox")["messages"]
    return [(each["subject"], each["text"]) for each in messages if each["topic"] == name]


def test_the_mailbox_has_what_topics_send_as_an_email_has_it(account: Account, topics: Topics) -> None:
    """Source: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html (MessageStructure)."""
    topic, silent = topics.make(), topics.make()
    forms = {"default": "for machines", "email": "for people"}

    topics.sns.publish(TopicArn=topic, Subject="v2 failed", Message="Users stay on v1.")
    topics.sns.publish(TopicArn=topic, Message=json.dumps(forms), MessageStructure="json")

    assert sent_by(account, topic) == [("", "for people"), ("v2 failed", "Users stay on v1.")]
    assert sent_by(account, silent) == []


def test_an_alarm_rings_stops_and_sends_its_message(account: Account, topics: Topics) -> None:
    cloudwatch, topic, name = account.client("cloudwatch"), topics.make(), f"a{uuid.uuid4().hex[:8]}"
    ask(account, "POST", "break-it/alarm", alarm=name)
    [ringing] = [each for each in ask(account, "GET", "break-it")["broken"] if name in each["what"]]
    [alarm] = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    assert alarm["StateValue"] == "ALARM"

    ask(account, "POST", "break-it/undo", **ringing["undo"])

    [alarm] = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    assert alarm["StateValue"] == "OK"

    kept = ("ComparisonOperator", "EvaluationPeriods", "MetricName", "Namespace", "Period", "Statistic", "Threshold")
    cloudwatch.put_metric_alarm(AlarmName=name, AlarmActions=[topic], **{each: alarm[each] for each in kept})
    ask(account, "POST", "break-it/alarm", alarm=name)
    [(subject, text)] = sent_by(account, topic)
    assert subject == f'ALARM: "{name}" in us-east-1'
    assert json.loads(text)["NewStateValue"] == "ALARM"
    ask(account, "POST", "break-it/undo", **ringing["undo"])


def test_functions_and_what_their_roles_may_do_are_offered(account: Account, functions: Functions) -> None:
    name = functions.make("def handler(event, context): pass")

    offered = ask(account, "GET", "break-it/choices")["functions"]

    assert {"function": name, "module": "app", "role": ROLE} in offered
    assert ask(account, "GET", f"break-it/actions?role={ROLE}") == ["*"]


def test_a_managed_policy_counts_as_well(account: Account) -> None:
    iam, name = account.client("iam"), f"r{uuid.uuid4().hex[:8]}"
    allowed = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "*"}
    denied = {"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed, denied]})
    policy = iam.create_policy(PolicyName=name, PolicyDocument=document)["Policy"]["Arn"]
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)
    iam.attach_role_policy(RoleName=name, PolicyArn=policy)

    assert ask(account, "GET", f"break-it/actions?role={name}") == ["s3:GetObject", "s3:PutObject"]


def test_environments_are_shown_without_a_bucket_of_records(account: Account) -> None:
    shown = ask(account, "GET", "environments")

    assert isinstance(shown["environments"], list)
    assert isinstance(shown["known"], bool)
