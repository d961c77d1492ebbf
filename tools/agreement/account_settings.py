"""Settings of the deployed account, so that it behaves as the simulator's."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from emulator.faults import FaultKind
from rehearsal.testbed import Testbed
from tools.simulation.cases import ALARM
from tools.simulation.disturbance import STALE_SECONDS
from tools.simulation.shop import DURATIONS

PAST: Final = {"kind": FaultKind.STALE, "service": "elasticbeanstalk", "call": 1_000_000, "age": STALE_SECONDS}
"""It strikes no call. With it, the account keeps its past for answers that are as old."""
LONGEST_JITTER: Final = 1.0
"""The share of delays with jitter: as in the simulator, where chance decides nothing."""


@contextmanager
def settings_of_simulator(testbed: Testbed) -> Iterator[None]:
    """Let the account behave as the simulator's while the block runs."""
    control = testbed.control
    durations = control.describe()["beanstalk"]["durations"]
    control.set_durations(DURATIONS)
    control.set_retry_jitter(LONGEST_JITTER)
    control.set_faults(PAST)
    testbed.set_alarm(ALARM, "OK")
    try:
        yield
    finally:
        control.set_faults()
        control.set_impairments({})
        control.set_retry_jitter(None)
        control.set_durations(durations)


def forget_looks(testbed: Testbed) -> None:
    """Delete what all executions share: in the simulator, no release was before."""
    for stage, variable in (("await_green", "SNAPSHOT_KEY"), ("plan", "BEGUN_RELEASES_KEY")):
        found = testbed.lambdas.get_function_configuration(FunctionName=testbed.functions[stage])
        testbed.s3.delete_object(Bucket=testbed.records_bucket, Key=found["Environment"]["Variables"][variable])
