from emulator.beanstalk.actions.health_metrics import application_metrics
from emulator.beanstalk.hosting.machine import MachineMonitor
from emulator.beanstalk.hosting.request_metrics import AnsweredRequest, RequestMetrics


def test_requests_count_for_ten_seconds() -> None:
    time = 0.0
    metrics = RequestMetrics(lambda: time)
    metrics.record(200, 0.5)
    time = 6.0
    metrics.record(500, 0.1)
    assert metrics.recent() == [AnsweredRequest(200, 0.5), AnsweredRequest(500, 0.1)]

    time = 11.0

    assert metrics.recent() == [AnsweredRequest(500, 0.1)]


def test_percentiles_are_values_that_occurred() -> None:
    latency = application_metrics([AnsweredRequest(200, number / 100) for number in range(1, 101)])["Latency"]

    assert (latency["P10"], latency["P50"], latency["P99"], latency["P999"]) == (0.1, 0.5, 0.99, 1.0)


def test_the_load_of_the_machine_has_three_averages_and_shares_of_the_processors() -> None:
    load = MachineMonitor().load()

    assert len(load.averages) == 3
    assert not load.processors or 99 <= sum(load.processors.values()) <= 101
