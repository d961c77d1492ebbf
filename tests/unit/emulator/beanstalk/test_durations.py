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
    ],
)
def test_an_invalid_change_changes_no_duration(changes: dict[str, float], message: str) -> None:
    durations = Durations()

    with pytest.raises(ValueError, match=message):
        durations.set(changes)

    assert durations == Durations()
