from tests.support.in_memory import VirtualBeanstalk


def test_the_storage_location_is_created_and_stays_the_same(account: VirtualBeanstalk) -> None:
    """Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_CreateStorageLocation.html."""
    assert account.memory.store.buckets == set()

    names = {account.client.create_storage_location()["S3Bucket"] for _ in range(2)}

    assert names == account.memory.store.buckets == {"elasticbeanstalk-us-east-1-123456789012"}


def test_the_first_environment_makes_the_storage_location(account: VirtualBeanstalk) -> None:
    """Recorded: `Using elasticbeanstalk-... as Amazon S3 storage bucket for environment data.`"""
    account.launched()

    assert account.memory.store.buckets == {"elasticbeanstalk-us-east-1-123456789012"}
