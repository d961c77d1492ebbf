"""The CDK app. Its context is described in the README, under "Deploy it"."""

import os
import re
from string import Formatter

import aws_cdk as cdk

from infra.bluegreen_stack import RECORD_KEY, SLOW_MINUTES, BlueGreenStack
from infra.network import Network, NetworkError
from infra.pipeline_settings import PipelineSettings, PipelineSettingsError


def main() -> None:
    app = cdk.App()
    env = os.environ.get("ENV") or app.node.try_get_context("env")
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,30}", env or ""):
        raise SystemExit(f"Expected -c env= (or ENV) to be letters, digits and hyphens, found {env!r}. Correct it.")
    record_key = app.node.try_get_context("record_key") or RECORD_KEY
    if {name for _, name, _, _ in Formatter().parse(record_key) if name is not None} != {"application", "blue"}:
        raise SystemExit(
            f"Expected -c record_key= to have {{application}} and {{blue}} in it, found {record_key!r}. Correct it."
        )
    slow_minutes = str(app.node.try_get_context("slow_minutes") or SLOW_MINUTES)
    if not re.fullmatch(r"[1-9][0-9]{0,4}", slow_minutes):
        raise SystemExit(f"Expected -c slow_minutes= to be a number of minutes, found {slow_minutes!r}. Correct it.")
    names = str(app.node.try_get_context("applications") or "*")
    applications = [name.strip() for name in names.split(",") if name.strip()]
    try:
        pipeline = PipelineSettings.from_context(app.node.try_get_context, applications)
        network = Network.from_context(app.node.try_get_context)
    except (PipelineSettingsError, NetworkError) as error:
        raise SystemExit(str(error)) from error
    stack = BlueGreenStack(
        app,
        f"BeanstalkBlueGreen-{env}",
        applications=applications,
        artifacts_bucket=app.node.try_get_context("artifacts_bucket"),
        record_key=record_key,
        notify_email=app.node.try_get_context("notify_email"),
        slow_minutes=int(slow_minutes),
        pipeline=pipeline,
        network=network,
    )
    cdk.Tags.of(stack).add("project", "beanstalk-bluegreen")
    cdk.Tags.of(stack).add("env", env)
    app.synth()


main()
