"""The account's CodePipeline: requests in, answers out."""

import json
import logging
import uuid
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from http import HTTPStatus

from emulator.beanstalk.errors import CredentialsError
from emulator.beanstalk.scheduler import Scheduler
from emulator.beanstalk.thread_scheduler import ThreadScheduler
from emulator.clock import Clock
from emulator.codepipeline import protocol
from emulator.codepipeline.action_runs import ActionRuns
from emulator.codepipeline.call import Operation, PipelineCall, PipelineCaller
from emulator.codepipeline.descriptions import DescriptionOperations
from emulator.codepipeline.errors import (
    PipelineServiceError,
    PipelineServiceFailureError,
    UnknownPipelineOperationError,
)
from emulator.codepipeline.executions import ExecutionOperations
from emulator.codepipeline.model import Json
from emulator.codepipeline.pipelines import MayAssume, PipelineOperations
from emulator.codepipeline.providers import PROVIDERS
from emulator.codepipeline.providers.provider import ClientOfRole
from emulator.codepipeline.runs import PipelineRuns
from emulator.codepipeline.store import PipelineStore

Answer = tuple[int, dict[str, str], bytes]
_log = logging.getLogger(__name__)


class CodePipeline:
    """One account's CodePipeline in one region. Thread-safe.

    `client_of_role` and `may_assume`: how actions get their roles' permissions. `rules`: the rule of EventBridge behind
    a session, by the session's name. `create_scheduler` is called when the first pipeline runs.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        region: str,
        account_id: str,
        client_of_role: ClientOfRole,
        may_assume: MayAssume,
        rules: dict[str, str],
        create_scheduler: Callable[[Clock, AbstractContextManager[object]], Scheduler] = ThreadScheduler,
    ) -> None:
        store = PipelineStore(clock=clock, region=region, account_id=account_id)
        self._lock = store.lock
        self._actions = ActionRuns(store, PROVIDERS, client_of_role, lambda: create_scheduler(clock, store.lock))
        runs = PipelineRuns(store, self._actions)
        pipelines = PipelineOperations(store, runs, may_assume)
        executions = ExecutionOperations(store, runs, rules)
        self._operations = _by_name(pipelines, executions, DescriptionOperations(store))

    def handle(self, body: bytes, headers: Mapping[str, str], caller: PipelineCaller) -> Answer:
        """Return the answer to a request: status, headers, body. `headers`: by names in lower case. Never raises."""
        target = headers.get("x-amz-target", "")
        try:
            status, document = int(HTTPStatus.OK), self._call(target, body, caller)
        except CredentialsError as error:
            status, document = error.status, {"__type": error.code, "message": str(error)}
        except PipelineServiceError as error:
            status, document = error.status, protocol.error_document(error)
        except Exception:  # noqa: BLE001 - a defect in one call must not stop other calls
            _log.exception("A call of CodePipeline stopped because of a defect")
            failure = PipelineServiceFailureError("The emulated CodePipeline has a defect. See the server's log.")
            status, document = failure.status, protocol.error_document(failure)
        fields = {"Content-Type": protocol.CONTENT_TYPE, "x-amzn-RequestId": str(uuid.uuid4())}
        return status, fields, json.dumps(document).encode()

    def close(self) -> None:
        """Stop all executions."""
        self._actions.close()

    def _call(self, target: str, body: bytes, caller: PipelineCaller) -> Json:
        caller.authenticate()
        called = protocol.called_operation(target)
        operation = self._operations.get(called.name)
        if operation is None:
            raise UnknownPipelineOperationError(
                f"{called.name} is not supported here. Supported are: {', '.join(sorted(self._operations))}."
            )
        call = PipelineCall(protocol.read_parameters(called, body), caller)
        with self._lock:
            return operation(call)


def _by_name(
    pipelines: PipelineOperations, executions: ExecutionOperations, descriptions: DescriptionOperations
) -> dict[str, Operation]:
    """Return every supported operation by its name."""
    return {
        "CreatePipeline": pipelines.create,
        "DeletePipeline": pipelines.delete,
        "DisableStageTransition": executions.disable_transition,
        "EnableStageTransition": executions.enable_transition,
        "GetPipeline": pipelines.get,
        "GetPipelineExecution": descriptions.get_execution,
        "GetPipelineState": descriptions.get_state,
        "ListActionExecutions": descriptions.list_actions,
        "ListPipelineExecutions": descriptions.list_executions,
        "ListPipelines": pipelines.list,
        "ListTagsForResource": pipelines.list_tags,
        "PutApprovalResult": executions.put_approval_result,
        "RetryStageExecution": executions.retry_stage,
        "StartPipelineExecution": executions.start,
        "StopPipelineExecution": executions.stop,
        "TagResource": pipelines.tag,
        "UntagResource": pipelines.untag,
        "UpdatePipeline": pipelines.update,
    }
