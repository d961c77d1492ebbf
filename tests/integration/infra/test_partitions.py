"""The stack deploys to the partitions of AWS: `aws`, China and GovCloud."""

import json
import re

import pytest
from aws_cdk import App, Environment
from aws_cdk.assertions import Template

from infra.bluegreen_stack import BlueGreenStack
from lambdas.console import HOSTS
from tests.support.contexts import UPLOAD_PIPELINE, settings_in
from tests.support.linters import findings
from tests.support.template import CONTEXT

ACCOUNT = "123456789012"
REGIONS = {"cn-north-1": "aws-cn", "us-gov-west-1": "aws-us-gov"}


@pytest.fixture(scope="module", params=REGIONS)
def region(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def placed(region: str) -> Template:
    """Return the template of a stack for a region, with a pipeline."""
    app, place = App(context=CONTEXT), Environment(account=ACCOUNT, region=region)
    return Template.from_stack(BlueGreenStack(app, "Test", settings_in(UPLOAD_PIPELINE), env=place))


def test_the_template_for_a_region_is_valid(placed: Template, region: str) -> None:
    assert findings(dict(placed.to_json()), region) == []


def test_the_template_for_every_region_is_valid_in_each(template: Template, region: str) -> None:
    assert findings(dict(template.to_json()), region) == []


def test_each_arn_has_the_partition_of_the_region(placed: Template, region: str) -> None:
    arns = re.findall(r"arn:(aws[a-z-]*):", json.dumps(placed.to_json()))
    assert len(arns) > 50
    assert set(arns) == {REGIONS[region]}


def test_a_template_for_every_region_names_no_partition(template: Template) -> None:
    assert "arn:aws:" not in json.dumps(template.to_json())


def test_the_notification_of_a_stopped_release_or_fleet_links_to_the_console_of_its_partition(
    template: Template,
) -> None:
    ((name, mapping),) = template.find_mappings("*").items()
    assert {partition: values["host"] for partition, values in mapping.items()} == HOSTS
    rules = [
        each["Properties"]
        for each in template.find_resources("AWS::Events::Rule").values()
        if "InputTransformer" in json.dumps(each)
    ]
    assert len(rules) == 2
    for rule in rules:
        parts = rule["Targets"][0]["InputTransformer"]["InputTemplate"]["Fn::Join"][1]
        hosts = [index for index, part in enumerate(parts) if isinstance(part, dict) and "Fn::FindInMap" in part]
        for host in hosts:
            assert parts[host] == {"Fn::FindInMap": [name, {"Ref": "AWS::Partition"}, "host"]}
            assert parts[host - 1].endswith("https://")
        assert parts[hosts[-1] + 1].startswith("/states/home?region=")
        # A release has a report, too.
        assert all(parts[host + 1].startswith("/s3/object/") for host in hosts[:-1])
