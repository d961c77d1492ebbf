"""An environment that a person's own CDK app makes, and a release onto it."""

import re
import shutil
import sys
from pathlib import Path

from rehearsal.account import samples
from rehearsal.account.cdk import Cdk
from tests.support.shop import ScenarioShop
from tests.support.testbed import ScenarioTestbed

NAME = "garden"
READERS = ("clone_blue", "deploy_release", "register_release")
"""The stages whose roles read bundles: docs/pipelines.md, A bucket of your own."""


def documented_app(home: Path) -> Path:
    """Write the app in docs/rehearsal.md to a file, and return its path."""
    found = re.search(r"<!-- app -->\n```python\n(.*?)```", Path("docs/rehearsal.md").read_text(), re.DOTALL)
    assert found, "docs/rehearsal.md should have an app behind <!-- app -->"
    file = home / "app.py"
    file.write_text(found[1])
    return file


def test_a_release_onto_the_environment_of_the_documented_cdk_app_loses_no_request(
    testbed: ScenarioTestbed, tmp_path: Path
) -> None:
    bundle = shutil.copytree(samples.FOLDER / samples.BASE, tmp_path / "bundle")
    shutil.copytree(samples.FOLDER / "v1", bundle, dirs_exist_ok=True)
    functions = [testbed.lambdas.get_function(FunctionName=testbed.functions[stage]) for stage in READERS]
    roles = ",".join(each["Configuration"]["Role"].rpartition("/")[2] for each in functions)
    cdk = Cdk(testbed.account.environment(), tmp_path / "cdk.log", tmp_path / "cdk.out")
    app = f"{sys.executable} {documented_app(tmp_path)}"
    cdk.synthesize("--app", app, "-c", f"bundle={bundle}", "-c", f"roles={roles}")
    outputs = cdk.deploy()

    shop = ScenarioShop(testbed, NAME)
    testbed.shops.append(shop)
    before = shop.environment(shop.blue)
    assert (before["Status"], before["EndpointURL"]) == ("Ready", outputs["Endpoint"])
    shop.until_healthy(shop.blue)
    location = shop.upload(f"bundles/{NAME}/v2.zip", samples.bundle("v2"))
    source = {"bucket": location["S3Bucket"], "key": location["S3Key"]}
    with shop.traffic() as traffic:
        release = shop.release("v2", source_bundle=source)
    assert release.status == "SUCCEEDED", release.cause
    assert traffic.failed == []
    assert traffic.last_served_by == [f"{shop.blue}/v2"]
    assert shop.environment(shop.blue)["EnvironmentId"] == before["EnvironmentId"]

    formation = testbed.account.client("cloudformation")
    formation.delete_stack(StackName="Garden")
    testbed.until(lambda: shop.environments() == [], "the stack to terminate the environment")
