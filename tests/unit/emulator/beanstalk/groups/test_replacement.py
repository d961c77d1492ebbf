"""What a group replaces by itself."""

from tests.support.auto_scaling import ScalingShop


def test_an_application_that_ends_is_not_replaced_by_default(shop: ScalingShop) -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environmentconfig-autoscaling-healthchecktype.html."""
    before = shop.instances()

    shop.hosting.instances[0].lost = True
    shop.account.until_health(shop.id, "Severe")
    shop.account.memory.advance(300)

    assert shop.instances() == before


def test_a_group_that_asks_the_load_balancer_replaces_an_application_that_ends(shop: ScalingShop) -> None:
    """The same document: with the health check type ELB."""
    [before] = shop.instances()
    shop.autoscaling.update_auto_scaling_group(
        AutoScalingGroupName=shop.name, HealthCheckType="ELB", HealthCheckGracePeriod=60
    )
    shop.account.memory.advance(60)

    shop.hosting.instances[0].lost = True
    shop.account.until(lambda: before not in shop.instances(), lambda: "another instance")
    shop.until_serving(1)

    assert any("an ELB system health check failure" in one["Cause"] for one in shop.activities())
    shop.account.until_health(shop.id, "Ok")


def test_an_instance_is_not_replaced_in_its_grace_period(shop: ScalingShop) -> None:
    """https://docs.aws.amazon.com/autoscaling/ec2/userguide/health-check-grace-period.html."""
    before = shop.instances()
    shop.autoscaling.update_auto_scaling_group(
        AutoScalingGroupName=shop.name, HealthCheckType="ELB", HealthCheckGracePeriod=7_000
    )

    shop.hosting.instances[0].lost = True
    shop.account.memory.advance(300)

    assert shop.instances() == before


def test_a_new_instance_is_pending_until_it_gets_requests(shop: ScalingShop) -> None:
    """An instance is Ok when it passes the checks:
    https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/health-enhanced-status.html.
    """
    shop.set_desired(2)
    shop.account.until(lambda: len(shop.instances("InService")) == 2, lambda: "a second instance")
    client, seen = shop.account.client, []
    while len(shop.hosting.in_service()) < 2:
        found = client.describe_environment_health(EnvironmentId=shop.id, AttributeNames=["InstancesHealth"])
        seen.append((found["InstancesHealth"]["Ok"], found["InstancesHealth"]["Pending"]))
        shop.account.memory.advance(1)

    assert set(seen) == {(1, 1)}
