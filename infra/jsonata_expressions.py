"""The JSONata of the state machine: what a Catch passes on, the request for approval, the result of a release."""

from typing import Any

from lambdas.approval import RELEASE
from lambdas.errors import HookFailedError
from lambdas.hooks import Gate


def value_or(expression: str, otherwise: str) -> str:
    """Return an expression that always has a value: without one it is an error, and an error bypasses a Catch."""
    return f"($exists({expression}) ? {expression} : {otherwise})"


ERROR = value_or("$states.errorOutput.Error", "'unknown'")
CAUSE = value_or("$states.errorOutput.Cause", "'no cause was given'")  # a time-out has no cause

FAILURE_FIELDS = {
    "State": "{% $states.context.State.Name %}",
    "Error": f"{{% {ERROR} %}}",
    "Cause": f"{{% {CAUSE} %}}",
    "RedriveCount": f"{{% {value_or('$states.context.Execution.RedriveCount', '0')} %}}",
}

DEPLOYMENT = "$states.input.deployment"
"""The deployment. It is in the input of every state after Plan: a redriven state gets the same input again."""

CAUGHT_FAILURE: dict[str, Any] = {"deployment": f"{{% {DEPLOYMENT} %}}", "failure": FAILURE_FIELDS}
"""What a Catch passes on of a stage's failure."""

BAKE_FAILURE: dict[str, Any] = {
    **CAUGHT_FAILURE,
    "failure": {
        **FAILURE_FIELDS,
        "State": f"{{% {ERROR} = '{HookFailedError.__name__}' ? 'HooksAfterBlue' : 'WatchRelease' %}}",
    },
}
"""What the Catch of Bake passes on, with the branch that failed."""

PLAN_FAILURE: dict[str, Any] = {"deployment": "{% null %}", "failure": FAILURE_FIELDS}
"""What the Catch of Plan passes on."""

APPROVAL_FAILURE: dict[str, Any] = {**CAUGHT_FAILURE, "failure": {**FAILURE_FIELDS, "State": "AwaitApproval"}}
"""What the Catch of Approval passes on. Only the question can fail it: the watch catches its own errors."""

_APPROVAL = f"$merge([{DEPLOYMENT}, {{'approved_at': $now()}}])"

APPROVED: dict[str, Any] = {"deployment": f"{{% {_APPROVAL} %}}"}
"""What Approval passes on. The alarm on slow releases counts from there."""

APPROVAL_EXPIRED: dict[str, Any] = {
    "deployment": f"{{% {DEPLOYMENT}.approval_expiry = '{RELEASE}' ? {_APPROVAL} : {DEPLOYMENT} %}}",
    "failure": {
        **FAILURE_FIELDS,
        "State": "AwaitApproval",
        "Error": "ApprovalExpired",
        "Cause": "Nobody approved or rejected the release in time.",
    },
}
"""What Approval passes on when nobody has answered. The failure counts unless the input says to go on."""

TOLD = f"{{% {value_or('$states.input.told', 'null')} %}}"
"""What people know of both environments while they decide; null before the first message."""


def text(*parts: str) -> str:
    """Return one expression that joins its parts; a part is literal text or a `$` expression."""
    joined = " & ".join(part if part.startswith(("$", "($")) else _literal(part) for part in parts)
    return f"{{% {joined} %}}"


def _literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"


_REGION = "$split($states.context.Execution.Id, ':')[3]"
_TOKEN = "$states.context.Task.Token"  # noqa: S105 - an expression, no secret
REDRIVE = (
    "  aws stepfunctions redrive-execution --execution-arn ",
    "$states.context.Execution.Id",
    " --region ",
    _REGION,
)
APPROVE = ("  aws stepfunctions send-task-success --region ", _REGION, ' --task-output "{}" --task-token ', _TOKEN)
REJECT = (
    "  aws stepfunctions send-task-failure --region ",
    _REGION,
    ' --error Rejected --cause "why" --task-token ',
    _TOKEN,
)
"""The parts of commands, for `text`."""

APPROVAL_REQUEST = text(
    f"{DEPLOYMENT}.question",
    "\n\nApprove:\n\n",
    *APPROVE,
    "\n\nReject (green continues to serve users):\n\n",
    *REJECT,
)

FALLBACK_NOTICE = {
    "subject": "A release failed, and so did its failure branch",
    "message": text(
        "The release failed in ",
        "$states.input.failure.State",
        ": ",
        "$states.input.failure.Error",
        ": ",
        "$states.input.failure.Cause",
        "\n\nIts failure branch failed too: ",
        ERROR,
        ": ",
        CAUSE,
        "\n\nThe environment with the production CNAME serves users: check both environments in the "
        "Elastic Beanstalk console. Then redrive the execution:\n\n",
        *REDRIVE,
    ),
}
"""The notice when KeepGreenLive fails: it still tells of the failure that led there."""


def hooks_at(gate: Gate) -> str:
    """Return the hooks of a gate. An older Plan passes on a deployment without any."""
    return f"{{% {value_or(f'{DEPLOYMENT}.hooks.{gate}', '[]')} %}}"


def release_result(status: str, served_by: str) -> dict[str, str]:
    """Return the execution's output. `served_by`: the deployment's key for the environment, `blue` or `green`."""
    return {
        "status": status,
        "application": "{% $states.input.deployment.application %}",
        "version": "{% $states.input.deployment.version %}",
        "previous_version": "{% $states.input.deployment.previous_version %}",
        "served_by": f"{{% $states.input.deployment.{served_by} %}}",
        "production_cname": "{% $states.input.deployment.production_cname %}",
    }
