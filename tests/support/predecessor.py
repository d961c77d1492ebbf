"""The variables of a pipeline that ran docker-beanstalk-bluegreen."""

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
