"""The records in S3: all stacks see them, one execution holds an environment."""

import json
from io import BytesIO
from typing import Any, cast

import boto3
import pytest

from lambdas.aws.record import Record
from lambdas.aws.records import RecordPlace, Records, connect_records
from lambdas.errors import EnvironmentNotReadyError, LockLostError, ReleaseRefusedError
from tests.support.s3 import FakeS3
from tests.support.stages import EXECUTION, PRODUCTION, Release

OTHER = EXECUTION.replace("release-v2", "other")
SHARED = RecordPlace("elasticbeanstalk-us-east-1-123456789012", "bluegreen/{application}/{blue}.json")
FORMER = RecordPlace("stack-bucket", "records/{application}/{blue}.json")
BEFORE = {"BlueEnvUrl": PRODUCTION, "green": "shop-prod-green", "execution": OTHER}


def stack_on(s3: FakeS3, former: RecordPlace = FORMER) -> Records:
    """Return the records as the functions of a stack see them. `former`: in the stack's own bucket."""
    return Records(cast("Any", s3), SHARED, former)


def written(s3: FakeS3, place: RecordPlace) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(s3.objects[place.bucket, place.key_of("shop", "shop-prod")][0])
    return found


@pytest.fixture
def upgraded() -> FakeS3:
    """S3 with a record that a version of before wrote into the stack's bucket."""
    s3 = FakeS3(SHARED.bucket, FORMER.bucket)
    s3.objects[FORMER.bucket, "records/shop/shop-prod.json"] = (json.dumps(BEFORE).encode(), "former")
    return s3


def test_two_stacks_see_the_same_record() -> None:
    s3 = FakeS3(SHARED.bucket, FORMER.bucket, "prod-bucket")
    dev, prod = stack_on(s3), stack_on(s3, RecordPlace("prod-bucket", FORMER.key))
    dev.write("shop", "shop-prod", Record(PRODUCTION, "shop-prod-green", EXECUTION), None)
    seen = prod.read("shop", "shop-prod")
    assert seen is not None
    assert seen.execution == EXECUTION
    with pytest.raises(EnvironmentNotReadyError, match="it changed"):
        prod.write("shop", "shop-prod", Record(PRODUCTION, "shop-prod-green", OTHER), None)
    prod.write("shop", "shop-prod", Record(PRODUCTION, "shop-prod-green", OTHER), seen)
    with pytest.raises(LockLostError, match="other"):
        dev.require_held("shop", "shop-prod", EXECUTION)


def test_a_record_of_before_counts_until_one_is_written_where_all_stacks_see_it(upgraded: FakeS3) -> None:
    records = stack_on(upgraded)
    seen = records.require_held("shop", "shop-prod", OTHER)
    assert seen.where == "s3://stack-bucket/records/shop/shop-prod.json"
    records.write("shop", "shop-prod", Record(PRODUCTION, "shop-prod-green", EXECUTION), seen)
    assert written(upgraded, FORMER) == BEFORE, "functions of before still find it"
    assert written(upgraded, SHARED)["execution"] == EXECUTION
    now = records.require_held("shop", "shop-prod", EXECUTION)
    assert now.where == f"s3://{SHARED.bucket}/bluegreen/shop/shop-prod.json"


def test_of_two_that_have_read_a_record_of_before_one_writes(upgraded: FakeS3) -> None:
    records = stack_on(upgraded)
    seen = records.read("shop", "shop-prod")
    records.write("shop", "shop-prod", Record(PRODUCTION, "shop-prod-green", EXECUTION), seen)
    with pytest.raises(EnvironmentNotReadyError, match="it changed"):
        records.write("shop", "shop-prod", Record(PRODUCTION, "shop-prod-green", OTHER), seen)


def test_without_elastic_beanstalks_bucket_there_is_no_record_and_none_is_written() -> None:
    """A region without environments has no such bucket. Somebody may have deleted it, too."""
    records = stack_on(FakeS3(FORMER.bucket))
    assert records.read("shop", "shop-prod") is None
    with pytest.raises(ReleaseRefusedError, match="create-storage-location"):
        records.write("shop", "shop-prod", Record(PRODUCTION, "shop-prod-green", EXECUTION), None)


@pytest.mark.parametrize("upgraded_variables", [True, False])
def test_new_functions_read_the_record_also_with_the_variables_of_before(
    upgraded: FakeS3, monkeypatch: pytest.MonkeyPatch, upgraded_variables: bool
) -> None:
    """An upgrade replaces the code and the variables of a function one after the other."""
    variables = {"RECORD_BUCKET": FORMER.bucket, "BLUE_CNAME_CONFIG_FILE": FORMER.key}
    if upgraded_variables:
        variables |= {"SHARED_RECORD_BUCKET": SHARED.bucket, "SHARED_RECORD_KEY": SHARED.key}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "client", lambda *_, **__: upgraded)
    assert connect_records.__wrapped__().require_held("shop", "shop-prod", OTHER)


class FakeEndlessBody(BytesIO):
    """A body without end, which counts the bytes that are read."""

    taken = 0

    def read(self, size: int | None = -1) -> bytes:
        assert size is not None
        assert size > 0, "a read without a size reads everything"
        self.taken += size
        return b"[" * size


def test_only_the_execution_that_the_record_names_holds_the_lock(release: Release) -> None:
    release.plan()
    release.records.require_held("shop", "shop-prod", EXECUTION)
    with pytest.raises(LockLostError, match=r"Found .*release-v2"):
        release.records.require_held("shop", "shop-prod", OTHER)
    release.records.by_environment.clear()
    with pytest.raises(LockLostError, match="no record"):
        release.records.require_held("shop", "shop-prod", EXECUTION)


def test_a_name_too_long_for_a_key_in_s3_is_refused_before_s3_is_asked() -> None:
    records = Records(cast("Any", None), RecordPlace("bucket", "records/{application}/{blue}.json"))
    with pytest.raises(ReleaseRefusedError, match=r"at most 1,024 bytes. Found 1,223"):
        records.read("\U0001f6d2" * 100, "shop-prod")


def test_only_the_first_64_kib_of_a_huge_record_are_read() -> None:
    body = FakeEndlessBody()

    class Client:
        def get_object(self, **_: str) -> dict[str, object]:
            return {"Body": body, "ETag": "1"}

    records = Records(cast(Any, Client()), RecordPlace("bucket", "{application}/{blue}.json"))
    with pytest.raises(ReleaseRefusedError, match=r"s3://bucket/shop/shop-prod\.json to be a record"):
        records.read("shop", "shop-prod")
    assert body.taken <= 65_536
