"""Deploys this repository's stack for a run, by the real CDK CLI, with a CDK bootstrap of its own.

The account's own bootstrap is not touched: the qualifier keeps the two apart, and its buckets get no assets.
Source: https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-customizing.html
"""

from dataclasses import dataclass
from pathlib import Path

from rehearsal.account.cdk import Cdk
from rehearsal.prove.names import RunNames
from rehearsal.prove.run_file import RunFile
from rehearsal.prove.target import ProofTarget
from rehearsal.report.progress import Progress


@dataclass(frozen=True)
class Installation:
    """The deployed stack. `machine`: the ARN of its state machine. `artifacts`: the name of its bucket."""

    machine: str
    artifacts: str


def install(target: ProofTarget, names: RunNames, memory: RunFile, folder: Path, progress: Progress) -> Installation:
    """Bootstrap, deploy, and return the installation; `folder` gets the log of the CLI. Raises CdkError."""
    variables = {**target.variables(), "ENV": names.env}
    cdk = Cdk(variables, folder.resolve() / "cdk.log", folder.resolve() / "cdk.out")
    toolkit = ("--toolkit-stack-name", names.toolkit)
    with progress.step("synthesize the stack"):
        cdk.synthesize(
            "-c", f"@aws-cdk/core:bootstrapQualifier={names.qualifier}", "-c", f"applications={names.application}"
        )
    with progress.step("bootstrap the CDK for this run"):
        cdk.bootstrap(target.account_id, target.region, *toolkit, "--qualifier", names.qualifier)
    with progress.step("deploy the stack"):
        outputs = cdk.deploy(*toolkit)
    memory.remember_bucket(outputs["ArtifactsBucketName"])
    return Installation(outputs["StateMachineArn"], outputs["ArtifactsBucketName"])
