"""What Elastic Beanstalk keeps in the account's S3, and dates over the wire."""

import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from emulator.identity import ACCOUNT_ID, REGION
from rehearsal.account.account import Account
from rehearsal.account.control import Control
from rehearsal.wait import until
from tests.support.beanstalk import PLATFORM

BUCKET = f"elasticbeanstalk-{REGION}-{ACCOUNT_ID}"


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """Give an account with the environment shop-prod, which runs the sample application."""
    with Account(scale=0.005, home=tmp_path_factory.mktemp("account")) as account:
        beanstalk = account.client("elasticbeanstalk")
        beanstalk.create_application(ApplicationName="shop")
        beanstalk.create_environment(ApplicationName="shop", EnvironmentName="shop-prod", SolutionStackName=PLATFORM)
        until(lambda: beanstalk.describe_environments()["Environments"][0]["Status"] == "Ready", "shop-prod, Ready")
        yield account


def test_the_storage_location_is_a_bucket_of_the_account(account: Account) -> None:
    beanstalk, s3 = account.client("elasticbeanstalk"), account.client("s3")

    assert [beanstalk.create_storage_location()["S3Bucket"] for _ in range(2)] == [BUCKET, BUCKET]

    assert BUCKET in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]


@pytest.mark.parametrize("kind", ["tail", "bundle"])
def test_logs_are_read_by_anybody_who_has_their_url(account: Account, kind: str) -> None:
    beanstalk = account.client("elasticbeanstalk")
    which = {"EnvironmentName": "shop-prod", "InfoType": kind}
    beanstalk.request_environment_info(**which)
    until(lambda: beanstalk.retrieve_environment_info(**which)["EnvironmentInfo"], "logs")

    [info] = beanstalk.retrieve_environment_info(**which)["EnvironmentInfo"]

    with urllib.request.urlopen(info["Message"], timeout=5) as answer:  # noqa: S310 - on loopback
        assert answer.read().startswith(b"PK" if kind == "bundle" else b"-----")
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(info["Message"].partition("?")[0], timeout=5)  # noqa: S310 - on loopback


def test_a_saved_configuration_is_a_file_in_the_bucket(account: Account) -> None:
    beanstalk, s3 = account.client("elasticbeanstalk"), account.client("s3")
    beanstalk.create_storage_location()
    [environment] = beanstalk.describe_environments()["Environments"]

    beanstalk.create_configuration_template(
        ApplicationName="shop", TemplateName="saved", EnvironmentId=environment["EnvironmentId"]
    )

    file = s3.get_object(Bucket=BUCKET, Key="resources/templates/shop/saved")["Body"].read()
    assert environment["PlatformArn"] in file.decode()


def test_a_client_that_sends_its_own_time_sees_only_what_is_new(account: Account) -> None:
    beanstalk = account.client("elasticbeanstalk")
    Control(account.url).set_switches(outside_dates="machine")
    began = datetime.fromtimestamp(time.time(), UTC)

    beanstalk.create_application(ApplicationName="blog")
    events = beanstalk.describe_events(StartTime=began)["Events"]

    assert {event["ApplicationName"] for event in events} == {"blog"}
    assert abs((events[0]["EventDate"] - began).total_seconds()) < 30
