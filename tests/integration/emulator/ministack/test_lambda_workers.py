"""What a worker gives its function: the code, the layers, the clock, the variables, and no network."""

import json
from pathlib import Path
from typing import Any

import pytest

from rehearsal.account.account import Account
from rehearsal.account.control import Control
from tests.support.functions import Functions
from tests.support.roles import make_unrestricted_role
from tests.support.source_bundles import packed
from tests.support.waiting import SCALE


def test_code_is_found_before_layers_and_layers_before_the_runtimes_packages(functions: Functions) -> None:
    layer = functions.client.publish_layer_version(
        LayerName="shadows",
        Content={"ZipFile": packed({"python/boto3.py": "WHOSE = 'layer'", "python/app.py": "WHOSE = 'layer'"})},
    )
    code = "import app, boto3\nWHOSE = 'code'\ndef handler(event, context): return [app.WHOSE, boto3.WHOSE]"
    name = functions.make(code, Layers=[layer["LayerVersionArn"]])
    assert json.load(functions.client.invoke(FunctionName=name)["Payload"]) == ["code", "layer"]


def test_workers_share_the_byte_code_of_the_same_code(functions: Functions) -> None:
    code = """
        import os

        def handler(event, context):
            return [__file__, os.getcwd() == os.environ["LAMBDA_TASK_ROOT"] == os.path.dirname(__file__), __cached__]
    """
    first, second = (
        json.load(functions.client.invoke(FunctionName=name)["Payload"])
        for name in [functions.make(code), functions.make(code)]
    )
    assert first == second
    assert first[1]
    assert Path(first[2]).exists()


def test_functions_share_the_files_of_a_layer_and_their_byte_code(functions: Functions) -> None:
    content = {"ZipFile": packed({"python/layered.py": "TEXT = 'first'"})}
    layer = functions.client.publish_layer_version(LayerName="shared", Content=content)
    code = """
        import os, layered

        def handler(event, context):
            return [layered.TEXT, layered.__file__, os.path.exists(layered.__cached__)]
    """
    names = [functions.make(code, Layers=[layer["LayerVersionArn"]]) for _ in range(2)]
    first, second = (json.load(functions.client.invoke(FunctionName=name)["Payload"]) for name in names)
    assert first == second
    assert (first[0], first[2]) == ("first", True)
    changed = {"ZipFile": packed({"python/layered.py": "TEXT = 'second'"})}
    layer = functions.client.publish_layer_version(LayerName="shared", Content=changed)
    name = functions.make(code, Layers=[layer["LayerVersionArn"]])
    assert json.load(functions.client.invoke(FunctionName=name)["Payload"])[0] == "second"


def test_time_and_sleep_follow_the_accounts_clock_and_datetime_does_not(functions: Functions, account: Account) -> None:
    measured: dict[str, Any] = functions.result("""
        import datetime, time

        def handler(event, context):
            now, real = time.time(), datetime.datetime.now(datetime.UTC).timestamp()
            time.sleep(10)
            return {"now": now, "real": real, "slept": time.time() - now}
    """)
    origin = Control(account.url).describe()["origin"]
    assert measured["now"] == pytest.approx(origin + (measured["real"] - origin) / SCALE, abs=0.2 / SCALE)
    assert 10 <= measured["slept"] < 10 / SCALE


def test_a_function_gets_no_variable_of_the_users_environment(
    functions: Functions, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    with Account(home=tmp_path_factory.mktemp("account")) as own:
        make_unrestricted_role(own)
        environment = Functions(own.client("lambda")).result(
            "import os\ndef handler(event, context): return dict(os.environ)"
        )
    assert "AWS_PROFILE" not in environment
    assert "PYTHONPATH" not in environment


def test_a_function_cannot_reach_other_machines(functions: Functions) -> None:
    answer = functions.result("""
        import urllib.error, urllib.request

        def handler(event, context):
            try:
                urllib.request.urlopen("http://example.com/", timeout=5)
            except urllib.error.HTTPError as error:
                return error.read().decode()
    """)
    assert "The emulated account has no network" in answer
