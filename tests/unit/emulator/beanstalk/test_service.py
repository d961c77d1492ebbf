import json
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as Xml

import pytest
from botocore.exceptions import ClientError

from emulator.beanstalk import ElasticBeanstalk
from emulator.beanstalk.protocol.service_model import service_model
from tests.support.beanstalk import PLATFORM
from tests.support.in_memory import VirtualBeanstalk

NAMESPACE = "{http://elasticbeanstalk.amazonaws.com/docs/2010-12-01/}"


def _call(service: ElasticBeanstalk, parameters: Mapping[str, str]) -> tuple[int, Xml.Element]:
    status, headers, body = service.handle(urlencode(parameters).encode(), {})
    assert headers["Content-Type"] == "text/xml"
    return status, Xml.fromstring(body)  # noqa: S314 - our own service wrote it


def _call_for_json(service: ElasticBeanstalk, parameters: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
    status, headers, body = service.handle(urlencode(parameters).encode(), {"accept": "application/json"})
    assert headers["Content-Type"] == "application/json"
    return status, json.loads(body)


@pytest.mark.parametrize("parameter", ["Action", "Operation"])
def test_the_action_parameter_is_action_or_operation(service: ElasticBeanstalk, parameter: str) -> None:
    status, answer = _call(service, {parameter: "DescribeApplications"})

    assert (status, answer.tag) == (200, f"{NAMESPACE}DescribeApplicationsResponse")


@pytest.mark.parametrize("member", ["member", "members"])
def test_lists_are_read_in_both_spellings_and_in_order(service: ElasticBeanstalk, member: str) -> None:
    for name in ("shop", "blog", "wiki"):
        _call(service, {"Action": "CreateApplication", "ApplicationName": name})

    names = {f"ApplicationNames.{member}.{number}": name for number, name in ((2, "blog"), (10, "shop"))}
    _, answer = _call(service, {"Action": "DescribeApplications", **names})

    assert [name.text for name in answer.iter(f"{NAMESPACE}ApplicationName")] == ["shop", "blog"]


def test_structures_in_lists_are_read(account: VirtualBeanstalk) -> None:
    status, _ = _call(
        account.service,
        {
            "Operation": "CreateEnvironment",
            "ApplicationName": "shop",
            "EnvironmentName": "shop-prod",
            "SolutionStackName": PLATFORM,
            "Tags.members.1.Key": "team",
            "Tags.members.1.Value": "web",
        },
    )

    assert status == 200
    [environment] = account.client.describe_environments()["Environments"]
    tags = account.client.list_tags_for_resource(ResourceArn=environment["EnvironmentArn"])["ResourceTags"]
    assert {"Key": "team", "Value": "web"} in tags


def test_an_empty_list_is_a_list(account: VirtualBeanstalk) -> None:
    assert account.client.describe_environments(EnvironmentNames=[])["Environments"] == []


def test_an_error_has_its_code_and_the_request_id(service: ElasticBeanstalk) -> None:
    status, answer = _call(service, {"Action": "DeleteApplication", "ApplicationName": "none"})

    error = {element.tag.removeprefix(NAMESPACE): element.text for element in answer.iter()}
    assert (status, answer.tag) == (400, f"{NAMESPACE}ErrorResponse")
    assert (error["Type"], error["Code"]) == ("Sender", "InvalidParameterValue")
    assert error["Message"] == "No Application named 'none' found."
    assert error["RequestId"]


def test_clients_that_accept_json_get_json(service: ElasticBeanstalk) -> None:
    _call(service, {"Action": "CreateApplication", "ApplicationName": "shop"})

    status, answer = _call_for_json(service, {"Action": "DescribeApplications"})

    [application] = answer["DescribeApplicationsResponse"]["DescribeApplicationsResult"]["Applications"]
    assert (status, application["ApplicationName"], application["Description"]) == (200, "shop", None)
    assert isinstance(application["DateCreated"], float)
    assert answer["DescribeApplicationsResponse"]["ResponseMetadata"]["RequestId"]


def test_clients_that_ask_for_json_by_a_parameter_get_json(service: ElasticBeanstalk) -> None:
    """boto 2 does: https://github.com/boto/boto/blob/develop/boto/beanstalk/layer1.py."""
    parameters = {"Action": "CheckDNSAvailability", "CNAMEPrefix": "shop", "ContentType": "JSON"}

    _, headers, body = service.handle(urlencode(parameters).encode(), {})

    assert headers["Content-Type"] == "application/json"
    assert json.loads(body)["CheckDNSAvailabilityResponse"]["CheckDNSAvailabilityResult"]["Available"]


def test_errors_are_json_for_clients_that_accept_json(service: ElasticBeanstalk) -> None:
    status, answer = _call_for_json(service, {"Action": "DeleteApplication", "ApplicationName": "none"})

    assert (status, answer["Error"]["Code"]) == (400, "InvalidParameterValue")


def test_a_response_without_a_result_has_only_the_request_id(account: VirtualBeanstalk) -> None:
    _, answer = _call(
        account.service, {"Action": "DeleteApplicationVersion", "ApplicationName": "shop", "VersionLabel": "v1"}
    )

    tags = [element.tag.removeprefix(NAMESPACE) for element in answer.iter()]
    assert tags == ["DeleteApplicationVersionResponse", "ResponseMetadata", "RequestId"]


def test_every_operation_of_the_model_is_answered(service: ElasticBeanstalk) -> None:
    """The model is botocore's."""
    assert sorted(service._actions) == sorted(service_model().operation_names)


@pytest.mark.parametrize("parameters", [{"Action": "Launch"}, {}])
def test_an_unknown_or_missing_action_is_invalid(service: ElasticBeanstalk, parameters: dict[str, str]) -> None:
    assert _call_for_json(service, parameters)[1]["Error"]["Code"] == "InvalidAction"


@pytest.mark.parametrize(
    ("parameters", "problem"),
    [
        (
            {"Action": "CreateApplication"},
            "1 validation error detected: Value null at 'applicationName' failed to satisfy constraint: Member must",
        ),
        (
            {"Action": "DescribeEvents", "Severity": "LOUD"},
            "Value 'LOUD' at 'severity' failed to satisfy constraint: Member must satisfy enum value set: [TRACE,",
        ),
        (
            {"Action": "DescribeEvents", "MaxRecords": "1001"},
            "Value '1001' at 'maxRecords' failed to satisfy constraint: Member must have value less than or equal",
        ),
        ({"Action": "DescribeEvents", "MaxRecords": "many"}, "Member must be of type integer"),
        ({"Action": "DescribeEvents", "StartTime": "yesterday"}, "Member must be of type timestamp"),
        ({"Action": "DescribeEnvironments", "IncludeDeleted": "maybe"}, "Member must be of type boolean"),
        (
            {"Action": "CreateApplication", "ApplicationName": "a" * 101, "Tags.member.1.Key": ""},
            "2 validation errors detected: Value 'aaaa",
        ),
    ],
)
def test_every_invalid_parameter_is_reported(
    service: ElasticBeanstalk, parameters: dict[str, str], problem: str
) -> None:
    _, answer = _call_for_json(service, parameters)

    assert answer["Error"]["Code"] == "ValidationError"
    assert problem in answer["Error"]["Message"]


def test_the_date_header_is_in_account_time(account: VirtualBeanstalk) -> None:
    id_ = account.launched()

    answer = account.client.describe_environments(EnvironmentIds=[id_])

    date = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
    assert 0 <= (date - answer["Environments"][0]["DateUpdated"]).total_seconds() + 1 < 2000


def test_calls_are_counted_by_action_also_the_refused_ones(account: VirtualBeanstalk) -> None:
    account.client.describe_environments()
    with pytest.raises(ClientError):
        account.client.create_application(ApplicationName="shop")

    assert account.service.calls == {"CreateApplication": 2, "CreateApplicationVersion": 2, "DescribeEnvironments": 1}


def test_a_defect_is_an_error_response_and_is_logged(
    service: ElasticBeanstalk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_call: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(service._actions, "DescribeApplications", broken)

    status, answer = _call_for_json(service, {"Action": "DescribeApplications"})

    assert (status, answer["Error"]["Code"], answer["Error"]["Type"]) == (500, "InternalFailure", "Receiver")
    assert "ZeroDivisionError" in caplog.text


def test_control_characters_do_not_break_an_answer(service: ElasticBeanstalk) -> None:
    """XML cannot hold them; an application's or a person's text may."""
    parameters = {"ApplicationName": "shop", "Description": "red \x1b[31m null \x00 end"}
    _call(service, {"Action": "CreateApplication", **parameters})

    status, answer = _call(service, {"Action": "DescribeApplications"})

    assert status == 200
    expected = "red \N{REPLACEMENT CHARACTER}[31m null \N{REPLACEMENT CHARACTER} end"
    assert answer.findtext(f".//{NAMESPACE}Description") == expected
