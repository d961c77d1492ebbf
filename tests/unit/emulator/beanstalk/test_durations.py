import pytest

from emulator.beanstalk import Durations


def test_durations_are_set_by_name() -> None:
    durations = Durations()

    durations.set({"launch": 12, "swap": 0})

    assert (durations.launch, durations.swap) == (12, 0)
    assert durations.as_dict()["launch"] == 12


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lunch": 1}, "no duration lunch; there are abort, "),
        ({"launch": 1, "swap": -1}, "swap must be account seconds, 0 or more, and is -1"),
        ({"launch": 1, "swap": "soon"}, "and is 'soon'"),
        ({"launch": 1, "swap": True}, "and is True"),
        ({"launch": 1, "spread": 1.5}, "spread must be a share from 0 to 1, and is 1.5"),
    ],
)
def test_an_invalid_change_changes_no_duration(changes: dict[str, float], message: str) -> None:
    durations = Durations()

    with pytest.raises(ValueError, match=message):
        durations.set(changes)

    assert durations == Durations()


def test_a_termination_takes_140_to_280_seconds() -> None:
    """Recorded: 145 to 251 seconds.

    https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/eb3-terminate.html,
    https://github.com/gabepublic/aws-ebeanstalk-py-django-01
    """
    durations = Durations()

    drawn = [durations.drawn("terminate", "shop-prod") for _ in range(200)]

    assert 140 <= min(drawn) < 160
    assert 260 < max(drawn) <= 280


def test_a_launch_takes_160_to_320_seconds() -> None:
    """Recorded: 170 seconds to 6 minutes, the end of the health checks with it.

    https://github.com/PaulleDemon/AWS-deployment
    """
    durations = Durations()

    drawn = [durations.drawn("launch", "shop-prod") for _ in range(200)]

    assert min(drawn) >= 160
    assert max(drawn) <= 320


def test_an_update_takes_60_to_120_seconds() -> None:
    """Recorded: 85 seconds until its command has failed, about 120 until Ready.

    https://github.com/einaregilsson/beanstalk-deploy/issues/86
    """
    durations = Durations()

    drawn = [durations.drawn("update", "shop-prod") for _ in range(200)]

    assert 60 <= min(drawn) < 70
    assert 110 < max(drawn) <= 120


def test_the_same_seed_draws_the_same_in_any_order_of_environments() -> None:
    first, second = Durations(), Durations()

    alone = [first.drawn("update", "blue") for _ in range(3)]
    among_others = [(second.drawn("update", "green"), second.drawn("update", "blue"))[1] for _ in range(3)]

    assert alone == among_others
    assert len(set(alone)) == 3


def test_another_seed_draws_others_and_the_same_seed_begins_again() -> None:
    durations = Durations()
    drawn = durations.drawn("update", "blue")

    durations.set({"seed": 1})
    other = durations.drawn("update", "blue")
    durations.set({"seed": 0})

    assert other != drawn
    assert durations.drawn("update", "blue") == drawn


def test_without_spread_a_duration_is_the_usual_one() -> None:
    durations = Durations()
    durations.set({"spread": 0, "launch": 60})

    assert durations.drawn("launch", "blue") == 60


def test_some_updates_are_followed_by_a_warning() -> None:
    durations = Durations()

    warned = [durations.warns_after_update("blue") for _ in range(200)]

    assert 20 < sum(warned) < 80
    durations.set({"warning_chance": 0})
    assert not any(durations.warns_after_update("blue") for _ in range(200))
