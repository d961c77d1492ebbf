"""Amazon SNS as a state machine calls it: not over the wire, so faults that are on order strike here."""

from collections.abc import Callable
from typing import Any

from ministack.services import sns

from emulator.faults.faults import FaultInjector, FaultKind
from emulator.faults.function_call import FunctionCall
from emulator.ministack.replacement import Replacement
from emulator.ministack.stepfunctions.execution_run import ExecutionError, current

Response = tuple[int, dict[str, str], bytes]
Publish = Callable[[dict[str, Any]], Response]

_ERRORS = {
    FaultKind.THROTTLE: ("SNS.ThrottledException", "Rate exceeded (Service: Sns, Status Code: 429)"),
    FaultKind.ERROR_BEFORE: ("SNS.SnsException", "Service Unavailable (Service: Sns, Status Code: 503)"),
    FaultKind.ERROR_AFTER: ("SNS.SnsException", "Service Unavailable (Service: Sns, Status Code: 503)"),
}
_NO_ANSWER = ("SNS.SdkClientException", "Unable to execute HTTP request: Connection reset")


def replacements(faults: FaultInjector) -> list[Replacement]:
    publishing = Publishing(faults, sns._publish)
    return [Replacement("ministack.services.sns", "_publish", "df41cb2faa09", publishing.publish)]


class Publishing:
    """SNS's Publish; the calls of state machines may be struck."""

    def __init__(self, faults: FaultInjector, publish: Publish) -> None:
        self._faults = faults
        self._publish = publish

    def publish(self, request: dict[str, Any]) -> Response:
        """Publish, for whoever asks. Raises ExecutionError in an execution whose call is struck."""
        run = current.get()
        kind = self._faults.strike(FunctionCall("sns", "Publish", run.state_machine["name"])) if run else None
        if kind is None:
            return self._publish(request)
        if kind.executed:
            self._publish(request)
        raise ExecutionError(*_ERRORS.get(kind, _NO_ANSWER))
