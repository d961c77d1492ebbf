"""Faults on demand: what goes wrong between the account's functions and AWS's services, and when."""

from emulator.faults.call import Call
from emulator.faults.faults import Fault, Faults, InvalidFaultError, Kind
from emulator.faults.middleware import Line

__all__ = ["Call", "Fault", "Faults", "InvalidFaultError", "Kind", "Line"]
