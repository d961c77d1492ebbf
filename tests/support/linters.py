"""The linters that read templates: cfn-lint and cdk-nag."""

import json
from pathlib import Path

from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks
from cfnlint.api import ManualArgs, lint

from infra.bluegreen_stack import BlueGreenStack
from infra.settings import Settings
from tests.support.template import CONTEXT, Json


def findings(template: Json, *regions: str) -> list[str]:
    """Return what cfn-lint finds wrong in a template for these regions; for two of the partition `aws` by default."""
    # W3005: the CDK states dependencies twice. Informational rules (I1022) are matters of taste.
    config = ManualArgs(regions=list(regions or ("us-east-1", "eu-central-1")), ignore_checks=["W3005"])
    return [f"{match.rule.id} {match.message}" for match in lint(json.dumps(template), config=config)]


def nag_conclusion(settings: Settings, folder: Path) -> str:
    """Return cdk-nag's conclusion on a stack, `success` or `failure`. `folder`: for its assembly, see template_in.

    Raises the CDK's exception for a finding without an acknowledged reason.
    """
    app = App(context=CONTEXT, outdir=str(folder))
    BlueGreenStack(app, "Test", settings)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    app.synth()
    report = json.loads((folder / "validation-report.json").read_text())
    return str(report["pluginReports"][0]["conclusion"])


def template_in(folder: Path) -> Json:
    """Return the template that nag_conclusion has synthesized into a folder. To synthesize it again takes seconds."""
    template: Json = json.loads((folder / "Test.template.json").read_text())
    return template
