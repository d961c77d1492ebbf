"""The actions about platforms and quotas."""

from emulator.beanstalk import platforms
from emulator.beanstalk.actions import catalog_filters
from emulator.beanstalk.call import Call, Result, page
from emulator.beanstalk.errors import (
    InvalidParameterCombinationError,
    InvalidParameterValueError,
    PlatformInUseError,
    TooManyPlatformsError,
)
from emulator.beanstalk.state import State


class CatalogActions:
    """The actions about platforms and quotas."""

    def __init__(self, state: State) -> None:
        self._state = state

    def list_platform_versions(self, call: Call) -> Result:
        """ListPlatformVersions."""
        described = [platforms.description(platform) for platform in platforms.available(self._state.region)]
        found = catalog_filters.passing_versions(described, call.get("Filters", []))
        by_arn = {platform.arn: platform for platform in platforms.available(self._state.region)}
        return page(
            call, "PlatformSummaryList", [platforms.summary(by_arn[one["PlatformArn"]]) for one in found], largest=100
        )

    def describe_platform_version(self, call: Call) -> Result:
        """DescribePlatformVersion. Its words for an unknown ARN: github.com/aws/aws-elastic-beanstalk-cli/issues/35."""
        arn = call.get("PlatformArn", "")
        for platform in platforms.available(self._state.region):
            if platform.arn == arn:
                return {"PlatformDescription": platforms.description(platform)}
        raise InvalidParameterValueError(f"Platform '{arn}' does not exist.")

    def list_platform_branches(self, call: Call) -> Result:
        """ListPlatformBranches."""
        found = catalog_filters.passing_branches(platforms.branch_summaries(), call.get("Filters", []))
        return page(call, "PlatformBranchSummaryList", found, largest=100)

    def create_platform_version(self, call: Call) -> Result:
        """CreatePlatformVersion: refused by the quota, which is 0 here.

        An instance of AWS's Packer platform builds custom platforms, and this machine cannot run one.
        """
        quota = self._state.quotas.custom_platforms
        raise TooManyPlatformsError(
            f"You cannot have more than {quota} custom platforms. Cannot create {call['PlatformName']}."
        )

    def delete_platform_version(self, call: Call) -> Result:
        """DeletePlatformVersion: refused, since the account has AWS's platforms only."""
        arn = call.get("PlatformArn", "")
        platform = platforms.named(self._state.region, solution_stack=None, arn=arn)
        if platform is None:
            raise InvalidParameterValueError("Must specify PlatformArn.")
        if any(environment.platform == platform for environment in self._state.alive_environments()):
            raise PlatformInUseError(
                "You cannot delete the platform version because there are still environments running on it."
            )
        raise InvalidParameterCombinationError(f"Platform '{arn}' is owned by AWSElasticBeanstalk. Delete your own.")

    def list_solution_stacks(self, _call: Call) -> Result:
        """ListAvailableSolutionStacks."""
        names = [platform.solution_stack for platform in platforms.available(self._state.region)]
        details = [{"SolutionStackName": name, "PermittedFileTypes": ["zip"]} for name in names]
        return {"SolutionStacks": names, "SolutionStackDetails": details}

    def describe_account_attributes(self, _call: Call) -> Result:
        """DescribeAccountAttributes: the quotas."""
        quotas = self._state.quotas
        maxima = {
            "ApplicationQuota": quotas.applications,
            "ApplicationVersionQuota": quotas.application_versions,
            "EnvironmentQuota": quotas.environments,
            "ConfigurationTemplateQuota": quotas.configuration_templates,
            "CustomPlatformQuota": quotas.custom_platforms,
        }
        return {"ResourceQuotas": {name: {"Maximum": maximum} for name, maximum in maxima.items()}}
