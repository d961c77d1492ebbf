"""The stack, deployed again by the CDK CLI, upgraded while a release runs, and destroyed."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lambdas.metrics import NAMESPACE
from rehearsal.account.cdk import Cdk
from tests.support.approvals import approve, question, token
from tests.support.buckets import delete_bucket
from tests.support.resources import resources
from tests.support.shop import SOON, FinishedRelease
from tests.support.testbed import ScenarioTestbed

NEW_CODE, NEW_TEMPLATE = "0" * 64, "1" * 64
"""Digests for the changed assets. The CDK does not upload an asset with a known digest again."""
README = Path("README.md")
UPGRADED = "released by the upgrade"
"""The status that an execution with the other definition returns."""


@pytest.fixture
def cdk(testbed: ScenarioTestbed, assembly: Path, tmp_path: Path) -> Cdk:
    shutil.copytree(assembly, tmp_path / "cdk.out")
    return Cdk(testbed.account.environment(), tmp_path / "cdk.log", tmp_path / "cdk.out")


def test_deploying_again_changes_nothing(testbed: ScenarioTestbed, cdk: Cdk) -> None:
    before = history(testbed)
    assert cdk.deploy()["StateMachineArn"] == testbed.machine
    assert "(no changes)" in cdk.log.read_text()
    assert history(testbed) == before


def history(testbed: ScenarioTestbed) -> int:
    """Return the number of CloudFormation events of the stack."""
    pages = testbed.account.client("cloudformation").get_paginator("describe_stack_events")
    name = testbed.machine.rsplit(":", 1)[-1]
    return sum(len(page["StackEvents"]) for page in pages.paginate(StackName=name))


@pytest.fixture
def upgrade(testbed: ScenarioTestbed, cdk: Cdk) -> Iterator[Callable[[], str]]:
    """Deploys the stack with other code, other function settings and another definition; then as before."""
    assembly = cdk.assembly.with_name("changed")
    shutil.copytree(cdk.assembly, assembly)
    _change(assembly)
    changed = Cdk(cdk.environment, cdk.log, assembly)
    yield lambda: str(changed.deploy()["StateMachineArn"])
    cdk.deploy()


def _change(assembly: Path) -> None:
    (template,) = assembly.glob("*.template.json")
    (assets,) = assembly.glob("*.assets.json")
    resources = json.loads(template.read_text())["Resources"].values()
    (code,) = {each["Properties"]["Code"]["S3Key"] for each in resources if each["Type"] == "AWS::Lambda::Function"}
    files = json.loads(assets.read_text())["files"]
    (known,) = (digest for digest, file in files.items() if file["source"]["path"] == template.name)
    digests = {code.removesuffix(".zip"): NEW_CODE, known: NEW_TEMPLATE}
    shutil.copytree(assembly / f"asset.{code.removesuffix('.zip')}", assembly / f"asset.{NEW_CODE}")
    with (assembly / f"asset.{NEW_CODE}" / "lambdas" / "handler.py").open("a") as handler:
        handler.write("\nUPGRADED = True\n")
    others = {
        '"MemorySize": 256': '"MemorySize": 320',
        r"\"status\":\"released\"": rf"\"status\":\"{UPGRADED}\"",
    }
    for file in assembly.glob("*.json"):
        text = file.read_text()
        for was, becomes in (digests | others).items():
            text = text.replace(was, becomes)
        file.write_text(text)


def code_of(testbed: ScenarioTestbed) -> dict[str, str]:
    """Return the digest of the code of each function of the stack, by the function's name."""
    stack = testbed.machine.rsplit(":", 1)[-1]
    pages = testbed.account.client("lambda").get_paginator("list_functions").paginate()
    found = {each["FunctionName"]: each["CodeSha256"] for page in pages for each in page["Functions"]}
    return {name: digest for name, digest in found.items() if name.startswith(f"{stack}-")}


def definition_of(testbed: ScenarioTestbed) -> str:
    return str(testbed.states.describe_state_machine(stateMachineArn=testbed.machine)["definition"])


def test_an_upgrade_does_not_change_the_release_that_runs(testbed: ScenarioTestbed, upgrade: Callable[[], str]) -> None:
    shop, code = testbed.open_shop(), code_of(testbed)
    with shop.traffic() as traffic:
        arn = shop.start("v2", approval=True)
        asked = question(testbed, arn)
        assert upgrade() == testbed.machine
        assert UPGRADED in definition_of(testbed)
        assert not set(code.items()) & set(code_of(testbed).items()), "every function has other code"
        approve(testbed, asked)
        release = testbed.follow(arn)
    assert release.status == "SUCCEEDED", release.cause
    assert output_of(testbed, arn)["status"] == "released", "by the definition that it began with"
    assert traffic.failed == []
    assert traffic.last_served_by == [f"{shop.blue}/v2"]
    assert shop.versions == {shop.blue: "v2"}


def output_of(testbed: ScenarioTestbed, arn: str) -> dict[str, str]:
    output: dict[str, str] = json.loads(testbed.states.describe_execution(executionArn=arn)["output"])
    return output


@pytest.fixture(scope="module")
def second_stack(testbed: ScenarioTestbed, tmp_path_factory: pytest.TempPathFactory) -> Cdk:
    """A second stack in the account, of another name. It is synthesized, not deployed."""
    folder = tmp_path_factory.mktemp("second")
    other = Cdk({**testbed.account.environment(), "ENV": "second"}, folder / "cdk.log", folder / "cdk.out")
    other.synthesize()
    return other


def test_of_two_stacks_one_releases_and_the_other_one_goes_on_when_it_has_failed(
    testbed: ScenarioTestbed, second_stack: Cdk
) -> None:
    shop = testbed.open_shop()
    outputs = second_stack.deploy()
    request = {"application": shop.name, "blue": shop.blue, "version": "v2", **SOON}

    def release_by_the_second(name: str) -> FinishedRelease:
        arn = testbed.states.start_execution(
            stateMachineArn=outputs["StateMachineArn"], name=f"{shop.name}-{name}", input=json.dumps(request)
        )["executionArn"]
        return testbed.follow(arn)

    with shop.traffic() as traffic:
        first = shop.start("v2", approval=True)
        asked = question(testbed, first)
        refused = release_by_the_second("at-once")
        assert (refused.error, refused.states) == ("ReleaseRefusedError", ["Plan"])
        assert f"{first}, which is RUNNING" in refused.cause
        testbed.states.send_task_failure(taskToken=token(asked), error="Rejected", cause="not today")
        assert testbed.follow(first).status == "FAILED"
        released = release_by_the_second("afterwards")
    assert released.status == "SUCCEEDED", released.cause
    assert "CloneBlue" not in released.states, "it goes on with the green of the other stack"
    assert traffic.failed == []
    assert shop.versions == {shop.blue: "v2"}
    assert len(testbed.records(shop.name)) == 1
    second_stack._run("destroy", "--app", str(second_stack.assembly), "--force")
    delete_bucket(testbed, outputs["ArtifactsBucketName"], README)


def test_a_stack_that_is_destroyed_leaves_its_bucket_which_the_documented_command_removes(
    testbed: ScenarioTestbed, second_stack: Cdk
) -> None:
    before = resources(testbed.account.client)
    outputs = second_stack.deploy()
    bucket = outputs["ArtifactsBucketName"]
    for body in (b"{}", b"{ }"):  # the bucket keeps each version
        testbed.s3.put_object(Bucket=bucket, Key="records/shop/shop-prod.json", Body=body)
    assert len(resources(testbed.account.client) - before) > 40, "a stack has many resources"
    second_stack._run("destroy", "--app", str(second_stack.assembly), "--force")
    assert resources(testbed.account.client) - before == {f"bucket {bucket}"}
    delete_bucket(testbed, bucket, README)
    assert resources(testbed.account.client) - before == set()


def test_a_deployed_alarm_tells_people(testbed: ScenarioTestbed) -> None:
    name = testbed.machine.rsplit(":", 1)[-1]
    testbed.cloudwatch.set_alarm_state(AlarmName=f"{name}-slow", StateValue="ALARM", StateReason="a test")
    testbed.until(lambda: testbed.mailbox.about(f"{name}-slow"), "a message about the alarm")


def test_a_failed_release_rings_the_stacks_alarm(testbed: ScenarioTestbed) -> None:
    """AWS/States counts it. Source: https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html"""
    name = testbed.machine.rsplit(":", 1)[-1]
    testbed.states.start_execution(stateMachineArn=testbed.machine, input="{}")
    testbed.until(lambda: testbed.mailbox.about(f"{name}-failed"), "a message about the alarm")
    (alarm,) = testbed.cloudwatch.describe_alarms(AlarmNames=[f"{name}-failed"])["MetricAlarms"]
    assert alarm["StateValue"] == "ALARM"
    failed = testbed.cloudwatch.list_metrics(Namespace="AWS/States", MetricName="ExecutionsFailed")["Metrics"]
    assert [{"Name": "StateMachineArn", "Value": testbed.machine}] in [each["Dimensions"] for each in failed]
    released = testbed.cloudwatch.list_metrics(Namespace=NAMESPACE)["Metrics"]
    assert "ReleaseSeconds" in {each["MetricName"] for each in released}
