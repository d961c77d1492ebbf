"""What instances of environments suffer from, and until when."""

from emulator.beanstalk.hosting.impairments import Impairment, Impairments

ILL = Impairment(status=500, for_seconds=60)


def test_an_impairment_is_of_one_environment_by_name_or_id() -> None:
    impairments = Impairments(lambda: 0.0)
    impairments.set({"e-1": {"status": 500}, "shop": {"warning": True}})
    assert impairments.of("other", "e-1").status == 500
    assert impairments.of("shop", "e-2").warning
    assert impairments.of("other", "e-2") == Impairment()


def test_an_impairment_ends_by_itself_and_goes_on_when_another_is_set() -> None:
    times = iter([0.0, 30.0, 59.0, 60.0])
    impairments = Impairments(lambda: next(times))
    impairments.set({"e-1": {"status": 500, "for_seconds": 60}})
    impairments.set({"e-1": {"status": 500, "for_seconds": 60}, "e-2": {"status": 503}})
    assert impairments.of("shop", "e-1") == ILL
    assert impairments.of("shop", "e-1") == Impairment()
