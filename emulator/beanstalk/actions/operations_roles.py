"""The actions about the operations role of an environment.

Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/iam-operationsrole.html
"""

from emulator.beanstalk.call import Call, Result
from emulator.beanstalk.state import State


class OperationsRoleActions:
    """The actions about operations roles. The service takes the role's permissions in place of the caller's."""

    def __init__(self, state: State) -> None:
        self._state = state

    def associate(self, call: Call) -> Result:
        """AssociateEnvironmentOperationsRole: later operations act in this role."""
        self._state.ready_environment(call.parameters).operations_role = call["OperationsRole"]
        return None

    def disassociate(self, call: Call) -> Result:
        """DisassociateEnvironmentOperationsRole: later operations act with their caller's permissions again."""
        self._state.ready_environment(call.parameters).operations_role = None
        return None
