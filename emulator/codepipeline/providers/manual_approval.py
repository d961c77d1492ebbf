"""The manual approval action: asks people, and waits for an answer.

Sources: https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals.html and
https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals-json-format.html
"""

import json
import uuid
from datetime import UTC, datetime
from typing import ClassVar

from emulator.codepipeline.errors import ActionFailedError
from emulator.codepipeline.model import Json
from emulator.codepipeline.providers.provider import Acting, ActionContext, Range, slowly

LIMIT_MINUTES = 7 * 24 * 60
_SUBJECT_LENGTH = 100


class ManualApproval:
    """Publishes a message to a topic, if there is one, and waits for PutApprovalResult."""

    required: ClassVar[tuple[str, ...]] = ()
    artifacts: ClassVar[tuple[Range, Range]] = ((0, 0), (0, 0))

    def run(self, context: ActionContext) -> Acting:
        """Wait until the time is over. An answer ends the run before."""
        context.run.token = str(uuid.uuid4())
        limit = 60.0 * context.run.declaration.get("timeoutInMinutes", LIMIT_MINUTES)
        expires = datetime.fromtimestamp(context.store.clock.time() + limit, UTC)
        if topic := context.configuration.get("NotificationArn"):
            subject = f"APPROVAL NEEDED: AWS CodePipeline {context.execution.pipeline} for action {context.run.name}"
            message = json.dumps(_message(context, expires))
            sns = yield slowly(context.client, "sns")
            yield slowly(sns.publish, TopicArn=topic, Subject=subject[:_SUBJECT_LENGTH], Message=message)
        yield limit
        raise ActionFailedError("JobFailed", "The approval action was not approved or rejected in time.")


def _message(context: ActionContext, expires: datetime) -> Json:
    region, pipeline, run = context.store.region, context.execution.pipeline, context.run
    console = f"https://console.aws.amazon.com/codepipeline/home?region={region}#/view/{pipeline}"
    approval = {
        "pipelineName": pipeline,
        "stageName": run.stage,
        "actionName": run.name,
        "token": run.token,
        "expires": expires.strftime("%Y-%m-%dT%H:%MZ"),
        "externalEntityLink": context.configuration.get("ExternalEntityLink"),
        "approvalReviewLink": f"{console}/{run.stage}/{run.name}/approve/{run.token}",
        "customData": context.configuration.get("CustomData"),
    }
    return {"region": region, "consoleLink": console, "approval": approval}
