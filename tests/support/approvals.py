"""Approvals: the question of an execution, and the answer."""

import json
import re

from tests.support.mailbox import Message
from tests.support.testbed import ScenarioTestbed


def question(testbed: ScenarioTestbed, arn: str, number: int = 1) -> Message:
    """Return the execution's n-th question for approval, when it has come."""

    def questions() -> list[Message]:
        return [message for message in testbed.mailbox.about(arn) if "approval" in message.subject]

    testbed.until(lambda: len(questions()) >= number, f"question {number} of {arn}")
    return questions()[number - 1]


def token(message: Message) -> str:
    """Return the task token in the command that approves."""
    found = re.search(r"send-task-success .*--task-token (\S+)", message.text)
    assert found, message.text
    return found[1]


def approve(testbed: ScenarioTestbed, message: Message) -> None:
    """Approve, as the command in the message does."""
    testbed.states.send_task_success(taskToken=token(message), output=json.dumps({}))
