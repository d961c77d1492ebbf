"""The failure branch: KeepGreenLive, NotifyFailure, HoldForRedrive. HoldForRedrive fails with the stage's error.

On redrive HoldForRedrive runs again, succeeds, and the machine goes back to Plan. Its input is the same as before, with
the failure and the number of redrives until then. AWS does not document that variables survive a redrive.
"""

from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from infra.jsonata_expressions import DEPLOYMENT, FALLBACK_NOTICE, PLAN_FAILURE
from infra.messages import tell_people
from infra.stage_tasks import RESULT, StageTasks

FAILURE = "{% $states.input.failure %}"
FLEET_TELLS = "{% $states.context.Execution.Input.notify = false %}"
"""Whether the input says so. When KeepGreenLive itself fails, people are told in any case."""


def failure_branch(
    scope: Construct, stage_tasks: StageTasks, topic: sns.ITopic, plan: tasks.LambdaInvoke
) -> tasks.LambdaInvoke:
    """Return the branch's first state. The branch ends in Plan, and Plan's own failure leads to the branch."""
    keep = stage_tasks.task(
        "KeepGreenLive",
        "keep_green_live",
        "Leave users on an environment whose version is known to be good.",
        payload={"deployment": f"{{% {DEPLOYMENT} %}}", "failure": FAILURE},
        outputs={"failure": FAILURE, "notice": RESULT},
    )
    notify = tell_people(
        scope,
        "NotifyFailure",
        "Tell people what failed, who serves users now, and what to do.",
        topic=topic,
        subject="{% $states.input.notice.subject %}",
        message="{% $states.input.notice.message %}",
        outputs={"failure": FAILURE},
    )
    hold = stage_tasks.task(
        "HoldForRedrive",
        "hold_for_redrive",
        "Fail with the error of the stage that failed; on redrive, let the release resume.",
        payload={"failure": FAILURE},
        outputs={},
        attempts=3,
        waits=False,  # the error that it fails with may have any name, also one that asks for a retry
        answers=True,
    )
    # A failure of either state must not hide the stage's failure.
    keep.add_catch(notify, errors=["States.ALL"], outputs={"failure": FAILURE, "notice": FALLBACK_NOTICE})
    notify.add_catch(hold, errors=["States.ALL"], outputs={"failure": FAILURE})
    who_tells = sfn.Choice.jsonata(scope, "WhoTells", comment="Leave the message to the fleet, if it is one's release.")
    who_tells.when(sfn.Condition.jsonata(FLEET_TELLS), hold).otherwise(notify)
    keep.next(who_tells)
    notify.next(hold).next(plan)
    plan.add_catch(keep, errors=["States.ALL"], outputs=PLAN_FAILURE)
    return keep
