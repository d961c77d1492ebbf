"""The bake: blue serves and is watched, while its hooks are called and green stands by. Either one can end it."""

from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.hook_gates import PASSED_ON, hook_gate
from infra.jsonata_expressions import BAKE_FAILURE, DEPLOYMENT
from infra.stage_tasks import StageTasks
from lambdas.hooks import Gate


def bake(scope: Construct, stage_tasks: StageTasks, failure_branch: sfn.IChainable) -> sfn.Parallel:
    """Return the state, which fails as soon as one of its branches does. Its failure names the branch."""
    watch = stage_tasks.task(
        "WatchRelease",
        "watch_release",
        "Watch blue and the alarms while green stands by.",
        payload={"deployment": f"{{% {DEPLOYMENT} %}}"},
        soon=True,
    )
    hooks = hook_gate(scope, stage_tasks, Gate.AFTER_BLUE, "Call hooks while blue serves and is watched.")
    state = sfn.Parallel.jsonata(
        scope, "Bake", comment="Blue serves; green stands by until blue is known to be good.", outputs=PASSED_ON
    )
    state.branch(watch, hooks)
    return state.add_catch(failure_branch, errors=["States.ALL"], outputs=BAKE_FAILURE)
