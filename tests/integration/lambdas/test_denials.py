"""A call without a permission ends the stage at once, and the error names the permission."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.identity import ACCOUNT_ID, REGION
from lambdas.aws.alarms import Alarms
from lambdas.aws.beanstalk import Beanstalk
from lambdas.aws.executions import Executions
from lambdas.aws.record import Record
from lambdas.aws.records import RecordPlace, Records
from lambdas.errors import PermissionDeniedError
from rehearsal.account.account import Account
from tests.support.beanstalk import PLATFORM as STACK
from tests.support.roles import Role, administrator, statement


@pytest.fixture(scope="module")
def powerless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Role]:
    """A role without permissions, in an account that has a record bucket, an application and an environment."""
    home: Path = tmp_path_factory.mktemp("account")
    with Account(scale=0.01, home=home) as account:
        administrator(account, "s3").create_bucket(Bucket="records")
        beanstalk = administrator(account, "elasticbeanstalk")
        beanstalk.create_application(ApplicationName="shop")
        beanstalk.create_configuration_template(ApplicationName="shop", TemplateName="saved", SolutionStackName=STACK)
        beanstalk.create_environment(ApplicationName="shop", EnvironmentName="shop-prod", SolutionStackName=STACK)
        yield Role(account, statement("sts:GetCallerIdentity"))


def test_a_denial_of_s3_names_the_record_and_the_permission(powerless: Role) -> None:
    records = Records(powerless.client("s3"), RecordPlace("records", "{application}/{blue}.json"))
    with pytest.raises(PermissionDeniedError, match=r"s3://records/shop/shop-prod\.json.*s3:GetObject"):
        records.read("shop", "shop-prod")
    with pytest.raises(PermissionDeniedError, match=r"s3:PutObject.*redrive this execution"):
        records.write("shop", "shop-prod", Record("cname", "green", "arn"), None)


def test_a_denial_of_cloudwatch_names_the_alarm_and_the_permission(powerless: Role) -> None:
    with pytest.raises(PermissionDeniedError, match=r"state of errors.*cloudwatch:DescribeAlarms"):
        Alarms(powerless.client("cloudwatch")).in_alarm(["errors"])


def test_a_denial_of_step_functions_names_the_execution_and_the_permission(powerless: Role) -> None:
    execution = f"arn:aws:states:{REGION}:{ACCOUNT_ID}:execution:bluegreen:release-v2"
    with pytest.raises(PermissionDeniedError, match=r"release-v2.*states:DescribeExecution"):
        Executions(powerless.client("stepfunctions")).find(execution)


def test_a_denial_of_elastic_beanstalk_names_the_permission(powerless: Role) -> None:
    beanstalk = Beanstalk(powerless.client("elasticbeanstalk"))
    with pytest.raises(PermissionDeniedError, match=r"elasticbeanstalk:CreateApplicationVersion.*Let the function"):
        beanstalk.register("shop", "v1", "bundles", "v1.zip")


def test_a_denial_of_what_elastic_beanstalk_does_for_the_caller_is_a_denial_too(powerless: Role) -> None:
    powerless.allow(statement("elasticbeanstalk:*"))
    beanstalk = Beanstalk(powerless.client("elasticbeanstalk"))
    with pytest.raises(PermissionDeniedError, match=r"InsufficientPrivilegesException.*Let the function's role do it"):
        beanstalk.launch("shop", "shop-prod-green", "saved", "v1", {})


def test_an_operation_whose_events_may_not_be_seen_is_not_complete(powerless: Role) -> None:
    powerless.allow(statement("elasticbeanstalk:DescribeEnvironments"))
    (standing,) = Beanstalk(powerless.client("elasticbeanstalk")).environments("shop-prod")
    seen = Beanstalk(powerless.client("elasticbeanstalk")).events(standing).last_operation
    assert not seen.completed, "the answer is an empty list, not an error"
