"""Failures on purpose: each is found by the stage that it names, users are protected, and the rerun succeeds.

The other failures of `--fail` differ only in their cause, and other scenarios have these causes.
"""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from rich.console import Console

from lambdas.release_events import Kind
from rehearsal.planned_failures import FAILURES
from rehearsal.prepare import Prepared
from rehearsal.release import release
from rehearsal.report.evidence import at_the_end, problems
from rehearsal.report.progress import Progress
from tests.support.shop import ScenarioShop, sample_bundle
from tests.support.testbed import ScenarioTestbed

CHOSEN = ("approval",)
"""One: each takes 20 seconds."""


@contextmanager
def subscribed(testbed: ScenarioTestbed, shop: ScenarioShop) -> Iterator[Callable[[], list[str]]]:
    """Yield a function that returns the detail types of the shop's events so far, which a rule sends to a queue."""
    events, sqs = testbed.account.client("events"), testbed.account.client("sqs")
    queue = sqs.create_queue(QueueName=f"{shop.name}-events")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = {"source": ["beanstalk-bluegreen"], "detail": {"blue": [shop.blue]}}
    events.put_rule(Name=shop.name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=shop.name, Targets=[{"Id": "queue", "Arn": arn}])
    found: list[str] = []

    def kinds() -> list[str]:
        while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
            found.extend(json.loads(message["Body"])["detail-type"] for message in messages)
            for message in messages:
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return found

    try:
        yield kinds
    finally:
        events.remove_targets(Rule=shop.name, Ids=["queue"])
        events.delete_rule(Name=shop.name)


@pytest.mark.parametrize("name", CHOSEN)
def test_it_fails_where_it_says_and_the_rerun_releases(testbed: ScenarioTestbed, name: str) -> None:
    failure, shop, output = FAILURES[name], testbed.open_shop(), io.StringIO()
    if failure.bundle != "v2":
        testbed.beanstalk.delete_application_version(ApplicationName=shop.name, VersionLabel="v2")
        shop.register_bundle("v2", sample_bundle(failure.bundle))
        shop.until_processed("v2")

    with subscribed(testbed, shop) as kinds:
        found = release(Prepared(testbed, shop), Progress(Console(file=output, width=200)), failure)
        told = kinds()

    assert problems(found) == [], output.getvalue()
    assert found.attempt
    assert found.outcome.status == "SUCCEEDED"
    assert list(at_the_end(found)) == [f"{shop.blue}/{'v2.1' if failure.corrected else 'v2'}"]
    assert f"v2 failed on purpose in {failure.failed_in}: {failure.what}." in output.getvalue()
    assert ("Users were protected" in output.getvalue()) != failure.loses_requests
    assert set(told) == set(Kind) - {Kind.USERS_RETURNED}, "users stayed on green, which is good"
    assert told.count(Kind.APPROVAL_NEEDED) >= 2
    assert told.index(Kind.RELEASE_FAILED) < told.index(Kind.RELEASE_SUCCEEDED)
