"""The table of operations lists all of botocore's model, and the module that answers each."""

from pathlib import Path

import botocore.session
import pytest

from tools import beanstalk_table
from tools.beanstalk_operations import OPERATIONS, EmulatedOperation
from tools.beanstalk_table import markdown, modules, operations


def test_the_table_has_a_row_for_each_operation_of_the_model() -> None:
    model = botocore.session.get_session().get_service_model("elasticbeanstalk")
    rows = [line for line in markdown(operations(), modules(), OPERATIONS).splitlines() if line.startswith("| ")]
    assert [row.split(" | ")[0].removeprefix("| ") for row in rows[1:]] == sorted(model.operation_names)


def test_every_answered_operation_is_in_the_model() -> None:
    assert modules().keys() <= set(operations())


def test_each_answer_comes_from_a_module_of_actions() -> None:
    for operation, module in modules().items():
        assert Path(module).parent == Path("emulator/beanstalk/actions"), operation
        assert Path(module).name != "table.py", operation
        assert Path(module).exists(), operation


def test_an_entry_of_another_form_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beanstalk_table, "TABLE", tmp_path / "table.py")
    (tmp_path / "table.py").write_text('actions = {"CreateEnvironment": create}')
    with pytest.raises(ValueError, match="found 'CreateEnvironment': create"):
        modules()


def test_the_table_says_what_is_emulated_where_and_by_which_source() -> None:
    known = {"CreateApplication": EmulatedOperation("with tags", ("https://github.com/aws/aws-sdk/issues/237",))}

    table = markdown(["CreateApplication"], {"CreateApplication": "emulator/a.py"}, known)

    assert table.startswith("The emulator answers 1 of 1 operations.")
    assert table.endswith(
        "| CreateApplication | with tags |"
        " [reference](https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_CreateApplication.html),"
        " [aws-sdk #237](https://github.com/aws/aws-sdk/issues/237) | [`a.py`](../emulator/a.py) |"
    )


def test_every_operation_is_described_with_its_sources() -> None:
    assert sorted(OPERATIONS) == operations() == sorted(modules())
    for name, operation in OPERATIONS.items():
        assert operation.emulated, name
        assert all(source.startswith("https://") for source in operation.sources), name
