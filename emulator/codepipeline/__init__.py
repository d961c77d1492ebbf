"""CodePipeline: pipelines with an S3 source, executions of state machines, and approvals by people."""

from emulator.codepipeline.service import CodePipeline
from emulator.codepipeline.store import PipelineStore

__all__ = ["CodePipeline", "PipelineStore"]
