from tests.support import source_bundles
from tests.support.beanstalk import ENHANCED, BeanstalkAccount


def _timeout(seconds: int) -> dict[str, str]:
    return {"Namespace": "aws:elasticbeanstalk:command", "OptionName": "Timeout", "Value": str(seconds)}


def test_a_launch_tells_its_story_in_events(account: BeanstalkAccount) -> None:
    id_ = account.launched(VersionLabel="v1", CNAMEPrefix="shop")

    messages = account.messages(EnvironmentId=id_)
    assert messages[0] == "createEnvironment is starting."
    assert "Application available at shop.us-east-1.elasticbeanstalk.com." in messages
    assert "Successfully launched environment: shop-prod" in messages
    assert account.messages(EnvironmentId=id_, Severity="ERROR") == []


def test_a_launch_takes_at_least_its_duration(account: BeanstalkAccount) -> None:
    account.service.durations.set({"launch": 60})

    id_ = account.launched()

    environment = account.describe(id_)
    assert (environment["DateUpdated"] - environment["DateCreated"]).total_seconds() >= 60


def test_a_launched_environment_is_ready_and_pending_before_it_is_healthy(account: BeanstalkAccount) -> None:
    account.service.durations.set({"health": 60})

    id_ = account.launched("shop-prod", ENHANCED, VersionLabel="v1")

    environment = account.describe(id_)
    assert (environment["Status"], environment["Health"], environment["HealthStatus"]) == ("Ready", "Grey", "Pending")
    account.until_health(id_, "Ok")


def test_a_load_balancer_answers_503_until_its_instance_is_in_service(account: BeanstalkAccount) -> None:
    account.service.durations.set({"in_service": 60})
    id_ = account.launched(VersionLabel="v1")
    name = account.describe(id_)["CNAME"]

    before = account.get(name)
    account.until_health(id_, "Green")
    after = account.get(name)

    assert (before.status, before.getheader("X-Answered-By")) == (503, None)
    assert (after.status, after.getheader("X-Answered-By")) == (200, "shop-prod/v1")


def test_the_application_gets_the_environment_properties(account: BeanstalkAccount) -> None:
    account.version("greeting", source_bundles.release(by_path={"/hello": 418}))
    greeting = {"Namespace": "aws:elasticbeanstalk:application:environment", "OptionName": "GREETING", "Value": "hello"}
    id_ = account.healthy("shop-prod", greeting, VersionLabel="greeting")

    assert account.get(account.describe(id_)["CNAME"], "/hello").status == 418
    assert "'GREETING': 'hello'" in account.page(account.describe(id_)["CNAME"])


def test_an_application_that_starts_slowly_makes_the_launch_longer(account: BeanstalkAccount) -> None:
    account.version("slow", source_bundles.release(delay=0.8))

    id_ = account.launched(VersionLabel="slow")

    environment = account.describe(id_)
    assert (environment["DateUpdated"] - environment["DateCreated"]).total_seconds() >= 80
    assert account.messages(EnvironmentId=id_, Severity="ERROR") == []


def test_a_launch_whose_application_ends_is_ready_with_errors_and_red(account: BeanstalkAccount) -> None:
    account.version("dying", source_bundles.dying())

    id_ = account.launched("shop-prod", ENHANCED, VersionLabel="dying")

    environment = account.describe(id_)
    assert (environment["Health"], environment["HealthStatus"]) == ("Red", "Severe")
    errors = account.messages(EnvironmentId=id_, Severity="ERROR")
    assert errors[0] == "Instance deployment failed. For details, see 'eb-engine.log'."
    assert "the configuration is missing" in errors[1]
    assert errors[-1].startswith("Create environment operation is complete, but with errors.")


def test_a_launch_whose_application_answers_500_fails_its_health_check(account: BeanstalkAccount) -> None:
    account.version("broken", source_bundles.release(500))

    id_ = account.launched("shop-prod", ENHANCED, _timeout(60), VersionLabel="broken")

    assert account.describe(id_)["HealthStatus"] == "Severe"
    errors = account.messages(EnvironmentId=id_, Severity="ERROR")
    assert "did not pass health check after command execution." in errors[0]


def test_a_bundle_that_is_gone_from_s3_fails_the_launch(account: BeanstalkAccount) -> None:
    account.objects.clear()

    id_ = account.launched(VersionLabel="v1")

    errors = account.messages(EnvironmentId=id_, Severity="ERROR")
    assert any(
        "Unable to download from S3 location (Bucket: bundles  Key: v1.zip). Reason: Not Found" in error
        for error in errors
    )
    assert account.describe(id_)["Health"] == "Red"
