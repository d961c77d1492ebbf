"""Every denial says which action, on what, to which role, and so what to add. The words are AWS's own."""

import pytest

from lambdas.aws.denials import is_denial, remedies, remedy

ROLE = "arn:aws:sts::123456789012:assumed-role/CloneBlueRole/CloneBlue"
IAM = f"User: {ROLE} is not authorized to perform: autoscaling:SuspendProcesses on resource: arn:aws:autoscaling:x"
BECAUSE = " because no identity-based policy allows the autoscaling:SuspendProcesses action"


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (
            IAM + BECAUSE,
            "Allow autoscaling:SuspendProcesses on arn:aws:autoscaling:x to the role CloneBlueRole.",
        ),
        (
            "Access Denied: S3Bucket=elasticbeanstalk-env-resources-us-east-1, S3Key=eb_patching_resources/x.linux",
            "Allow s3:GetObject on arn:aws:s3:::elasticbeanstalk-env-resources-us-east-1/eb_patching_resources/x.linux"
            " to the role of the function Clone.",
        ),
        (
            "You don't have permission to copy an Amazon S3 object.",
            "Allow s3:GetObject, s3:GetObjectVersion and s3:GetObjectAcl on the version's source bundle to the role of "
            "the function Clone.",
        ),
        (
            "You do not have permission to perform the 's3:PutObjectAcl' action. Verify that your S3 policies and your "
            "ACLs allow you to perform these actions.",
            "Allow s3:PutObjectAcl on Elastic Beanstalk's own bucket to the role of the function Clone.",
        ),
        (
            "API: ec2:RunInstances You are not authorized to perform this operation.",
            "Allow ec2:RunInstances on what is needed to launch green to the role of the function Clone.",
        ),
        (
            "Access denied",
            "Allow elasticbeanstalk:CreateEnvironment on what is needed to launch green to the role of the function "
            "Clone.",
        ),
    ],
)
def test_a_denial_says_what_to_allow(monkeypatch: pytest.MonkeyPatch, message: str, expected: str) -> None:
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
