"""The template of `make template`: complete, without anything of the CDK's bootstrap stack, and valid."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zipfile import ZipFile

import pytest

from tests.support.linters import findings
from tools.standalone_template import BUCKET, TEMPLATE, collect, main, pack, quick_create_link, synthesize


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    stack = synthesize({"env": "prod", "applications": "shop"}, folder / "assembly")
    assert stack == "BeanstalkBlueGreen-prod"
    collect(folder / "assembly", stack, folder / "made")
    return folder / "made"


@pytest.fixture(scope="module")
def template(made: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((made / TEMPLATE).read_text())
    return found


def archives(part: Any) -> set[str]:
    """Return the archives that a template reads of the bucket in its parameter."""
    if isinstance(part, list):
        return set().union(*map(archives, part))
    if not isinstance(part, dict):
        return set()
    if "S3Key" in part:
        assert part["S3Bucket"] == {"Ref": BUCKET}
        return {part["S3Key"]["Fn::Sub"].removeprefix("${AssetsPrefix}")}
    return set().union(*map(archives, part.values()))


def test_the_template_is_valid(template: dict[str, Any]) -> None:
    assert findings(template) == []


def test_each_archive_of_the_template_is_in_the_folder(made: Path, template: dict[str, Any]) -> None:
    assert {file.name for file in made.iterdir()} == archives(template) | {TEMPLATE}
    names = {name for file in made.glob("*.zip") for name in ZipFile(file).namelist()}
    assert {"lambdas/handler.py", "python/boto3/__init__.py"} <= names


def test_nothing_of_the_cdk_is_needed(template: dict[str, Any]) -> None:
    assert set(template["Parameters"]) == {BUCKET, "AssetsPrefix"}
    assert "Rules" not in template
    assert "cdk-" not in json.dumps(template)


def test_no_resource_has_a_name_that_needs_another_capability(template: dict[str, Any]) -> None:
    """CAPABILITY_IAM is enough as long as no resource of IAM has a name of its own.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
    """
    of_iam = [each for each in template["Resources"].values() if each["Type"].startswith("AWS::IAM::")]
    named = [each for each in of_iam if each["Properties"].keys() & {"RoleName", "ManagedPolicyName", "UserName"}]
    assert named == []


def test_the_template_is_within_the_limit_of_cloudformation(made: Path) -> None:
    """1 MB from S3: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""
    assert (made / TEMPLATE).stat().st_size < 1_000_000


def test_the_same_files_make_the_same_archive(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.py").write_text("pass\n")
    (tmp_path / "two" / "a.py").touch()
    for name in ("one", "two"):
        pack(tmp_path / name, tmp_path / f"{name}.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_the_link_names_the_template_the_stack_and_the_bucket() -> None:
    fragment = urlsplit(quick_create_link("Stack", "assets", "eu-west-1")).fragment
    assert parse_qs(urlsplit(fragment).query) == {
        "templateURL": [f"https://assets.s3.eu-west-1.amazonaws.com/beanstalk-bluegreen/{TEMPLATE}"],
        "stackName": ["Stack"],
        "param_AssetsBucket": ["assets"],
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["-c", "applications"], "Expected -c KEY=VALUE. Found -c applications."), (["-c", "slow_minutes=x"], "'x'")],
)
def test_wrong_settings_are_told(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        status = main(arguments)
    except SystemExit as ended:
        status = int(str(ended.code))
    assert status in (1, 2)
    assert said in capsys.readouterr().err
