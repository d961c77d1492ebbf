"""CodePipeline: pipelines with an S3 source, executions of state machines, and approvals by people."""

from emulator.codepipeline.service import CodePipeline

__all__ = ["CodePipeline"]
