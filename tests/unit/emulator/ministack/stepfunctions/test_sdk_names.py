"""Names in the integrations of AWS's SDK.

Source: https://github.com/localstack/localstack/tree/main/tests/aws/services/stepfunctions/v2/services and
error_handling/test_aws_sdk, recorded on AWS; for Elastic Beanstalk the SDK for Java,
https://sdk.amazonaws.com/java/api/latest/software/amazon/awssdk/services/elasticbeanstalk/model/EnvironmentDescription.html
"""

import pytest

from emulator.ministack.stepfunctions.sdk_names import class_name, error_name, member_name, parse


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ("arn:aws:states:::aws-sdk:s3:getObject", ("s3", "GetObject")),
        ("arn:aws:states:::aws-sdk:sfn:startExecution", ("stepfunctions", "StartExecution")),
        (
            "arn:aws:states:::aws-sdk:elasticbeanstalk:swapEnvironmentCNAMEs",
            ("elasticbeanstalk", "SwapEnvironmentCNAMEs"),
        ),
        ("arn:aws-cn:states:::aws-sdk:eventbridge:putEvents", ("events", "PutEvents")),
        ("arn:aws:states:::sns:publish", None),
    ],
)
def test_a_resource_names_a_service_and_an_operation(resource: str, expected: tuple[str, str] | None) -> None:
    assert parse(resource) == expected


@pytest.mark.parametrize(
    ("wire", "expected"),
    [
        ("ETag", "ETag"),
        ("ChecksumCRC32", "ChecksumCRC32"),
        ("SecretList", "SecretList"),
        ("CNAME", "Cname"),
        ("CNAMEPrefix", "CnamePrefix"),
        ("EndpointURL", "EndpointURL"),
        ("DBClusters", "DbClusters"),
        ("executionArn", "ExecutionArn"),
    ],
)
def test_a_field_has_the_name_of_the_sdk_for_java(wire: str, expected: str) -> None:
    assert member_name(wire) == expected


@pytest.mark.parametrize(
    ("service_id", "expected"),
    [
        ("S3", "S3"),
        ("DynamoDB", "DynamoDb"),
        ("SFN", "Sfn"),
        ("Secrets Manager", "SecretsManager"),
        ("Elastic Beanstalk", "ElasticBeanstalk"),
        ("CloudWatch Logs", "CloudWatchLogs"),
        ("Elastic Load Balancing v2", "ElasticLoadBalancingV2"),
    ],
)
def test_a_service_has_the_name_of_its_class(service_id: str, expected: str) -> None:
    assert class_name(service_id) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("NoSuchBucket", "S3.NoSuchBucketException"),
        ("TooMany", "S3.TooManyPartsException"),
        ("AccessDenied", "S3.S3Exception"),
    ],
)
def test_an_error_has_a_name_of_its_own_when_the_model_has_it(code: str, expected: str) -> None:
    assert error_name("S3", code, [("NoSuchBucket", "NoSuchBucket"), ("TooManyPartsFault", "TooMany")]) == expected
