"""Approvals: the question of an execution, and the answer."""

import json
import re

from tests.support.mailbox import Message
from tests.support.testbed import ScenarioTestbed


def question(testbed: ScenarioTestbed, arn: str, number: int = 1) -> Message:
    """Return the execution's n-th question for approval, when it has come."""

    return _message(testbed, arn, "A release waits for your approval", number)


def told_of(testbed: ScenarioTestbed, arn: str, change: str) -> Message:
    """Return the message about a change while people decide, when it has come. `change`: how its subject begins."""
    return _message(testbed, arn, change, 1)


def _message(testbed: ScenarioTestbed, arn: str, subject: str, number: int) -> Message:
    def found() -> list[Message]:
        return [message for message in testbed.mailbox.about(arn) if message.subject.startswith(subject)]

    testbed.until(lambda: len(found()) >= number, f"message {number} of {arn}: {subject}")
    return found()[number - 1]


def token(message: Message) -> str:
    """Return the task token in the command that approves."""
    found = re.search(r"send-task-success .*--task-token (\S+)", message.text)
    assert found, message.text
    return found[1]


def approve(testbed: ScenarioTestbed, message: Message) -> None:
    """Approve, as the command in the message does."""
    testbed.states.send_task_success(taskToken=token(message), output=json.dumps({}))
