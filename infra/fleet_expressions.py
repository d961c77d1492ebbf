"""The JSONata of the state machine of fleets: items and results of its Map, what a Catch passes on, messages."""

from typing import Any, Final

from infra.jsonata_expressions import APPROVE, CAUSE, ERROR, FAILURE_FIELDS, REDRIVE, REJECT, text, value_or

FLEET: Final = "$states.input.fleet"
"""The fleet. It is in the input of every state after PlanFleet: a redriven state gets the same input again."""
FLEET_BEFORE: Final = f"{{% {value_or(FLEET, 'null')} %}}"
"""The fleet before a redrive. The execution's own input has none."""

_REDRIVES = value_or("$states.context.Execution.RedriveCount", "0")
_ITEM = "$states.context.Map.Item.Value"

NEXT_ITEM: Final = {
    "number": f"{{% {_ITEM}.number %}}",
    "name": f"{{% {_ITEM}.name %}}",
    "request": f"{{% $merge([{FLEET}.common, {_ITEM}.request, {{'notify': false}}]) %}}",
    "redrives": f"{{% {_REDRIVES} %}}",
}
"""The input of an item's execution. `redrives`: those of the fleet so far. The fleet tells people of its releases."""

_NAME = f"$states.input.name & '-' & $string($states.input.redrives + {_REDRIVES} + 1)"
"""The attempt is the last part. A redrive of the fleet while the Map runs redrives the item's execution instead."""

RELEASE_NAME: Final = f"{{% {_NAME} %}}"
SUCCEEDED_RELEASE: Final[dict[str, Any]] = {
    "number": "{% $states.input.number %}",
    "name": RELEASE_NAME,
    "succeeded": True,
}
FAILED_RELEASE: Final[dict[str, Any]] = {
    "number": "{% $states.input.number %}",
    "name": RELEASE_NAME,
    "succeeded": False,
    "error": f"{{% {ERROR} %}}",
    "cause": f"{{% $substring({CAUSE}, 0, 200) %}}",
}

CAUGHT: Final[dict[str, Any]] = {"fleet": FLEET_BEFORE, "failure": FAILURE_FIELDS}
"""What a Catch passes on."""

APPROVAL_EXPIRED: Final[dict[str, Any]] = {
    **CAUGHT,
    "failure": {
        **FAILURE_FIELDS,
        "Error": "ApprovalExpired",
        "Cause": "Nobody approved or rejected the next wave in time.",
    },
}

FLEET_FAILURE_NOTICE: Final = text(
    "The fleet stopped in ",
    "$states.input.failure.State",
    ": ",
    "$states.input.failure.Error",
    ": ",
    "$substring($states.input.failure.Cause, 0, 3000)",
    "\n\nReleases that were made stay; what has not begun stays as it is. Once the cause is gone, redrive the fleet, "
    "which goes on with what is left:\n\n",
    *REDRIVE,
)

FLEET_APPROVAL_REQUEST: Final = text(
    f"{FLEET}.notice.message",
    "\n\nApprove the next wave:\n\n",
    *APPROVE,
    "\n\nReject (the fleet stops, and what was released stays):\n\n",
    *REJECT,
    "\n\nThis request expires after ",
    f"$string({FLEET}.approval_seconds)",
    " seconds; the fleet stops then, and a redrive begins the next wave.",
)
