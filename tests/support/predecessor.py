"""The variables of a pipeline that ran docker-beanstalk-bluegreen, and the states in which it leaves a release."""

import json

from tests.support.shop import ScenarioShop

PREDECESSOR = {
    "AWS_DEFAULT_REGION": "ap-southeast-2",
    "ENV": "prod",
    "BEANSTALK_APP_NAME": "shop",
    "BLUE_ENV_NAME": "shop-prod",
    "GREEN_ENV_NAME": "shop-spare",
    "VERSION_LABEL": "v2",
    "CREATE_CONFIG_TEMPLATE_NAME": "BlueEnvConfig",
    "S3_ARTIFACTS_BUCKET": "releases",
    "S3_ARTIFACTS_OBJECT": "shop/v2.zip",
    "RELEASE_HEALTH_CHECKING_PATH": "/health",
}

CONFIGURATION = "BlueEnvConfig"
CNAME_FILE = "blue_green_assets/blue_cname.json"


def clone_and_swap(shop: ScenarioShop, bucket: str | None = None) -> None:
    """Leave green with the production CNAME by the calls of docker-beanstalk-bluegreen: without tags of this tool.

    `bucket`: gets the file that names the production CNAME. Source:
    https://github.com/DNXLabs/docker-beanstalk-bluegreen/blob/a0e3535/src/clone_blue_environment.py
    """
    leave_configuration(shop)
    beanstalk = shop.testbed.beanstalk
    beanstalk.create_environment(
        ApplicationName=shop.name, EnvironmentName=shop.green, TemplateName=CONFIGURATION, VersionLabel="v1"
    )
    shop.until_healthy(shop.green)
    if bucket:
        file = json.dumps({"BlueEnvUrl": shop.cname}).encode()
        shop.testbed.s3.put_object(Bucket=bucket, Key=CNAME_FILE, Body=file)
    shop.swap_by_hand()


def leave_configuration(shop: ScenarioShop) -> None:
    """Save blue's configuration under the one name that docker-beanstalk-bluegreen uses, and leaves after a failure."""
    blue = shop.environment(shop.blue)["EnvironmentId"]
    shop.testbed.beanstalk.create_configuration_template(
        ApplicationName=shop.name, TemplateName=CONFIGURATION, EnvironmentId=blue
    )
