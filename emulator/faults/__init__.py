"""Fault injection: which calls of the account's functions and state machines fail, and how."""

from emulator.faults.faults import Fault, FaultInjector, FaultKind, InvalidFaultError
from emulator.faults.function_call import FunctionCall
from emulator.faults.middleware import FaultMiddleware

__all__ = ["Fault", "FaultInjector", "FaultKind", "FaultMiddleware", "FunctionCall", "InvalidFaultError"]
