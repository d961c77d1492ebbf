"""The notifications of the stack, from a queue that is subscribed to its topic."""

import json
from dataclasses import dataclass
from threading import Lock
from typing import Any


@dataclass(frozen=True)
class Message:
    """One notification."""

    subject: str
    text: str


def subscribed_queue(sns: Any, sqs: Any, topic: str, name: str) -> str:
    """Create a queue with a policy that lets the topic deliver to it, and return its URL."""
    url: str = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    service = {"Service": "sns.amazonaws.com"}
    delivery = {"Effect": "Allow", "Principal": service, "Action": "sqs:SendMessage", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [delivery]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return url


class Mailbox:
    """Keeps the messages of the topic, and finds them by the execution that they name."""

    def __init__(self, sns: Any, sqs: Any, topic: str) -> None:
        self._sqs = sqs
        self._queue = subscribed_queue(sns, sqs, topic, "mailbox")
        self._messages: list[Message] = []
        self._reading = Lock()

    def about(self, arn: str) -> list[Message]:
        """Return all messages so far that name the execution, oldest first."""
        with self._reading:
            while self._read():
                pass
            return [message for message in self._messages if arn in message.text]

    def _read(self) -> bool:
        found = self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get("Messages", [])
        for each in found:
            published = json.loads(each["Body"])
            self._messages.append(Message(published.get("Subject") or "", published["Message"]))
            self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=each["ReceiptHandle"])
        return bool(found)
