"""How the actions of a stage run."""

import logging
from collections.abc import Callable, Mapping
from functools import cached_property

from botocore.exceptions import BotoCoreError, ClientError

from emulator.beanstalk.scheduler import Scheduler, Steps
from emulator.codepipeline.errors import ActionFailedError
from emulator.codepipeline.model import ActionRun, Json, PipelineExecution, RunStatus
from emulator.codepipeline.providers.provider import (
    ActionContext,
    ActionOutcome,
    ActionProvider,
    ClientOfRole,
    kind_of_failure,
)
from emulator.codepipeline.store import PipelineStore
from emulator.codepipeline.variables import resolved

_log = logging.getLogger(__name__)


class ActionRuns:
    """Runs actions. Hold the store's lock while you call a method.

    `providers`: by category and provider. `client_of_role`: makes clients that act in a role. `create_scheduler` is
    called when the first action starts, so that an account without pipelines has no threads for them.
    """

    def __init__(
        self,
        store: PipelineStore,
        providers: Mapping[tuple[str, str], ActionProvider],
        client_of_role: ClientOfRole,
        create_scheduler: Callable[[], Scheduler],
    ) -> None:
        self._store = store
        self._providers = providers
        self._client_of_role = client_of_role
        self._create_scheduler = create_scheduler

    @cached_property
    def _scheduler(self) -> Scheduler:
        return self._create_scheduler()

    def close(self) -> None:
        """Stop all runs."""
        if "_scheduler" in vars(self):
            self._scheduler.close()

    def new(self, stage: str, declared: Json) -> ActionRun:
        """Return a new run of an action."""
        now = self._store.clock.time()
        return ActionRun(stage, declared, now, now)

    def start(self, execution: PipelineExecution, run: ActionRun, then: Callable[[], None]) -> None:
        """Start a run. `then` is called at its end, unless it is interrupted."""
        run.task = self._scheduler.start(self._acting(execution, run, then))

    def interrupt(self, run: ActionRun, status: RunStatus) -> None:
        """End a run that is in progress. What it has started outside of CodePipeline goes on."""
        if run.task:
            run.task.cancel()
        self._end(run, status)

    def _acting(self, execution: PipelineExecution, run: ActionRun, then: Callable[[], None]) -> Steps:
        kind = run.declaration["actionTypeId"]
        try:
            run.configuration = resolved(run.declaration.get("configuration", {}), execution.namespaces())
            context = ActionContext(self._store, execution, run, self._client_of_role)
            outcome = yield from self._providers[kind["category"], kind["provider"]].run(context)
        except ActionFailedError as error:
            self._fail(run, error.kind, str(error))
        except (ClientError, BotoCoreError) as error:
            self._fail(run, kind_of_failure(error), str(error))
        except Exception:  # noqa: BLE001 - a defect in one action must not stop the pipeline for ever
            _log.exception("An action of CodePipeline stopped because of a defect")
            self._fail(run, "SystemUnavailable", "The emulated CodePipeline has a defect. See the server's log.")
        else:
            self._succeed(execution, run, outcome)
        then()

    def _succeed(self, execution: PipelineExecution, run: ActionRun, outcome: ActionOutcome) -> None:
        run.variables = dict(outcome.variables)
        run.summary = outcome.summary
        execution.artifacts.update(outcome.artifacts)
        if outcome.revision:
            execution.revisions[run.name] = dict(outcome.revision)
        self._end(run, RunStatus.SUCCEEDED)

    def _fail(self, run: ActionRun, kind: str, message: str) -> None:
        run.error = {"code": kind, "message": message[:5_000]}
        self._end(run, RunStatus.FAILED)

    def _end(self, run: ActionRun, status: RunStatus) -> None:
        run.status = status
        run.token = None
        run.updated = self._store.clock.time()
