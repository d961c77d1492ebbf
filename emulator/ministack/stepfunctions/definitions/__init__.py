"""Judges definitions of state machines as Step Functions does. It imports nothing of MiniStack."""

from emulator.ministack.stepfunctions.definitions.diagnostics import Diagnostic, refusal
from emulator.ministack.stepfunctions.definitions.judgment import diagnose

__all__ = ["Diagnostic", "diagnose", "refusal"]
