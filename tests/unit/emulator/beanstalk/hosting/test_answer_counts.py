from emulator.beanstalk.hosting.answer_counts import SECONDS, AnswerCounts


class FakeTime:
    def __init__(self) -> None:
        self.seconds = 1_000.5

    def __call__(self) -> float:
        return self.seconds


def test_answers_are_counted_by_environment_version_and_second() -> None:
    now = FakeTime()
    traffic = AnswerCounts(now)
    traffic.record("shop-prod", "v1", 200)
    traffic.record("shop-prod", "v1", 500)
    now.seconds += 2
    traffic.record("shop-prod-green", "v1", 404)
    now.seconds += 1

    report = traffic.report()

    assert report["until"] == 1_003
    blue, green = report["servers"]
    assert (blue["environment"], blue["version"]) == ("shop-prod", "v1")
    assert len(blue["answered"]) == SECONDS
    assert (blue["answered"][-3:], blue["failed"][-3:]) == ([2, 0, 0], [1, 0, 0])
    assert (green["environment"], green["answered"][-3:], sum(green["failed"])) == ("shop-prod-green", [0, 0, 1], 0)


def test_the_second_that_has_not_ended_is_left_out() -> None:
    traffic = AnswerCounts(FakeTime())
    traffic.record("shop-prod", "v1", 200)

    assert traffic.report()["servers"] == []


def test_an_answer_of_the_load_balancer_itself_has_no_version() -> None:
    now = FakeTime()
    traffic = AnswerCounts(now)
    traffic.record("shop-prod", None, 503)
    now.seconds += 1

    [server] = traffic.report()["servers"]

    assert (server["version"], server["failed"][-1]) == ("", 1)


def test_a_minute_is_kept() -> None:
    now = FakeTime()
    traffic = AnswerCounts(now)
    for _ in range(200):
        traffic.record("shop-prod", "v1", 200)
        now.seconds += 1
    [server] = traffic.report()["servers"]
    assert server["answered"] == [1] * SECONDS

    now.seconds += SECONDS

    assert traffic.report()["servers"] == []
