"""What a clone does not bring is told before a release, by the deployed machine and its role."""

from tests.support.option_settings import APPLICATION_BALANCER
from tests.support.role_permissions import roles, without
from tests.support.testbed import ScenarioTestbed


def test_what_people_changed_around_blue_is_told_and_refused_if_asked_for(testbed: ScenarioTestbed) -> None:
    """Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.managing.clone.html."""
    shop = testbed.open_shop(APPLICATION_BALANCER)
    clean = shop.release(dry_run=True, drift="refuse")
    assert clean.outcome.output["status"] == "planned", clean.outcome.output
    assert "not_cloned" not in clean.outcome.output

    role = roles(testbed)["plan"]
    for action in ("wafv2:GetWebACLForResource", "route53:ListHostedZones", "ec2:DescribeSecurityGroups"):
        with without(testbed, role, action):
            unseen = shop.release(dry_run=True, drift="refuse").outcome.output
        assert unseen["status"] == "refused"
        assert f"Allow {action}" in unseen["because"]

    blue = shop.environment(shop.blue)
    ec2, waf, route53 = (testbed.account.client(name) for name in ("ec2", "wafv2", "route53"))
    own = {"Name": "tag:elasticbeanstalk:environment-id", "Values": [blue["EnvironmentId"]]}
    groups = {
        group["GroupName"].split("-")[-2]: group["GroupId"]
        for group in ec2.describe_security_groups(Filters=[own])["SecurityGroups"]
    }
    balancer, instances = groups["AWSEBLoadBalancerSecurityGroup"], groups["AWSEBSecurityGroup"]
    open_to_all = [{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    ec2.revoke_security_group_ingress(GroupId=balancer, IpPermissions=open_to_all)
    database = ec2.create_security_group(GroupName=f"{shop.name}-database", Description="Its database.")["GroupId"]
    pair = {"UserIdGroupPairs": [{"GroupId": instances}]}
    ec2.authorize_security_group_ingress(
        GroupId=database, IpPermissions=[{"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, **pair}]
    )
    [named] = testbed.beanstalk.describe_environment_resources(EnvironmentId=blue["EnvironmentId"])[
        "EnvironmentResources"
    ]["LoadBalancers"]
    metrics = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "shop"}
    web_acl = waf.create_web_acl(
        Name=f"{shop.name}-firewall", Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=metrics
    )["Summary"]
    waf.associate_web_acl(WebACLArn=web_acl["ARN"], ResourceArn=named["Name"])
    zone = route53.create_hosted_zone(Name=f"{shop.name}.example", CallerReference=shop.name)["HostedZone"]["Id"]
    target = {"HostedZoneId": "Z35SXDOTRQ7X7K", "DNSName": blue["EndpointURL"], "EvaluateTargetHealth": False}
    record = {"Name": f"www.{shop.name}.example", "Type": "A", "AliasTarget": target}
    route53.change_resource_record_sets(
        HostedZoneId=zone, ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    )

    told = shop.release(dry_run=True).outcome.output
    refused = shop.release(drift="refuse")

    assert told["status"] == "planned"
    for words in (
        "does not admit everybody on port 80",
        f"{shop.name}-database ({database}) admits tcp 5432 from {instances}",
        f"the web ACL {shop.name}-firewall protects the load balancer of {shop.blue}",
        f"the alias www.{shop.name}.example leads to {blue['EndpointURL'].lower()}",
    ):
        assert len([each for each in told["not_cloned"] if words in each]) == 1, told["not_cloned"]
        assert words in refused.cause
    assert (refused.status, refused.error, refused.failed_in) == ("FAILED", "ReleaseRefusedError", "Plan")
    assert len(told["not_cloned"]) == 4
