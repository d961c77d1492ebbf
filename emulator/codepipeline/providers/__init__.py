"""The kinds of actions that the account's pipelines can run: a module for each provider."""

from emulator.codepipeline.providers.manual_approval import ManualApproval
from emulator.codepipeline.providers.provider import ActionProvider
from emulator.codepipeline.providers.s3_source import S3Source
from emulator.codepipeline.providers.step_functions import StepFunctionsInvocation

PROVIDERS: dict[tuple[str, str], ActionProvider] = {
    ("Source", "S3"): S3Source(),
    ("Invoke", "StepFunctions"): StepFunctionsInvocation(),
    ("Approval", "Manual"): ManualApproval(),
}
"""By category and provider."""
