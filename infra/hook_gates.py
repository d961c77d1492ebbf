"""The gates: at each one, a Map calls the hooks that the input names for it, one after the other.

A hook that is IN_PROGRESS is called again after its delay. What it answered goes from call to call in the data of the
iteration. A gate without hooks is passed at once.
"""

from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.jsonata_expressions import DEPLOYMENT, hooks_at
from infra.stage_permissions import CALLING_SECONDS
from infra.stage_tasks import RESULT, StageTasks
from lambdas.hooks import Gate

CALL_TIMEOUT: Final = Duration.seconds(CALLING_SECONDS + 30)
HOOK: Final = "$states.input.hook"
PASSED_ON: Final = {"deployment": f"{{% {DEPLOYMENT} %}}"}


def hook_gate(scope: Construct, stage_tasks: StageTasks, gate: Gate, comment: str) -> sfn.Map:
    """Return the state of a gate; it passes on its input. A hook that fails is an error of the state."""
    name = gate.title().replace("_", "")
    call = stage_tasks.task(
        f"CallHook{name}",
        "call_hooks",
        "Call the hook once.",
        payload={**PASSED_ON, "hook": f"{{% {HOOK} %}}"},
        outputs={**PASSED_ON, "hook": RESULT},
        timeout=CALL_TIMEOUT,
    )
    ended = sfn.Choice.jsonata(scope, f"HookEnded{name}", comment="Call a hook again that is in progress.")
    wait = sfn.Wait.jsonata(
        scope,
        f"WaitForHook{name}",
        time=sfn.WaitTime.seconds(f"{{% {HOOK}.wait_seconds %}}"),
        comment="Wait as long as the hook said.",
    )
    ended.when(sfn.Condition.jsonata(f"{{% {HOOK}.wait_seconds > 0 %}}"), wait)
    ended.otherwise(sfn.Succeed(scope, f"Passed{name}", comment="The hook succeeded."))
    state = sfn.Map.jsonata(
        scope,
        f"Hooks{name}",
        comment=comment,
        items=sfn.ProvideItems.jsonata(hooks_at(gate)),
        item_selector={
            **PASSED_ON,
            "hook": {"function": "{% $states.context.Map.Item.Value %}", "gate": gate.value},
        },
        max_concurrency=1,
        outputs=PASSED_ON,
    )
    call.next(ended)
    wait.next(call)
    return state.item_processor(call)
