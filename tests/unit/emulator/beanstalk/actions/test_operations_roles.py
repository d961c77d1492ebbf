import pytest
from botocore.exceptions import ClientError

from tests.support.in_memory import VirtualBeanstalk

ROLE = "arn:aws:iam::123456789012:role/operations"


def test_an_operations_role_is_associated_and_disassociated(account: VirtualBeanstalk) -> None:
    """Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/iam-operationsrole.html."""
    id_ = account.launched()
    assert "OperationsRole" not in account.describe(id_)

    account.client.associate_environment_operations_role(EnvironmentName="shop-prod", OperationsRole=ROLE)
    assert account.describe(id_)["OperationsRole"] == ROLE
    account.client.disassociate_environment_operations_role(EnvironmentName="shop-prod")

    assert "OperationsRole" not in account.describe(id_)


def test_an_operations_role_needs_an_environment_that_is_ready(account: VirtualBeanstalk) -> None:
    with pytest.raises(ClientError, match="No Environment found for EnvironmentName = 'none'"):
        account.client.associate_environment_operations_role(EnvironmentName="none", OperationsRole=ROLE)
    account.create()
    with pytest.raises(ClientError, match="Must be Ready"):
        account.client.disassociate_environment_operations_role(EnvironmentName="shop-prod")
