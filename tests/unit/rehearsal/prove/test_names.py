"""All that a run makes has its id in the name."""

from rehearsal.prove.names import RunNames, new_run, runs_in

NAMES = RunNames("1a2b3c")


def test_every_name_leads_back_to_its_run() -> None:
    bucket, staging = "beanstalkbluegreen-prove-1a2b3c-artifacts82dd-x1", "cdk-p1a2b3c-assets-123456789012-eu-west-1"
    names = (NAMES.stack, NAMES.toolkit, NAMES.application, NAMES.instance_role, NAMES.service_role, bucket, staging)
    assert {name: runs_in([name]) for name in names} == {name: {"1a2b3c"} for name in names}
    assert NAMES.owns_bucket(bucket)
    assert NAMES.owns_bucket(staging)


def test_names_of_others_lead_to_no_run() -> None:
    others = ["BeanstalkBlueGreen-prod", "cdk-hnb659fds-assets-1-eu-west-1", "bluegreen-prove", "shop-1a2b3c"]
    assert runs_in([*others, "BeanstalkBlueGreen-prove-1a2b3c-mine", "BeanstalkBlueGreen-proven"]) == set()


def test_the_names_fit_into_the_limits_of_aws() -> None:
    assert len(NAMES.qualifier) <= 10
    assert len(NAMES.green) <= 40
    assert len(NAMES.instance_role) <= 64


def test_each_run_has_another_id() -> None:
    assert new_run() != new_run()
