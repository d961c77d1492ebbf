"""Every denial says which action, on what, to which role, and so what to add. The words are AWS's own."""

import pytest

from lambdas.aws.denials import is_denial, remedies, remedy

ROLE = "arn:aws:sts::123456789012:assumed-role/CloneBlueRole/CloneBlue"
IAM = f"User: {ROLE} is not authorized to perform: autoscaling:SuspendProcesses on resource: arn:aws:autoscaling:x"
BECAUSE = " because no identity-based policy allows the autoscaling:SuspendProcesses action"


CLONE = "the role of the function Clone"
WORDS = {
    "IAM": (IAM + BECAUSE, "Allow autoscaling:SuspendProcesses on arn:aws:autoscaling:x to the role CloneBlueRole."),
    "AWS's bucket": (
        "Access Denied: S3Bucket=elasticbeanstalk-env-resources-us-east-1, S3Key=eb_patching/x",
        f"Allow s3:GetObject on arn:aws:s3:::elasticbeanstalk-env-resources-us-east-1/eb_patching/x to {CLONE}.",
    ),
    "the bundle": (
        "You don't have permission to copy an Amazon S3 object.",
        f"Allow s3:GetObject, s3:GetObjectVersion and s3:GetObjectAcl on the version's source bundle to {CLONE}.",
    ),
    "the service's bucket": (
        "You do not have permission to perform the 's3:PutObjectAcl' action. Verify that your S3 policies allow it.",
        f"Allow s3:PutObjectAcl on Elastic Beanstalk's own bucket to {CLONE}.",
    ),
    "EC2": (
        "API: ec2:RunInstances You are not authorized to perform this operation.",
        f"Allow ec2:RunInstances on what is needed to launch green to {CLONE}.",
    ),
    "no words": (
        "Access denied",
        f"Allow elasticbeanstalk:CreateEnvironment on what is needed to launch green to {CLONE}.",
    ),
}


@pytest.mark.parametrize("words", WORDS)
def test_a_denial_says_what_to_allow(monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    message, expected = WORDS[words]
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "Clone")
    assert is_denial("InvalidParameterValue", message)
    assert remedy(message, service="Elastic Beanstalk", call="CreateEnvironment", task="launch green") == expected


def test_a_denial_of_s3_without_words_names_the_action_of_the_call() -> None:
    assert is_denial("403", "Forbidden")
    found = remedy("Forbidden", service="S3", call="HeadObject", task="copy s3://uploads/shop.zip")
    assert found == "Allow s3:GetObject on what is needed to copy s3://uploads/shop.zip to the function's role."


def test_an_error_that_is_no_denial_is_not_taken_for_one() -> None:
    assert not is_denial("InvalidParameterValue", "No Application Version named 'v9' found.")


def test_the_denials_among_events_are_told_once_each() -> None:
    events = ["Failed to launch environment.", f"Service:AmazonAutoScaling, Message:{IAM}{BECAUSE}"]
    allow = "Allow autoscaling:SuspendProcesses on arn:aws:autoscaling:x to the role CloneBlueRole."
    assert remedies([*events, *events]) == allow
    assert remedies(events[:1]) == ""


@pytest.mark.parametrize(
    ("region", "partition"), [("eu-west-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
)
def test_the_arn_of_an_object_has_the_partition_of_the_region(
    monkeypatch: pytest.MonkeyPatch, region: str, partition: str
) -> None:
    monkeypatch.setenv("AWS_REGION", region)
    found = remedies(["Access Denied: S3Bucket=assets, S3Key=x"])
    assert f"on arn:{partition}:s3:::assets/x to" in found
