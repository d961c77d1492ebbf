"""Many shops: environments of one application, since an account has 75 applications and 200 environments."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rehearsal.account.shop import ENHANCED_HEALTH, Shop
from rehearsal.wait import until

if TYPE_CHECKING:
    from mypy_boto3_elasticbeanstalk import ElasticBeanstalkClient
    from mypy_boto3_s3 import S3Client

LAUNCHED_TOGETHER = 10
"""Their processes start at once, and each takes processor time to start."""
LAUNCH_SECONDS = 300.0
POLL_SECONDS = 1.0
"""Real seconds. Elastic Beanstalk answers two calls in an account second."""


class OneOfMany(Shop):
    """A shop whose environment is one of many of an application."""

    def __init__(
        self, beanstalk: "ElasticBeanstalkClient", s3: "S3Client", application: str, bucket: str, *, blue: str
    ) -> None:
        super().__init__(beanstalk, s3, application, bucket)
        self._blue = blue

    @property
    def blue(self) -> str:
        return self._blue


def create_application(shop: Shop, versions: Mapping[str, bytes], beanstalk: "ElasticBeanstalkClient") -> None:
    """Create the application of a shop, with these source bundles. Raises ShopError and WaitLimitError."""
    beanstalk.create_application(ApplicationName=shop.name)
    for version, bundle in versions.items():
        shop.register_bundle(version, bundle)
        shop.until_processed(version)


def launch_together(shops: Sequence[Shop], version: str, beanstalk: Any) -> None:
    """Launch the environments of shops with a version, and return when all are healthy. Raises WaitLimitError.

    `beanstalk`: a boto3 client.
    """
    platforms = beanstalk.list_available_solution_stacks()["SolutionStacks"]
    for first in range(0, len(shops), LAUNCHED_TOGETHER):
        batch = shops[first : first + LAUNCHED_TOGETHER]
        for shop in batch:
            beanstalk.create_environment(
                ApplicationName=shop.name,
                EnvironmentName=shop.blue,
                CNAMEPrefix=shop.blue,
                VersionLabel=version,
                SolutionStackName=next(each for each in platforms if "Python" in each),
                OptionSettings=[ENHANCED_HEALTH],
            )
        names = [shop.blue for shop in batch]

        def healthy(names: Sequence[str] = names) -> bool:
            found = beanstalk.describe_environments(EnvironmentNames=[*names], IncludeDeleted=False)["Environments"]
            return [(each["Status"], each["Health"]) for each in found] == [("Ready", "Green")] * len(names)

        until(healthy, f"{', '.join(names)} to be Ready and Green", LAUNCH_SECONDS, poll_seconds=POLL_SECONDS)
