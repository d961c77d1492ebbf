"""Which CNAME users know: from the input, a tag of green, or events of blue. None when nothing tells it."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_elasticbeanstalk import ElasticBeanstalkClient
    from mypy_boto3_s3 import S3Client

TAG = "bluegreen:production-cname"
FORMER_KEY = "blue_green_assets/blue_cname.json"
"""Where docker-beanstalk-bluegreen leaves the CNAME, in the bucket of S3_ARTIFACTS_BUCKET."""
SWAPPED = re.compile(r"Completed swapping CNAMEs for environments '([^']+)' and '([^']+)'")
CREATED = "createEnvironment is starting."

Standing = Mapping[str, Mapping[str, Any]]
"""The environments of an application with a CNAME, by name, as DescribeEnvironments describes them."""


def production_cname(
    beanstalk: "ElasticBeanstalkClient", standing: Standing, given: str | None, blue: str, green: str
) -> str | None:
    """Return the production CNAME; None when nothing tells it. `given`: by the input. Raises botocore's exceptions."""
    if given:
        same = (each["CNAME"] for each in standing.values() if each["CNAME"].lower() == given.lower())
        return next(same, given)
    if green in standing:
        return _tagged(beanstalk, standing[green])
    if blue not in standing:
        return None
    if len(standing) == 1:
        return str(standing[blue]["CNAME"])
    found = beanstalk.describe_events(EnvironmentId=standing[blue]["EnvironmentId"], MaxRecords=1000)["Events"]
    messages = [each["Message"] for each in found]
    partners = _last_partners(messages, blue)
    if other := next((standing[name] for name in partners if name in standing), None):
        return _tagged(beanstalk, other)
    return str(standing[blue]["CNAME"]) if partners or CREATED in messages else None


def former_cname(s3: "S3Client", bucket: str, key: str) -> str | None:
    """Return the CNAME that docker-beanstalk-bluegreen left in a bucket; None when there is none to read."""
    try:
        found = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read(65_536))
    except (BotoCoreError, ClientError, RecursionError, ValueError):
        return None
    cname = found.get("BlueEnvUrl") if isinstance(found, dict) else None
    return cname if isinstance(cname, str) and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]{0,252}", cname) else None


def _tagged(beanstalk: "ElasticBeanstalkClient", environment: Mapping[str, Any]) -> str | None:
    tags = beanstalk.list_tags_for_resource(ResourceArn=environment["EnvironmentArn"])["ResourceTags"]
    return {tag["Key"]: tag["Value"] for tag in tags}.get(TAG)


def _last_partners(messages: Sequence[str], blue: str) -> set[str]:
    """Return the environment that blue swapped its CNAME with last. `messages`: of blue's events, newest first."""
    last = next((found for message in messages if (found := SWAPPED.match(message))), None)
    return {*last.groups()} - {blue} if last else set()
