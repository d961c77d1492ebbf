"""Faults on demand: what goes wrong between the account's functions and AWS's services, and when."""

from rehearsal.faults.calls import Call
from rehearsal.faults.faults import Fault, Faults, InvalidFaultError, Kind
from rehearsal.faults.line import Line

__all__ = ["Call", "Fault", "Faults", "InvalidFaultError", "Kind", "Line"]
