"""The names inside MiniStack's Step Functions that the corrections share."""

from typing import Any

from ministack.services import stepfunctions

MODULE = "ministack.services.stepfunctions"

ExecutionError: Any = stepfunctions._ExecutionError
"""Raised with an error name and a cause (or None) by a state that fails. Attributes: `error`, `cause`."""
