"""SNS topics in the emulated account, and queues that receive their notifications."""

import json
import uuid
from typing import Any

from tests.support.mailbox import subscribed_queue
from tests.support.waiting import eventually


class Topics:
    """Makes topics, and queues that receive what they publish."""

    def __init__(self, sns: Any, sqs: Any) -> None:
        self.sns = sns
        self.sqs = sqs

    def make(self, **attributes: str) -> str:
        """Make a topic and return its ARN."""
        arn: str = self.sns.create_topic(Name=f"t{uuid.uuid4().hex[:8]}", Attributes=attributes)["TopicArn"]
        return arn

    def queue(self, topic: str) -> "TopicQueue":
        """Make a queue that is subscribed to a topic."""
        return TopicQueue(self.sqs, subscribed_queue(self.sns, self.sqs, topic, f"q{uuid.uuid4().hex[:8]}"))


class TopicQueue:
    """A queue that is subscribed to a topic."""

    def __init__(self, sqs: Any, url: str) -> None:
        self._sqs = sqs
        self._url = url
        self._received: list[dict[str, Any]] = []

    def notifications(self, count: int) -> list[dict[str, Any]]:
        """Wait for at least `count` notifications; return all, oldest first."""
        eventually(lambda: len(self.all()) >= count)
        return self._received

    def all(self) -> list[dict[str, Any]]:
        """Return the notifications so far, oldest first."""
        while found := self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=1).get("Messages"):
            self._received.append(json.loads(found[0]["Body"]))
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=found[0]["ReceiptHandle"])
        return self._received
