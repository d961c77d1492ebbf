"""A pipeline in the account, as a person sees it and answers it."""

from typing import Any

from rehearsal.wait import until

Json = dict[str, Any]


class RunningPipeline:
    """The pipeline of that name. `client`: of CodePipeline. `seconds`: how long its waits may take."""

    def __init__(self, client: Any, name: str, seconds: float) -> None:
        self.client = client
        self.name = name
        self._seconds = seconds

    def start(self) -> str:
        """Start an execution and return its id."""
        return str(self.client.start_pipeline_execution(name=self.name)["pipelineExecutionId"])

    def executions(self) -> list[Json]:
        """Return the summaries of all executions, the newest first."""
        found = self.client.list_pipeline_executions(pipelineName=self.name)["pipelineExecutionSummaries"]
        return [dict(each) for each in found]

    def state(self, action: str) -> Json:
        """Return the last run of an action, an empty one before the first."""
        stages = self.client.get_pipeline_state(name=self.name)["stageStates"]
        [found] = [each for stage in stages for each in stage["actionStates"] if each["actionName"] == action]
        return dict(found.get("latestExecution", {}))

    def run(self, execution: str, action: str) -> Json:
        """Return the last run of an action in an execution, an empty one before the first."""
        wanted = {"pipelineExecutionId": execution}
        found = self.client.list_action_executions(pipelineName=self.name, filter=wanted)["actionExecutionDetails"]
        return next((dict(each) for each in found if each["actionName"] == action), {})

    def until_state(self, action: str, status: str) -> Json:
        """Wait until the last run of an action has a status, and return the run."""
        self._until(lambda: self.state(action).get("status") == status, f"{action} to be {status}")
        return self.state(action)

    def until_run(self, execution: str, action: str, status: str) -> Json:
        """Wait until an action has a status in an execution, and return the run. Fails once it has ended otherwise."""

        def reached() -> bool:
            found = self.run(execution, action)
            ended = found.get("status") in ("Succeeded", "Failed", "Abandoned")
            assert not ended or found["status"] == status, f"expected {action} to be {status}: {found}"
            return found.get("status") == status

        self._until(reached, f"{action} to be {status}")
        return self.run(execution, action)

    def answer(self, status: str = "Approved") -> None:
        """Answer the open approval of the stage Approve."""
        self.client.put_approval_result(
            pipelineName=self.name,
            stageName="Approve",
            actionName="Approve",
            token=self.until_state("Approve", "InProgress")["token"],
            result={"summary": "tried it", "status": status},
        )

    def _until(self, condition: Any, expected: str) -> None:
        until(condition, expected, self._seconds, found=lambda: f"{self.executions()[:2]}", poll_seconds=0.1)
