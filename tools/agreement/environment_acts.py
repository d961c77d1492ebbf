"""What accidents and people do to environments in the deployed account, by its public and control APIs."""

from collections.abc import Mapping
from typing import Any, Final

from rehearsal.account.shop import Shop
from rehearsal.testbed import Testbed

BLUE_TAG: Final = "bluegreen:blue"
SICK: Final = {"status": 500}
WARNS: Final = {"warning": True}
OPTION: Final = {"Namespace": "aws:elasticbeanstalk:application:environment", "OptionName": "CHANGED_BY_HAND"}


class EnvironmentActs:
    """Acts on blue and green, each given as `find` returned it. An act raises ClientError when AWS refuses it.

    Deployments, swaps and terminations return the id of their request.
    """

    def __init__(self, testbed: Testbed, shop: Shop) -> None:
        self._testbed = testbed
        self._shop = shop
        self._client: Any = testbed.beanstalk
        self._impairments: dict[str, dict[str, Any]] = {}

    def find(self, role: str) -> dict[str, Any] | None:
        """Return the environment of a role, as Elastic Beanstalk describes it; None when it does not stand."""
        name = self._shop.blue if role == "blue" else self._shop.green
        found = self._client.describe_environments(EnvironmentNames=[name], IncludeDeleted=False)["Environments"]
        return dict(found[0]) if found else None

    def impair(self, found: Mapping[str, Any], impairment: Mapping[str, Any], seconds: float | None) -> None:
        """Let its application be SICK, or its health be WARNS, for so many account seconds, or for good."""
        lasts = {} if seconds is None else {"for_seconds": seconds}
        # By id: a clone that replaces green has another one.
        self._impairments[found["EnvironmentId"]] = {**impairment, **lasts}
        self._testbed.control.set_impairments(self._impairments)

    def lose(self, found: Mapping[str, Any]) -> None:
        """Terminate its instances; its Auto Scaling group launches others."""
        autoscaling = self._testbed.account.client("autoscaling")
        described = self._client.describe_environment_resources(EnvironmentId=found["EnvironmentId"])
        for instance in described["EnvironmentResources"]["Instances"]:
            autoscaling.terminate_instance_in_auto_scaling_group(
                InstanceId=instance["Id"], ShouldDecrementDesiredCapacity=False
            )

    def deploy(self, found: Mapping[str, Any], label: str) -> str:
        """Deploy a version onto it."""
        return _request_id(self._client.update_environment(EnvironmentId=found["EnvironmentId"], VersionLabel=label))

    def configure(self, found: Mapping[str, Any]) -> str:
        """Change an option setting of it."""
        option = {**OPTION, "Value": f"{self._testbed.clock.time():.3f}"}
        answer = self._client.update_environment(EnvironmentId=found["EnvironmentId"], OptionSettings=[option])
        return _request_id(answer)

    def swap(self) -> str:
        """Swap the CNAMEs of blue and green."""
        answer = self._client.swap_environment_cnames(
            SourceEnvironmentName=self._shop.blue, DestinationEnvironmentName=self._shop.green
        )
        return _request_id(answer)

    def edit_tags(self, found: Mapping[str, Any]) -> bool:
        """Remove the tag that names blue: without it, green is no clone of this tool. Return False without the tag."""
        arn = found["EnvironmentArn"]
        tags = self._client.list_tags_for_resource(ResourceArn=arn)["ResourceTags"]
        if BLUE_TAG not in [each["Key"] for each in tags]:
            return False
        self._client.update_tags_for_resource(ResourceArn=arn, TagsToRemove=[BLUE_TAG])
        return True

    def terminate(self, found: Mapping[str, Any]) -> str:
        """Terminate it."""
        return _request_id(self._client.terminate_environment(EnvironmentId=found["EnvironmentId"]))


def _request_id(answer: Mapping[str, Any]) -> str:
    return str(answer["ResponseMetadata"]["RequestId"])
