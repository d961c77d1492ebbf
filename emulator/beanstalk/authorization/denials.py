"""AWS's words for a denial of what Elastic Beanstalk takes from its caller: as the answer, and as an ERROR event."""

from emulator.beanstalk.authorization.permission import RequiredPermission
from emulator.beanstalk.errors import InsufficientPrivilegesError, InvalidParameterValueError, ServiceError

AWS_BUCKETS = ("elasticbeanstalk-env-resources-", "elasticbeanstalk-platform-assets-")
"""The names of AWS's own buckets begin so."""
_S3 = "arn:aws:s3:::"
_OWN_BUCKET = "elasticbeanstalk-"
_SERVICES = {
    "autoscaling": "AmazonAutoScaling",
    "cloudformation": "AmazonCloudFormation",
    "cloudwatch": "AmazonCloudWatch",
    "ec2": "AmazonEC2",
    "elasticloadbalancing": "AmazonElasticLoadBalancing",
    "iam": "AmazonIdentityManagement",
    "s3": "Amazon S3",
}


def answer(permission: RequiredPermission, refusal: str) -> ServiceError:
    """Return the error that answers a call without this permission. `refusal`: IAM's reason.

    Sources: https://github.com/hashicorp/terraform-provider-aws/issues/32977 for AWS's buckets,
    https://github.com/jenkinsci/aws-beanstalk-publisher-plugin/issues/27 for the service's own bucket.
    """
    bucket, _, key = permission.resource.removeprefix(_S3).partition("/")
    if bucket.startswith(AWS_BUCKETS):
        return InvalidParameterValueError(f"Access Denied: S3Bucket={bucket}, S3Key={key}")
    if bucket.startswith(_OWN_BUCKET):
        return InsufficientPrivilegesError(
            f"You do not have permission to perform the '{permission.action}' action."
            " Verify that your S3 policies and your ACLs allow you to perform these actions."
        )
    return InsufficientPrivilegesError(refusal)


def event(permission: RequiredPermission, refusal: str) -> str:
    """Return the message of the ERROR event for an operation without this permission. `refusal`: IAM's reason.

    Sources: https://github.com/codeship/documentation/issues/338,
    https://github.com/hashicorp/terraform-provider-aws/issues/1995; for a bundle a deployment log of a bundle in
    CodePipeline's bucket.
    """
    service = permission.action.partition(":")[0]
    if service == "s3" and not permission.resource.startswith(f"{_S3}{_OWN_BUCKET}"):
        return "You don't have permission to copy an Amazon S3 object."
    return f"Service:{_SERVICES[service]}, Message:{refusal}"
