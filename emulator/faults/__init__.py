"""Faults on demand: what goes wrong between the account's functions and AWS's services, and when."""

from emulator.faults.faults import Fault, FaultInjector, FaultKind, InvalidFaultError
from emulator.faults.function_call import FunctionCall
from emulator.faults.middleware import FaultMiddleware

__all__ = ["Fault", "FaultInjector", "FaultKind", "FaultMiddleware", "FunctionCall", "InvalidFaultError"]
