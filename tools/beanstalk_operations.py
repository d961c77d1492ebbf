"""What the emulated Elastic Beanstalk does for each operation, and where its behaviour comes from."""

from typing import NamedTuple

REFERENCE = "https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_{}.html"
_GUIDE = "https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/"
_EB_CLI = "https://github.com/aws/aws-elastic-beanstalk-cli/"
_PERMISSIONS = "https://github.com/hashicorp/terraform-provider-aws/issues/32977"


class EmulatedOperation(NamedTuple):
    """One operation. `sources`: URLs beside its page in AWS's API reference."""

    emulated: str
    sources: tuple[str, ...] = ()


OPERATIONS: dict[str, EmulatedOperation] = {
    "AbortEnvironmentUpdate": EmulatedOperation(
        "ends an update; what reached the instances stays", (f"{_GUIDE}using-features.rolling-version-deploy.html",)
    ),
    "ApplyEnvironmentManagedAction": EmulatedOperation(
        "starts the platform update", (f"{_GUIDE}environment-platform-update-managed.html",)
    ),
    "AssociateEnvironmentOperationsRole": EmulatedOperation(
        "the caller passes the role; later operations ask nothing of their caller",
        (f"{_GUIDE}iam-operationsrole.html",),
    ),
    "CheckDNSAvailability": EmulatedOperation("the CNAME of a prefix, and whether an environment has it"),
    "ComposeEnvironments": EmulatedOperation(
        "refused after the names are checked: there are no links between environments"
    ),
    "CreateApplication": EmulatedOperation(
        "with tags and a version lifecycle", (f"{_GUIDE}applications-lifecycle.html",)
    ),
    "CreateApplicationVersion": EmulatedOperation(
        "from a bundle in S3; checks it with `Process`; applies the version lifecycle; no CodeBuild, no CodeCommit",
        ("https://github.com/aws/aws-sdk/issues/237", f"{_GUIDE}applications-lifecycle.html"),
    ),
    "CreateConfigurationTemplate": EmulatedOperation(
        "from an environment, a saved configuration or a platform, and from the EB CLI's `TemplateSpecification`",
        (f"{_EB_CLI}blob/master/ebcli/lib/elasticbeanstalk.py",),
    ),
    "CreateEnvironment": EmulatedOperation(
        "launches real processes behind a load balancer, from a platform, a saved configuration or another environment",
        (f"{_GUIDE}using-features.managing.html", f"{_EB_CLI}blob/master/ebcli/lib/elasticbeanstalk.py"),
    ),
    "CreatePlatformVersion": EmulatedOperation("refused: the quota of custom platforms is 0"),
    "CreateStorageLocation": EmulatedOperation(
        "makes the bucket in the account's S3",
        ("https://github.com/jenkinsci/aws-beanstalk-publisher-plugin/issues/27",),
    ),
    "DeleteApplication": EmulatedOperation("with `TerminateEnvByForce`, terminates its environments first"),
    "DeleteApplicationVersion": EmulatedOperation(
        "refused while an environment uses it; deletes the bundle on request"
    ),
    "DeleteConfigurationTemplate": EmulatedOperation("environments made from it stay"),
    "DeleteEnvironmentConfiguration": EmulatedOperation("removes a failed draft"),
    "DeletePlatformVersion": EmulatedOperation("refused: all platforms are AWS's"),
    "DescribeAccountAttributes": EmulatedOperation("the quotas"),
    "DescribeApplicationVersions": EmulatedOperation("the newest first, by pages"),
    "DescribeApplications": EmulatedOperation("with versions, saved configurations and the version lifecycle"),
    "DescribeConfigurationOptions": EmulatedOperation(
        "the options of a platform, with types, limits and defaults", (f"{_GUIDE}command-options-general.html",)
    ),
    "DescribeConfigurationSettings": EmulatedOperation(
        "deployed and pending or failed settings, with the tier", (_PERMISSIONS, f"{_EB_CLI}issues/82")
    ),
    "DescribeEnvironmentHealth": EmulatedOperation(
        "statuses, causes, and the requests of the last ten seconds", (f"{_GUIDE}health-enhanced-metrics.html",)
    ),
    "DescribeEnvironmentManagedActionHistory": EmulatedOperation("platform updates that ended, by pages"),
    "DescribeEnvironmentManagedActions": EmulatedOperation(
        "the update to the newest platform version", (f"{_GUIDE}environment-platform-update-managed.html",)
    ),
    "DescribeEnvironmentResources": EmulatedOperation(
        "instances, Auto Scaling group, launch template, load balancer, queue; no triggers",
        (f"{_EB_CLI}blob/master/tests/unit/mock_responses.py",),
    ),
    "DescribeEnvironments": EmulatedOperation(
        "all filters, by pages; terminated ones for an hour; twice a second",
        ("https://github.com/einaregilsson/beanstalk-deploy/issues/9",),
    ),
    "DescribeEvents": EmulatedOperation(
        "all filters, by pages, the newest first; twice a second", (f"{_GUIDE}using-features.events.html",)
    ),
    "DescribeInstancesHealth": EmulatedOperation(
        "health, requests, deployment and load of each instance; the load is this machine's",
        (f"{_GUIDE}health-enhanced-metrics.html",),
    ),
    "DescribePlatformVersion": EmulatedOperation("the platforms of this account", (f"{_EB_CLI}issues/35",)),
    "DisassociateEnvironmentOperationsRole": EmulatedOperation(
        "later operations ask their caller again", (f"{_GUIDE}iam-operationsrole.html",)
    ),
    "ListAvailableSolutionStacks": EmulatedOperation("the platforms that this machine can run: Python and Node.js"),
    "ListPlatformBranches": EmulatedOperation("all filters, by pages", (f"{_EB_CLI}issues/154",)),
    "ListPlatformVersions": EmulatedOperation(
        "all filters, by pages",
        ("https://docs.aws.amazon.com/elasticbeanstalk/latest/platforms/platforms-supported.html",),
    ),
    "ListTagsForResource": EmulatedOperation("the caller's tags, and those that the service sets on environments"),
    "RebuildEnvironment": EmulatedOperation("replaces load balancer and instances; not of a terminated environment"),
    "RequestEnvironmentInfo": EmulatedOperation(
        "puts the processes' logs into S3, as `tail` or `bundle`; `analyze` is refused",
        (f"{_GUIDE}using-features.logging.html", f"{_GUIDE}ruby-rails-tutorial.html"),
    ),
    "RestartAppServer": EmulatedOperation("restarts the processes"),
    "RetrieveEnvironmentInfo": EmulatedOperation("presigned URLs, which end after 15 minutes"),
    "SwapEnvironmentCNAMEs": EmulatedOperation(
        "exchanges the CNAMEs; DNS answers stay valid for their TTL", (f"{_GUIDE}using-features.CNAMESwap.html",)
    ),
    "TerminateEnvironment": EmulatedOperation(
        "ends the processes; the names are free at the end", (f"{_GUIDE}using-features.terminating.html",)
    ),
    "UpdateApplication": EmulatedOperation("changes the description"),
    "UpdateApplicationResourceLifecycle": EmulatedOperation(
        "by count or age, at the next version; versions of environments stay",
        (f"{_GUIDE}applications-lifecycle.html", "https://github.com/aws/elastic-beanstalk-roadmap/issues/64"),
    ),
    "UpdateApplicationVersion": EmulatedOperation("changes the description"),
    "UpdateConfigurationTemplate": EmulatedOperation("changes description and option settings"),
    "UpdateEnvironment": EmulatedOperation(
        "deploys a version, changes settings or platform, or both in one call",
        (f"{_GUIDE}using-features.rolling-version-deploy.html", _PERMISSIONS),
    ),
    "UpdateTagsForResource": EmulatedOperation(
        "an environment is Updating for a while", ("https://github.com/hashicorp/terraform-provider-aws/pull/36074",)
    ),
    "ValidateConfigurationSettings": EmulatedOperation(
        "each wrong option setting as a message", (f"{_GUIDE}command-options-general.html",)
    ),
}
