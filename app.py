"""The CDK app. The README describes its context, under "Deploy it"."""

import os

import aws_cdk as cdk

from infra.bluegreen_stack import BlueGreenStack
from infra.settings import InvalidSettingsError, Settings

app = cdk.App()
try:
    settings = Settings.from_context(app.node.try_get_context, os.environ)
except InvalidSettingsError as error:
    raise SystemExit(str(error)) from error
stack = BlueGreenStack(app, f"BeanstalkBlueGreen-{settings.env}", settings)
cdk.Tags.of(stack).add("project", "beanstalk-bluegreen")
cdk.Tags.of(stack).add("env", settings.env)
app.synth()
