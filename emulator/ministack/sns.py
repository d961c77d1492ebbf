"""SNS: refuses subjects that AWS refuses, lets faults strike what a state machine publishes, and keeps messages.

Source of the limits on subjects: answers of AWS itself.
"""

import time
from collections.abc import Callable
from typing import Any

from ministack.services import sns

from emulator.faults.faults import HELD_SECONDS, Fault, FaultInjector, FaultKind
from emulator.faults.function_call import FunctionCall
from emulator.messages import PublishedMessages
from emulator.ministack.replacement import Replacement
from emulator.ministack.stepfunctions.current_task import current_task
from emulator.ministack.stepfunctions.execution_run import ExecutionRun, current_run
from emulator.ministack.stepfunctions.internals import ExecutionError

MAX_SUBJECT_LENGTH = 100
"""In UTF-16 code units."""

Response = tuple[int, dict[str, str], bytes]

_ERRORS = {
    FaultKind.THROTTLE: ("SNS.ThrottledException", "Rate exceeded (Service: Sns, Status Code: 429)"),
    FaultKind.ERROR_BEFORE: ("SNS.SnsException", "Service Unavailable (Service: Sns, Status Code: 503)"),
    FaultKind.ERROR_AFTER: ("SNS.SnsException", "Service Unavailable (Service: Sns, Status Code: 503)"),
}
_NO_ANSWER = ("SNS.SdkClientException", "Unable to execute HTTP request: Connection reset")


def replacements(faults: FaultInjector, messages: PublishedMessages) -> list[Replacement]:
    publish_api = PublishApi(faults, sns._publish)
    topics = SubjectCheck(sns.publish_internal)
    deliveries = RecordedDelivery(messages, sns._fanout)
    return [
        Replacement("ministack.services.sns", "_publish", "df41cb2faa09", publish_api.publish),
        Replacement("ministack.services.sns", "publish_internal", "f979fc53e1eb", topics.publish),
        Replacement("ministack.services.sns", "_fanout", "984cdd91d64a", deliveries.deliver),
    ]


class PublishApi:
    """Answers Publish. A state machine calls it without HTTP, so FaultMiddleware does not see that call."""

    def __init__(self, faults: FaultInjector, original: Callable[[dict[str, Any]], Response]) -> None:
        self._faults = faults
        self._original = original

    def publish(self, request: dict[str, Any]) -> Response:
        """Publish. Raises ExecutionError for a call of a state machine that a fault strikes."""
        run = current_run.get()
        fault = self._strike(_call_of(run)) if run else None
        if fault is None or fault.kind is FaultKind.STALE:
            return self._original(request)
        if fault.kind is FaultKind.SLOW:
            response = self._original(request)
            time.sleep(self._faults.real_delay(fault))
            return response
        if fault.kind.takes_effect:
            self._original(request)
        raise ExecutionError(*_ERRORS.get(fault.kind, _NO_ANSWER))

    def _strike(self, call: FunctionCall) -> Fault | None:
        """Return the fault that strikes a call; of a held one, when it may go on."""
        fault = self._faults.strike(call)
        if fault is None or fault.kind is not FaultKind.HOLD:
            return fault
        while self._faults.holds(fault):
            time.sleep(HELD_SECONDS)
        return self._faults.strike_held(call)


def _call_of(run: ExecutionRun) -> FunctionCall:
    task = current_task.get()
    state = task.state if task else ""
    return FunctionCall("sns", "Publish", run.state_machine["name"], None, "", run.execution["executionArn"], state)


class SubjectCheck:
    """Publishes to topics, except messages whose subject no email can have."""

    def __init__(self, original: Callable[..., Any]) -> None:
        self._original = original

    def publish(self, arn: str, message: Any, subject: str = "", **more: Any) -> Any:
        """Publish; return None when there is no such topic. Raises MiniStack's SnsPublishError for a bad subject."""
        too_long = len(subject.encode("utf-16-le")) // 2 > MAX_SUBJECT_LENGTH
        if too_long or any(character < " " for character in subject):
            raise sns.SnsPublishError("InvalidParameter", "Invalid parameter: Subject")
        return self._original(arn, message, subject, **more)


class RecordedDelivery:
    """Delivers to the subscribers of topics, and keeps each message, as an email subscription would get it.

    Publish and the services that notify, such as CloudWatch, all come here.
    """

    def __init__(self, messages: PublishedMessages, original: Callable[..., None]) -> None:
        self._messages = messages
        self._original = original

    def deliver(
        self,
        arn: str,
        message_id: str,
        message: str,
        subject: str,
        message_structure: str = "",
        *more: Any,
        **others: Any,
    ) -> None:
        if sns._topic_by_arn_any_scope(arn):
            text = sns._resolve_message_for_protocol(message, message_structure, "email")
            self._messages.add(arn, subject or "", text)
        self._original(arn, message_id, message, subject, message_structure, *more, **others)
