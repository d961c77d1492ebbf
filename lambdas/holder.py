"""Which other execution holds an environment, whether it still runs, and which one succeeded last."""

import re
from dataclasses import dataclass
from typing import Final, Self

from lambdas.aws.executions import Execution, Executions
from lambdas.aws.record import Record, Success
from lambdas.errors import CallRejectedError, PermissionDeniedError
from lambdas.visit import Visit

NOT_A_LABEL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
MAX_LABEL_LENGTH: Final = 100


@dataclass(frozen=True)
class Holder:
    """The execution that the record names, of this stack or another, if it is not the one that asks."""

    arn: str
    running: bool = False
    unknown: str = ""
    """Why Step Functions does not tell whether it runs."""
    success: Success | None = None
    """What it released."""

    @classmethod
    def of(cls, record: Record | None, visit: Visit, executions: Executions) -> Self | None:
        """Return the holder; None when this execution or none holds the environment."""
        if record is None or record.execution == visit.execution:
            return None
        try:
            found = executions.find(record.execution)
        except (PermissionDeniedError, CallRejectedError) as error:
            return cls(record.execution, unknown=error.found)
        if found is None:
            return cls(record.execution)
        return cls(found.arn, running=found.running, success=_success(found) if found.succeeded else None)


def _success(execution: Execution) -> Success:
    version = NOT_A_LABEL.sub("?", str(execution.output.get("version", "")))[:MAX_LABEL_LENGTH]
    return Success(execution.arn, execution.started, version)
