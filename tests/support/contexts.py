"""CDK contexts that tests deploy with, and the settings in them."""

from typing import Any

from infra.settings import Settings

UPLOAD_PIPELINE = {"pipeline": "shop:shop-prod", "pipeline_release": '{"health_check": {"path": "/health"}}'}
REPOSITORY_PIPELINE = {
    "pipeline": "shop:shop-prod",
    "pipeline_connection": "arn:aws:codeconnections:us-east-1:123456789012:connection/1a2b",
    "pipeline_repository": "acme/shop",
}
NETWORK = {"vpc_id": "vpc-0a1b2c3d4e5f60718", "subnet_ids": "subnet-0a1b2c3d4e5f60718, subnet-1a1b2c3d4e5f60718"}


def settings_in(context: dict[str, Any]) -> Settings:
    """Return the settings in a context, for the environment `test` unless the context names another."""
    return Settings.from_context({"env": "test", **context}.get, {})
