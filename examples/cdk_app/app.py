"""A CDK app that has the stack in it, and a role of its own that may start releases. docs/cdk.md describes it."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from beanstalk_bluegreen import BlueGreenStack, Settings

app = cdk.App()
releases = BlueGreenStack(app, "Releases", Settings(env="prod", applications=("shop",), slow_minutes=45))

# Your own resources: here a role for a pipeline, which uploads bundles and starts releases.
pipeline = cdk.Stack(app, "ReleasePipeline")
role = iam.Role(pipeline, "Role", assumed_by=iam.AccountRootPrincipal())
releases.state_machine.grant_start_execution(role)
releases.artifacts.grant_put(role)

app.synth()
