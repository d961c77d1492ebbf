"""The logs of an environment.

Sources: https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_RequestEnvironmentInfo.html,
https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_EnvironmentInfoDescription.html
"""

import io
import zipfile
from typing import Literal
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError

from tests.support.in_memory import VirtualBeanstalk
from tests.support.source_bundles import dying

BUCKET = "elasticbeanstalk-us-east-1-123456789012"


def _retrieved(account: VirtualBeanstalk, kind: Literal["tail", "bundle"]) -> bytes:
    """Request logs, and return those of the one instance."""
    account.client.request_environment_info(EnvironmentName="shop-prod", InfoType=kind)
    account.memory.advance(60)
    [info] = account.client.retrieve_environment_info(EnvironmentName="shop-prod", InfoType=kind)["EnvironmentInfo"]
    assert info["InfoType"] == kind
    assert (account.memory.clock.now() - info["SampleTimestamp"]).total_seconds() < 60
    return account.objects[f"/{BUCKET}{urlsplit(info['Message']).path}"]


def _write(account: VirtualBeanstalk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the application have written 150 lines."""
    log = "\n".join(f"line {number}" for number in range(150))
    monkeypatch.setattr(account.hosting("shop-prod").instances[0], "logs", lambda: {"/var/log/web.stdout.log": log})


def test_the_tail_has_the_last_lines_of_each_log(account: VirtualBeanstalk, monkeypatch: pytest.MonkeyPatch) -> None:
    account.launched()
    _write(account, monkeypatch)

    tail = _retrieved(account, "tail").decode()

    assert "/var/log/web.stdout.log\n----------------------------------------\nline 50\n" in tail
    assert "line 149" in tail
    assert "line 49\n" not in tail


def test_the_bundle_has_the_whole_logs(account: VirtualBeanstalk, monkeypatch: pytest.MonkeyPatch) -> None:
    account.launched()
    _write(account, monkeypatch)

    with zipfile.ZipFile(io.BytesIO(_retrieved(account, "bundle"))) as archive:
        assert sorted(archive.namelist()) == ["var/log/eb-engine.log", "var/log/web.stdout.log"]
        assert archive.read("var/log/web.stdout.log").startswith(b"line 0\n")


def test_the_events_tell_of_each_instance(account: VirtualBeanstalk) -> None:
    """Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/ruby-rails-tutorial.html.

    The EB CLI waits for the last one:
    https://github.com/aws/aws-elastic-beanstalk-cli/blob/master/ebcli/resources/strings.py
    """
    account.launched()
    answer = account.client.request_environment_info(EnvironmentName="shop-prod", InfoType="tail")
    account.memory.advance(60)

    messages = account.messages(RequestId=answer["ResponseMetadata"]["RequestId"])

    [instance] = account.client.describe_environment_resources(EnvironmentName="shop-prod")["EnvironmentResources"][
        "Instances"
    ]
    assert messages == [
        "requestEnvironmentInfo is starting.",
        f"[Instance: {instance['Id']}] Successfully finished tailing 2 log(s)",
        "Pulled logs for environment instances.",
    ]


def test_the_logs_are_deleted_after_fifteen_minutes(account: VirtualBeanstalk) -> None:
    account.launched()
    _retrieved(account, "tail")

    account.memory.advance(900)

    assert not [name for name in account.objects if name.startswith(f"/{BUCKET}/")]


def test_the_log_of_the_engine_has_what_a_failed_application_wrote(account: VirtualBeanstalk) -> None:
    id_ = account.launched(VersionLabel="v1")
    account.version("broken", dying())
    account.client.update_environment(EnvironmentId=id_, VersionLabel="broken")
    account.until_status(id_, "Ready")

    assert "the configuration is missing" in _retrieved(account, "tail").decode()


def test_logs_cannot_be_requested_during_an_update(account: VirtualBeanstalk) -> None:
    account.create()

    with pytest.raises(ClientError, match=r"is in an invalid state for this operation\. Must be Ready\."):
        account.client.request_environment_info(EnvironmentName="shop-prod", InfoType="tail")


def test_logs_that_nobody_requested_are_none(account: VirtualBeanstalk) -> None:
    account.launched()

    answer = account.client.retrieve_environment_info(EnvironmentName="shop-prod", InfoType="bundle")

    assert answer["EnvironmentInfo"] == []


def test_an_analysis_is_refused(account: VirtualBeanstalk) -> None:
    """AWS sends it to Amazon Bedrock, which this account does not have."""
    account.launched()

    with pytest.raises(ClientError, match="InvalidRequestException"):
        account.client.request_environment_info(EnvironmentName="shop-prod", InfoType="analyze")
