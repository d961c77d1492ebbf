"""The stack from the template of `make template`, deployed by CloudFormation alone, as docs/template.md says."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.identity import REGION
from tests.support.buckets import delete_bucket
from tests.support.testbed import ScenarioTestbed
from tools.standalone_template import BUCKET, PREFIX, TEMPLATE, collect, synthesize

README = Path("README.md")
ASSETS = "archives-of-the-template"


@pytest.fixture
def outputs(testbed: ScenarioTestbed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The outputs of the stack of the template, with the archives in a bucket."""
    folder, formation = tmp_path_factory.mktemp("template"), testbed.account.client("cloudformation")
    stack = synthesize({"env": "template"}, folder / "assembly")
    collect(folder / "assembly", stack, folder / "made")
    testbed.s3.create_bucket(Bucket=ASSETS)
    for file in (folder / "made").iterdir():
        testbed.s3.put_object(Bucket=ASSETS, Key=f"{PREFIX}{file.name}", Body=file.read_bytes())
    formation.create_stack(
        StackName=stack,
        TemplateURL=f"https://s3.{REGION}.amazonaws.com/{ASSETS}/{PREFIX}{TEMPLATE}",  # as the AWS CLI writes it
        Parameters=[{"ParameterKey": BUCKET, "ParameterValue": ASSETS}],
        Capabilities=["CAPABILITY_IAM"],
    )
    formation.get_waiter("stack_create_complete").wait(StackName=stack, WaiterConfig={"Delay": 1})
    (made,) = formation.describe_stacks(StackName=stack)["Stacks"]
    found = {each["OutputKey"]: each["OutputValue"] for each in made["Outputs"]}
    yield found
    formation.delete_stack(StackName=stack)
    formation.get_waiter("stack_delete_complete").wait(StackName=stack, WaiterConfig={"Delay": 1})
    delete_bucket(testbed, found["ArtifactsBucketName"], README)
    delete_bucket(testbed, ASSETS, README)


def test_the_stack_of_the_template_plans_a_release(testbed: ScenarioTestbed, outputs: dict[str, str]) -> None:
    shop = testbed.open_shop()
    request = {"application": shop.name, "blue": shop.blue, "version": "v2", "dry_run": True}
    arn = testbed.states.start_execution(
        stateMachineArn=outputs["StateMachineArn"], name=f"{shop.name}-dry", input=json.dumps(request)
    )["executionArn"]
    told = testbed.follow(arn)
    assert told.status == "SUCCEEDED", told.cause
    answer = json.loads(testbed.states.describe_execution(executionArn=arn)["output"])
    assert answer["status"] == "planned"
    assert shop.versions == {shop.blue: "v1"}
