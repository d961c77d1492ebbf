"""`make measure` fails for what a change causes: a handler's imports beside boto3's, and bytes."""

from pathlib import Path

from tools.measure import MAX_BYTES, MAX_RATIO, ImportTime, excesses, median_ratio, zipped


def test_a_slow_machine_does_not_change_the_ratio() -> None:
    quiet, busy = ImportTime(baseline=0.2, handler=0.05), ImportTime(baseline=0.8, handler=0.2)
    assert median_ratio([quiet]) == median_ratio([busy])


def test_one_disturbed_process_does_not_change_the_median() -> None:
    usual, disturbed = ImportTime(baseline=0.2, handler=0.05), ImportTime(baseline=0.2, handler=0.9)
    assert median_ratio([usual, disturbed, usual]) == usual.ratio


def test_a_handler_over_the_limit_is_named_with_what_was_expected_and_found() -> None:
    (found,) = excesses({"lambdas.stages.plan": 0.2, "lambdas.stages.clone_blue": 0.75}, {"code": 1})
    assert found.startswith(
        f"Expected the import of lambdas.stages.clone_blue to cost at most {MAX_RATIO:.0%} of boto3 with two clients, "
        "found 75%."
    )


def test_code_and_layer_count_together() -> None:
    assert excesses({}, {"code": MAX_BYTES // 2, "layer": MAX_BYTES // 2}) == []
    (found,) = excesses({}, {"code": MAX_BYTES // 2, "layer": MAX_BYTES})
    assert f"found {1.5 * MAX_BYTES / 1e6:.2f}" in found


def test_nothing_over_a_limit_is_no_excess() -> None:
    assert excesses({"lambdas.stages.plan": MAX_RATIO}, {"code": MAX_BYTES}) == []


def test_byte_code_is_not_counted(tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text("a = 1\n")
    size = zipped(tmp_path)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "code.pyc").write_bytes(b"0" * 10_000)
    assert zipped(tmp_path) == size
