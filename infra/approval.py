"""The approval: people are asked, while a watch beside the question tells them when an environment turns bad.

AWS ends a Parallel state when one of its branches fails, and stops the others:
https://docs.aws.amazon.com/step-functions/latest/dg/state-parallel.html. So each answer ends its branch with an error,
a yes with Approved. A branch that succeeds would leave the watch running, which cannot know of the answer.
"""

from typing import Final

from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.jsonata_expressions import (
    APPROVAL_EXPIRED,
    APPROVAL_FAILURE,
    APPROVAL_REQUEST,
    APPROVED,
    DEPLOYMENT,
    TOLD,
)
from infra.messages import question, tell_people
from infra.stage_tasks import SLOW, StageTasks
from lambdas.approval import RELEASE

YES: Final = "Approved"
"""The error that ends the question with a yes. `send-task-failure` with this error is a no, as with any other."""
PASSED_ON: Final = f"{{% {DEPLOYMENT} %}}"


def approval(
    scope: Construct,
    stage_tasks: StageTasks,
    topic: sns.ITopic,
    *,
    failure_branch: sfn.IChainable,
    approved: sfn.IChainable,
) -> sfn.Parallel:
    """Return the state. `approved`: the state after a yes."""
    state = sfn.Parallel.jsonata(scope, "Approval", comment="Ask people; watch both environments meanwhile.")
    state.branch(_watch(scope, stage_tasks, topic), _question(scope, topic))
    expired = sfn.Choice.jsonata(scope, "ApprovalExpired", comment="Fail or go on, as the input says.")
    on_expiry = f"{{% {DEPLOYMENT}.approval_expiry = '{RELEASE}' %}}"
    expired.when(sfn.Condition.jsonata(on_expiry), approved).otherwise(failure_branch)
    state.add_catch(approved, errors=[YES], outputs=APPROVED)
    state.add_catch(expired, errors=["States.Timeout"], outputs=APPROVAL_EXPIRED)
    return state.add_catch(failure_branch, errors=["States.ALL"], outputs=APPROVAL_FAILURE)


def _question(scope: Construct, topic: sns.ITopic) -> sfn.IChainable:
    yes = sfn.Fail.jsonata(scope, "Approved", error=YES, cause="A person approved the release. This ends the watch.")
    no = sfn.Fail.jsonata(scope, "NotApproved", error="Rejected", cause=f"A person rejected it with the error {YES}.")
    asked = sfn.CustomState(
        scope,
        "AwaitApproval",
        state_json=question(
            scope,
            "Ask a person.",
            topic=topic,
            subject="A release waits for your approval",
            message=APPROVAL_REQUEST,
            seconds=f"{{% {DEPLOYMENT}.approval_seconds %}}",
        ),
    )
    asked.add_catch(no, errors=[YES])
    return asked.next(yes)


def _watch(scope: Construct, stage_tasks: StageTasks, topic: sns.ITopic) -> sfn.IChainable:
    """Return the branch that tells people. It ends without an error, since people decide without it, too."""
    watch = stage_tasks.task(
        "WatchApproval",
        "watch_approval",
        "Look at both environments until one changes.",
        payload={"deployment": PASSED_ON, "told": TOLD},
        outputs={
            "deployment": PASSED_ON,
            "told": "{% $states.result.Payload.told %}",
            "notice": "{% $states.result.Payload %}",
        },
        attempts=200,
        pace=SLOW,
    )
    tell = tell_people(
        scope,
        "TellApprovers",
        "Tell people what changed while they decide.",
        topic=topic,
        subject="{% $states.input.notice.subject %}",
        message="{% $states.input.notice.message %}",
        outputs={"deployment": PASSED_ON, "told": "{% $states.input.told %}"},
        attempts=8,
    )
    unwatched = sfn.Succeed.jsonata(scope, "Unwatched", comment="The watch failed; people still decide.")
    tell.add_catch(unwatched, errors=["States.ALL"])
    watch.add_catch(unwatched, errors=["States.ALL"])
    watch.next(tell).next(watch)
    return watch
