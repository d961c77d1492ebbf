"""The image says truly who serves, also in the states in which docker-beanstalk-bluegreen leaves a release."""

import io
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.response import StreamingBody
from botocore.stub import Stubber

from emulator.in_memory.account import client as new_client
from tests.support.in_memory import VirtualBeanstalk, virtual_beanstalk
from trigger import commands
from trigger.aws_session import sign_in
from trigger.command_line import _hint
from trigger.commands import Commands
from trigger.environment_pair import EnvironmentPair
from trigger.output import Output
from trigger.production import former_cname
from trigger.variables import Variables

if TYPE_CHECKING:
    from mypy_boto3_elasticbeanstalk import ElasticBeanstalkClient

PRODUCTION = "shop.us-east-1.elasticbeanstalk.com"
KEYS = {"region_name": "us-east-1", "aws_access_key_id": "test", "aws_secret_access_key": "test"}


@pytest.fixture(scope="module")
def client() -> "ElasticBeanstalkClient":
    client: ElasticBeanstalkClient = new_client()
    return client


@pytest.fixture
def account(client: "ElasticBeanstalkClient") -> Iterator[VirtualBeanstalk]:
    with virtual_beanstalk(client) as account:
        account.healthy("shop-prod", VersionLabel="v1", CNAMEPrefix="shop")
        yield account


def swapped_green(account: VirtualBeanstalk, name: str = "shop-prod-green", **tags: str) -> None:
    """Launch an environment, and give it the production CNAME, as the old image does."""
    given = [{"Key": key.replace("_", ":", 1).replace("_", "-"), "Value": value} for key, value in tags.items()]
    id_ = account.healthy(name, VersionLabel="v1", Tags=given)
    account.client.swap_environment_cnames(SourceEnvironmentName="shop-prod", DestinationEnvironmentName=name)
    account.until_status(id_, "Ready")


def pair(account: VirtualBeanstalk, **request: str) -> EnvironmentPair:
    return EnvironmentPair(account.client, {"application": "shop", "blue": "shop-prod", **request})


def test_blue_alone_serves(account: VirtualBeanstalk) -> None:
    assert pair(account).serving().startswith("shop-prod (Ready, ")


def test_blue_serves_beside_an_environment_that_it_never_swapped_with(account: VirtualBeanstalk) -> None:
    account.healthy("shop-staging", VersionLabel="v1")
    assert pair(account).serving().startswith("shop-prod (Ready, ")


def test_an_untagged_green_leaves_open_who_serves(account: VirtualBeanstalk) -> None:
    swapped_green(account)
    serving = pair(account).serving()
    assert serving.startswith("unknown: nothing tells which CNAME users know (shop-prod holds ")
    assert f"shop-prod-green holds {PRODUCTION})" in serving
    assert [each["serves"] for each in pair(account).describe()] == [False, False]


def test_another_name_for_green_does_not_let_blue_serve(account: VirtualBeanstalk) -> None:
    swapped_green(account)
    assert pair(account, green="shop-new").serving().startswith("unknown: ")


def test_the_given_production_cname_tells_who_serves(account: VirtualBeanstalk) -> None:
    swapped_green(account)
    assert pair(account, production_cname=PRODUCTION.upper()).serving().startswith("shop-prod-green (Ready, ")
    other = pair(account, production_cname=PRODUCTION, green="shop-new").serving()
    assert other.startswith("shop-prod-green, which is neither shop-prod nor shop-new, at http://shop.us-east-1")


@pytest.mark.parametrize("green", ["shop-prod-green", "shop-new"])
def test_the_tag_of_a_clone_tells_who_serves(account: VirtualBeanstalk, green: str) -> None:
    swapped_green(account, bluegreen_production_cname=PRODUCTION)
    assert pair(account, green=green).serving().startswith("shop-prod-green")


def test_after_a_release_blue_serves(account: VirtualBeanstalk) -> None:
    account.healthy("shop-staging", VersionLabel="v1")
    swapped_green(account)
    account.client.swap_environment_cnames(
        SourceEnvironmentName="shop-prod", DestinationEnvironmentName="shop-prod-green"
    )
    account.memory.advance(60)
    account.client.terminate_environment(EnvironmentName="shop-prod-green")
    assert pair(account).serving().startswith("shop-prod (Ready, ")


def left_by_the_old_image(content: bytes) -> Any:
    """Return a client of S3 that answers one GetObject with this content."""
    s3: Any = boto3.client("s3", **KEYS)  # type: ignore[call-overload]
    stubber = Stubber(s3)
    body = StreamingBody(io.BytesIO(content), len(content))
    asked = {"Bucket": "releases", "Key": "blue_green_assets/blue_cname.json"}
    stubber.add_response("get_object", {"Body": body}, asked)
    stubber.activate()
    return s3


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"BlueEnvUrl": 3}', b'{"BlueEnvUrl": "http://x/"}', b"\xff" * 9, b"[" * 60_000]
)
def test_what_is_no_file_of_the_old_image_tells_nothing(content: bytes) -> None:
    s3 = left_by_the_old_image(content)
    assert former_cname(s3, "releases", "blue_green_assets/blue_cname.json") is None


class FakeSignedIn:
    """A session with these clients."""

    def __init__(self, **clients: Any) -> None:
        self._clients = clients

    def client(self, service: str, **_: Any) -> Any:
        return self._clients[service]


def taken(account: VirtualBeanstalk, cname: str) -> str | None:
    """Return the production CNAME that a command takes from the file of the old image."""
    s3 = left_by_the_old_image(json.dumps({"BlueEnvUrl": cname}).encode())
    command = Commands(None, Output(as_json=True))  # type: ignore[arg-type]
    command._environments = pair(account)
    request: dict[str, Any] = {}
    session: Any = FakeSignedIn(s3=s3)
    command._take_former_cname(session, Variables({"S3_ARTIFACTS_BUCKET": "releases"}), request)
    return request.get("production_cname")


def test_the_cname_that_the_old_image_left_is_taken_when_nothing_else_tells_it(account: VirtualBeanstalk) -> None:
    swapped_green(account)
    assert taken(account, PRODUCTION) == PRODUCTION


def test_the_cname_of_another_application_is_not_taken(account: VirtualBeanstalk) -> None:
    """The old image writes one object, whatever the application."""
    swapped_green(account)
    assert taken(account, "blog.us-east-1.elasticbeanstalk.com") is None


def test_the_file_of_the_old_image_is_not_asked_when_something_else_tells(account: VirtualBeanstalk) -> None:
    assert taken(account, PRODUCTION) is None


def test_a_role_that_may_not_be_assumed_is_told_with_its_variable() -> None:
    denied = ClientError({"Error": {"Code": "AccessDenied", "Message": "not authorized"}}, "AssumeRole")
    assert "AWS_ROLE names that role. Unset AWS_ROLE" in _hint(denied)
    assert _hint(ClientError({"Error": {"Code": "AccessDenied"}}, "StartExecution")) == ""


@pytest.mark.parametrize(("account_id", "problems"), [("123456789012", 0), ("999999999999", 1)])
def test_an_account_of_others_is_told_with_its_variable(account_id: str, problems: int) -> None:
    sts: Any = boto3.client("sts", **KEYS)  # type: ignore[call-overload]
    stubber = Stubber(sts)
    stubber.add_response("get_caller_identity", {"Arn": "arn:aws:iam::123456789012:user/pipeline"})
    stubber.activate()
    session: Any = FakeSignedIn(sts=sts)
    session.region_name = "us-east-1"
    variables = Variables({"AWS_ACCOUNT_ID": account_id})
    sign_in(session, variables)
    assert len(variables.problems) == problems
    assert all(
        "AWS_ACCOUNT_ID=999999999999 is not the account of the credentials" in each for each in variables.problems
    )


def test_a_problem_that_signing_in_finds_ends_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    def sign_in_elsewhere(session: Any, variables: Variables) -> tuple[Any, str]:
        variables.problems.append("AWS_ACCOUNT_ID=1 is not the account")
        return session, ""

    monkeypatch.setattr(commands, "create_session", lambda _: FakeSignedIn())
    monkeypatch.setattr(commands, "sign_in", sign_in_elsewhere)
    options: Any = type("Options", (), {"command": "status", "dry_run": False})
    with pytest.raises(commands.RefusedError, match="Nothing was done"):
        Commands(options, Output(as_json=True)).run(
            Variables({"BEANSTALK_APP_NAME": "shop", "BLUE_ENV_NAME": "shop-prod"})
        )
