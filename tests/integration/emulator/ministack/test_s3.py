"""What AWS S3 tells about changes of objects."""

import json
from typing import Any

from emulator.identity import ACCOUNT_ID, REGION
from rehearsal.account.account import Account
from tests.support.topics import Topics
from tests.support.waiting import eventually


def test_an_event_names_the_version_of_its_object(account: Account, topics: Topics) -> None:
    """Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html"""
    s3, events = account.client("s3"), account.client("events")
    s3.create_bucket(Bucket="versioned")
    s3.put_bucket_versioning(Bucket="versioned", VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_notification_configuration(
        Bucket="versioned", NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    topic = topics.make()
    queue = topics.queue(topic)
    rule = {"source": ["aws.s3"], "detail": {"bucket": {"name": ["versioned"]}}}
    events.put_rule(Name="versioned", EventPattern=json.dumps(rule))
    events.put_targets(Rule="versioned", Targets=[{"Id": "1", "Arn": topic}])

    created = s3.put_object(Bucket="versioned", Key="shop.zip", Body=b"1")["VersionId"]
    removed = s3.delete_object(Bucket="versioned", Key="shop.zip")["VersionId"]
    told: list[dict[str, Any]] = [json.loads(each["Message"]) for each in queue.notifications(2)]
    by_type = {each["detail-type"]: each["detail"] for each in told}
    assert by_type["Object Created"]["object"]["version-id"] == created
    assert by_type["Object Deleted"]["object"]["version-id"] == removed
    assert by_type["Object Deleted"]["deletion-type"] == "Delete Marker Created"


def test_an_event_without_versions_names_none(account: Account) -> None:
    """Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html"""
    s3, sqs = account.client("s3"), account.client("sqs")
    queue = sqs.create_queue(QueueName="uploads")["QueueUrl"]
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT_ID}:uploads"
    allow = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    s3.create_bucket(Bucket="plain")
    configuration = {"QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}]}
    s3.put_bucket_notification_configuration(Bucket="plain", NotificationConfiguration=configuration)
    s3.put_object(Bucket="plain", Key="shop.zip", Body=b"1")
    records: list[Any] = []

    def arrived() -> list[Any]:
        for each in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
            records.extend(json.loads(each["Body"]).get("Records", []))
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=each["ReceiptHandle"])
        return records

    eventually(arrived)
    assert "versionId" not in records[0]["s3"]["object"]
