"""The shop of one schedule in the deployed account: the versions and environments that the simulator's has."""

import io
import json
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from botocore.exceptions import ClientError

from rehearsal.account.samples import BASE, FOLDER
from rehearsal.account.shop import Shop
from rehearsal.testbed import Testbed
from tools.agreement.traces import what_stands
from tools.simulation.shop import BEHAVIOURS, OTHERS

BUNDLES_BUCKET: Final = "agreement-sources"
"""The bucket of bundles to register: none of the stack's own, as in the simulator."""
READERS: Final = ("plan", "register_release", "clone_blue", "deploy_release")
"""The stages for which Elastic Beanstalk reads a bundle."""
UNREGISTERED: Final = "v4"
"""A release registers it from its bundle."""
APPLICATION_FILE: Final = '''\
"""Behaves as behaviour.json says; see tools/simulation/shop.py."""

import json
from pathlib import Path

BEHAVIOUR = json.loads(Path(__file__).with_name("behaviour.json").read_text())
if "dies" in BEHAVIOUR:
    raise SystemExit(BEHAVIOUR["dies"])


def application(request, start_response):
    status = BEHAVIOUR.get("by_path", {}).get(request.get("PATH_INFO") or "/", BEHAVIOUR.get("status", 200))
    start_response(f"{status} As Told", [("Content-Type", "text/plain"), ("Content-Length", "3")])
    return [b"hi\\n"]
'''


class DeployedShop(Shop):
    """A shop with blue on v1."""

    def __init__(self, testbed: Testbed, name: str) -> None:
        super().__init__(testbed.beanstalk, testbed.s3, name, testbed.artifacts)
        self._testbed = testbed
        self._source_bundle: dict[str, str] = {}

    def open(self) -> None:
        """Make the application, its versions and blue, and wait until it is well."""
        make_bundles_bucket(self._testbed)
        self.create("v1", {label: bundle(label) for label in BEHAVIOURS if label != UNREGISTERED})
        put = self._s3.put_object(Bucket=BUNDLES_BUCKET, Key=self.key(UNREGISTERED), Body=bundle(UNREGISTERED))
        self._source_bundle = {
            "bucket": BUNDLES_BUCKET,
            "key": self.key(UNREGISTERED),
            "version_id": put["VersionId"],
        }
        self._beanstalk.create_configuration_template(
            ApplicationName=self.name,
            TemplateName=OTHERS,
            EnvironmentId=self.environment(self.blue)["EnvironmentId"],
        )

    def close(self) -> None:
        """Delete the shop, except with an environment that is being changed."""
        with suppress(ClientError):
            self.delete()

    def key(self, label: str) -> str:
        """Return the key of a version's source bundle."""
        return f"{self.name}/{label}.zip"

    def request(self, simulated: Mapping[str, Any]) -> dict[str, Any]:
        """Return the input of an execution, from that of the simulator."""
        given = {**simulated, "application": self.name, "blue": self.blue}
        if "source_bundle" in given:
            given["source_bundle"] = self._source_bundle
        return given

    def break_bundle(self, label: str) -> None:
        """Let the application of a version end at its start, wherever it is deployed from now on."""
        self.upload(self.key(label), bundle("dies"))

    def roles(self) -> dict[str, str]:
        """Return the role of each environment, terminated ones too, by its name and by its id."""
        found = self._beanstalk.describe_environments(ApplicationName=self.name, IncludeDeleted=True)["Environments"]
        by_name = {self.blue: "blue", self.green: "green"}
        return by_name | {each["EnvironmentId"]: by_name[each["EnvironmentName"]] for each in found}

    def standing(self) -> tuple[str, ...]:
        """Return what stands."""
        roles = self.roles()
        found = [
            (roles[each["EnvironmentName"]], each.get("VersionLabel"), each.get("CNAME") == self.cname)
            for each in self.describe_environments()
        ]
        return what_stands(found, len(set(self.saved_configurations()) - {OTHERS}))


def make_bundles_bucket(testbed: Testbed) -> None:
    """Make the bucket, which the functions may read, if there is none; docs/pipelines.md has the policy."""
    if BUNDLES_BUCKET in [each["Name"] for each in testbed.s3.list_buckets()["Buckets"]]:
        return
    testbed.s3.create_bucket(Bucket=BUNDLES_BUCKET)
    testbed.s3.put_bucket_versioning(Bucket=BUNDLES_BUCKET, VersioningConfiguration={"Status": "Enabled"})
    policy = {"Version": "2012-10-17", "Statement": [reading(testbed, BUNDLES_BUCKET)]}
    testbed.s3.put_bucket_policy(Bucket=BUNDLES_BUCKET, Policy=json.dumps(policy))


def reading(testbed: Testbed, bucket: str) -> dict[str, Any]:
    """Return the statement of a bucket's policy by which the stack's functions may read it."""
    functions = [testbed.functions[stage] for stage in READERS]
    roles = [testbed.lambdas.get_function_configuration(FunctionName=each)["Role"] for each in functions]
    return {
        "Effect": "Allow",
        "Principal": {"AWS": roles},
        "Action": ["s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectAcl"],
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }


def bundle(label: str) -> bytes:
    """Return the source bundle of a version."""
    shop = FOLDER / BASE
    files = {
        "Procfile": (shop / "Procfile").read_text(),
        "serve.py": (shop / "serve.py").read_text(),
        "application.py": APPLICATION_FILE,
        "behaviour.json": json.dumps(BEHAVIOURS[label]),
    }
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return content.getvalue()
