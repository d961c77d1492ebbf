"""Swaps the CNAMEs of two environments."""

from emulator.beanstalk.model import Environment, EnvironmentStatus
from emulator.beanstalk.operations.operations import Operations
from emulator.beanstalk.scheduler import Steps
from emulator.beanstalk.state import State


class Swaps:
    """Starts swaps of CNAMEs. Call every method with the state's lock held."""

    def __init__(self, state: State, operations: Operations) -> None:
        self._state = state
        self._operations = operations

    def swap(self, source: Environment, destination: Environment, request_id: str) -> None:
        """Exchange the CNAMEs of two environments. Both are Updating until the CNAMEs have moved."""
        pair = f"'{source.name}' and '{destination.name}'"
        for environment in (source, destination):
            self._operations.record(environment, request_id, "swapEnvironmentCNAMEs is starting.")
            self._operations.record(environment, request_id, f"Swapping CNAMEs for environments {pair}.")
        self._operations.start(source, EnvironmentStatus.UPDATING, self._swapping(source, destination, request_id))
        destination.status = EnvironmentStatus.UPDATING
        destination.updated = self._state.clock.time()

    def _swapping(self, source: Environment, destination: Environment, request_id: str) -> Steps:
        yield self._state.durations.drawn("swap", source.name)
        source.cname, destination.cname = destination.cname, source.cname
        completed = f"Completed swapping CNAMEs for environments '{source.name}' and '{destination.name}'."
        for environment in (source, destination):
            points_to = f"'{environment.cname}' now points to '{environment.endpoint}'."
            self._operations.record(environment, request_id, points_to)
            self._operations.record(environment, request_id, completed)
            self._operations.end(environment)
