"""What AWS Lambda does, and MiniStack does not. Sources: the Python runtime interface client, and answers of Lambda
quoted in public issues."""

import base64
import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from rehearsal.account.account import Account
from rehearsal.account.control import Control
from tests.support.functions import Functions
from tests.support.processes import is_running
from tests.support.roles import make_unrestricted_role
from tests.support.source_bundles import packed
from tests.support.waiting import SCALE, eventually


def test_an_exception_is_reported_with_its_class_its_message_and_the_functions_own_frames(functions: Functions) -> None:
    failure = functions.failure("""
        class EnvironmentNotReadyError(Exception):
            pass

        def handler(event, context):
            raise EnvironmentNotReadyError("shop-prod is Updating")
    """)
    assert failure["errorType"] == "EnvironmentNotReadyError"
    assert failure["errorMessage"] == "shop-prod is Updating"
    assert list(failure) == ["errorMessage", "errorType", "requestId", "stackTrace"]
    assert [frame.splitlines()[0] for frame in failure["stackTrace"]] == [
        '  File "/var/task/app.py", line 6, in handler'
    ]


def test_a_missing_module_is_an_import_error_of_the_runtime(functions: Functions) -> None:
    failure = functions.failure("import missing")
    assert failure["errorType"] == "Runtime.ImportModuleError"
    assert failure["errorMessage"] == "Unable to import module 'app': No module named 'missing'"


def test_a_missing_handler_is_named_by_the_runtime(functions: Functions) -> None:
    failure = functions.failure("other = print")
    assert failure["errorType"] == "Runtime.HandlerNotFound"
    assert failure["errorMessage"] == "Handler 'handler' missing on module 'app'"


def test_a_module_that_is_not_python_is_a_syntax_error_of_the_runtime(functions: Functions) -> None:
    assert functions.failure("def handler(:")["errorType"] == "Runtime.UserCodeSyntaxError"


def test_an_exception_while_the_module_is_imported_is_reported_with_its_class(functions: Functions) -> None:
    failure = functions.failure("raise KeyError('TABLE')")
    assert (failure["errorType"], failure["errorMessage"]) == ("KeyError", "'TABLE'")


def test_after_a_failed_import_the_next_invocation_tries_again(functions: Functions) -> None:
    name = functions.make("raise ValueError")
    for _ in range(2):
        failure = json.load(functions.client.invoke(FunctionName=name)["Payload"])
        assert failure["errorType"] == "ValueError"


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        ("sys.exit(3)", "Runtime exited with error: exit status 3"),
        ("sys.exit('no')", "Runtime exited with error: exit status 1"),
        ("sys.exit()", "Runtime exited without providing a reason"),
        ("os.kill(os.getpid(), 9)", "Runtime exited with error: signal: killed"),
    ],
)
def test_a_function_that_ends_its_process_is_an_exit_error_of_the_runtime(
    functions: Functions, end: str, reason: str
) -> None:
    failure = functions.failure(f"import os, sys\ndef handler(event, context): {end}")
    assert failure["errorType"] == "Runtime.ExitError"
    assert failure["errorMessage"].endswith(f" Error: {reason}")


def test_a_module_that_ends_its_process_is_an_exit_error_of_the_runtime(functions: Functions) -> None:
    failure = functions.failure("import os\nos._exit(5)")
    assert failure["errorMessage"].endswith("Error: Runtime exited with error: exit status 5")


def test_a_function_that_takes_longer_than_its_time_out_is_ended_in_real_time(functions: Functions) -> None:
    began = time.monotonic()
    failure = functions.failure("import threading\ndef handler(event, context): threading.Event().wait()", timeout=1)
    assert failure["errorType"] == "Sandbox.Timedout"
    assert failure["errorMessage"].endswith("Error: Task timed out after 1.00 seconds")
    assert 1 <= time.monotonic() - began < 1 / SCALE


def test_a_result_that_json_cannot_hold_is_a_marshal_error_of_the_runtime(functions: Functions) -> None:
    failure = functions.failure("def handler(event, context): return {1}")
    assert failure["errorType"] == "Runtime.MarshalError"
    assert failure["errorMessage"] == "Unable to marshal response: Object of type set is not JSON serializable"


def test_a_process_stays_warm_also_after_an_exception(functions: Functions) -> None:
    name = functions.make("""
        calls = []

        def handler(event, context):
            calls.append(event)
            if len(calls) == 2:
                raise ValueError
            return len(calls)
    """)
    answers = [functions.client.invoke(FunctionName=name)["Payload"].read() for _ in range(3)]
    assert (answers[0], answers[2]) == (b"1", b"3")


def test_invocations_run_at_the_same_time_each_in_a_process_of_its_own(functions: Functions, account: Account) -> None:
    name = functions.make("""
        import os, threading

        def handler(event, context):
            threading.Event().wait(0.5)
            return os.getpid()
    """)
    with ThreadPoolExecutor(4) as pool:
        clients = [account.client("lambda") for _ in range(4)]
        answers = pool.map(lambda client: client.invoke(FunctionName=name)["Payload"].read(), clients)
    assert len(set(answers)) == 4


def test_an_invocation_that_an_update_of_the_code_interrupts_is_an_exit_error(
    functions: Functions, account: Account
) -> None:
    """On AWS it ends by the old code. MiniStack ends its process, which must look like a fault that passes."""
    name = functions.make("import threading\ndef handler(event, context): threading.Event().wait(5)")
    changed = packed({"app.py": "def handler(event, context): return 1"})
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(account.client("lambda").invoke, FunctionName=name)
        time.sleep(1)
        functions.client.update_function_code(FunctionName=name, ZipFile=changed)
        failure = json.load(answer.result()["Payload"])
    assert failure["errorType"] == "Runtime.ExitError", failure


def test_the_log_holds_what_this_invocation_printed_and_the_error_it_ended_with(functions: Functions) -> None:
    name = functions.make("""
        def handler(event, context):
            print("looking at", event)
            raise ValueError("no such environment")
    """)
    for event in ("shop", "blog"):
        answer = functions.client.invoke(FunctionName=name, Payload=json.dumps(event), LogType="Tail")
        log = base64.b64decode(answer["LogResult"]).decode()
        assert log.startswith(f"looking at {event}\n[ERROR] ValueError: no such environment\nTraceback")
        assert log.count("looking at") == 1


def test_the_context_has_the_functions_settings_and_its_remaining_time(functions: Functions) -> None:
    name = functions.make(
        """
        def handler(event, context):
            return {
                "name": context.function_name,
                "memory": context.memory_limit_in_mb,
                "arn": context.invoked_function_arn,
                "left": context.get_remaining_time_in_millis(),
            }
        """,
        timeout=60,
        MemorySize=256,
    )
    context = json.load(functions.client.invoke(FunctionName=name)["Payload"])
    assert context["name"] == name
    assert context["memory"] == "256"
    assert context["arn"].endswith(f":function:{name}")
    assert 30_000 < context["left"] <= 60_000


def test_invocations_are_counted_with_the_milliseconds_that_would_be_billed(
    functions: Functions, account: Account
) -> None:
    name = functions.make("import threading\ndef handler(event, context): threading.Event().wait(0.2); event['x']")
    for payload in ('{"x": 1}', "{}"):
        functions.client.invoke(FunctionName=name, Payload=payload)
    counted = Control(account.url).describe()["lambda"]
    assert counted["functions"][name]["invocations"] == 2
    assert counted["functions"][name]["failed"] == 1
    assert 400 <= counted["functions"][name]["billed_ms"] < 400 / SCALE
    assert counted["invocations"] == sum(each["invocations"] for each in counted["functions"].values())


def test_a_worker_ends_during_an_invocation_when_the_server_is_killed(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    mark = tmp_path_factory.mktemp("marks") / "pid"
    code = f"""
        import os, pathlib, threading

        def handler(event, context):
            pathlib.Path({str(mark)!r}).write_text(str(os.getpid()))
            threading.Event().wait()
    """
    with Account(home=tmp_path_factory.mktemp("account")) as account:
        make_unrestricted_role(account)
        functions = Functions(account.client("lambda"))
        functions.client.invoke(FunctionName=functions.make(code, timeout=600), InvocationType="Event")
        eventually(lambda: mark.exists() and mark.read_text())
        assert account._process is not None
        account._process.kill()
        eventually(lambda: not is_running(int(mark.read_text())))


def test_a_log_group_that_was_deleted_is_not_made_again_by_a_function_that_names_it(
    account: Account, functions: Functions
) -> None:
    """Source: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html (logs:CreateLogGroup)"""
    logs, group = account.client("logs"), "/own/group"
    logs.create_log_group(logGroupName=group)
    code = "def handler(event, context):\n    print('written')\n"
    name = functions.make(code, LoggingConfig={"LogGroup": group})
    functions.client.invoke(FunctionName=name)
    streams = logs.describe_log_streams(logGroupName=group)["logStreams"]
    logs.delete_log_group(logGroupName=group)
    functions.client.invoke(FunctionName=name)
    assert len(streams) == 1
    assert logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"] == []
