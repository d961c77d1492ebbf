import http.client
import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from emulator.beanstalk.hosting.process import ApplicationProcess, ApplicationStartError
from tests.support.processes import is_running
from tests.support.waiting import eventually

REPOSITORY = Path(__file__).parents[5]
APPLICATION = """
    import json, os

    def application(environ, start_response):
        start_response("404 Not Found" if environ["PATH_INFO"] == "/missing" else "200 OK", [])
        return [json.dumps(dict(os.environ)).encode()]
"""
PROCFILE = f"""
    web: exec {sys.executable} serve.py
"""
SERVER = """
    import http.server, os, sys

    print("serving", os.environ["PORT"], flush=True)
    http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), http.server.SimpleHTTPRequestHandler).serve_forever()
"""
SERVER_OF_ONE_PROCESS = """
    import sys, threading
    from pathlib import Path
    from emulator.beanstalk.hosting.process import ApplicationProcess

    process = ApplicationProcess(Path(sys.argv[1]), {}, Path(sys.argv[2]))
    process.start()
    threading.Event().wait()
"""

Start = Callable[..., ApplicationProcess]


pytestmark = pytest.mark.usefixtures("emulator_interpreter")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[ApplicationProcess] = []

    def start(files: dict[str, str], **environment: str) -> ApplicationProcess:
        folder = tmp_path / f"app{len(started)}"
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(textwrap.dedent(text))
        process = ApplicationProcess(folder, environment, tmp_path / f"app{len(started)}.log")
        started.append(process)
        process.start()
        return process

    yield start
    for process in started:
        process.stop()


def test_an_application_py_is_served_at_the_port(start: Start) -> None:
    process = start({"application.py": APPLICATION})
    eventually(lambda: process.probe() == 200)


def test_a_procfile_is_preferred_to_an_application_py(start: Start) -> None:
    process = start({"application.py": APPLICATION, "Procfile": PROCFILE, "serve.py": SERVER})
    eventually(lambda: process.probe() == 200)
    assert process.log_tail().startswith(f"serving {process.port}")


def test_the_environment_variables_are_the_properties_and_none_of_the_server_s(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "HTTP_PROXY", "PYTHONPATH"):
        monkeypatch.setenv(name, "the server's")
    process = start({"application.py": APPLICATION}, GREETING="hello")
    eventually(lambda: process.probe() == 200)
    connection = http.client.HTTPConnection("127.0.0.1", process.port)
    connection.request("GET", "/")
    body = connection.getresponse().read().decode()
    connection.close()
    assert '"GREETING": "hello"' in body
    assert f'"PORT": "{process.port}"' in body
    assert "the server's" not in body


def test_a_probe_returns_the_status_of_a_path(start: Start) -> None:
    process = start({"application.py": APPLICATION})
    eventually(lambda: process.probe() == 200)
    assert process.probe("/missing") == 404


def test_a_probe_returns_none_without_an_answer(start: Start) -> None:
    process = start({"Procfile": "web: sleep 60"})
    assert process.running()
    assert process.probe() is None


def test_an_application_with_an_import_error_ends_and_logs_the_error(start: Start) -> None:
    process = start({"application.py": "raise RuntimeError('no database')"})
    eventually(lambda: not process.running())
    assert "no database" in process.log_tail(200)


def test_a_bundle_with_nothing_to_run_cannot_start(start: Start) -> None:
    with pytest.raises(ApplicationStartError, match=r"Procfile or an application\.py"):
        start({"README": "nothing"})


def test_a_procfile_without_a_web_process_cannot_start(start: Start) -> None:
    with pytest.raises(ApplicationStartError, match="starts no web process"):
        start({"Procfile": "worker: sleep 60"})


def test_stop_ends_every_process_of_the_group(start: Start, tmp_path: Path) -> None:
    process = start({"Procfile": "web: sleep 60 & echo $! && sleep 60"})
    eventually(process.log_tail)
    background = int(process.log_tail())
    process.stop()
    process.stop()
    assert not process.running()
    assert not is_running(background)


def test_a_process_that_ignores_sigterm_is_killed(start: Start) -> None:
    process = start({"Procfile": "web: trap '' TERM; echo ready; while true; do sleep 60; done"})
    eventually(process.log_tail)
    process.stop()
    assert not process.running()


def test_child_processes_end_with_the_application(start: Start) -> None:
    process = start({"Procfile": "web: sleep 60 & echo $!"})
    eventually(lambda: not process.running())
    assert not is_running(int(process.log_tail()))


def test_a_process_runs_on_after_the_thread_that_started_it(start: Start) -> None:
    started: list[ApplicationProcess] = []
    thread = threading.Thread(target=lambda: started.append(start({"Procfile": "web: echo started && sleep 60"})))
    thread.start()
    thread.join()
    eventually(started[0].log_tail)
    assert started[0].running()


def test_a_process_ends_when_the_server_is_killed(tmp_path: Path) -> None:
    (tmp_path / "Procfile").write_text("web: echo $$ && sleep 60")
    log = tmp_path / "log"
    command = [sys.executable, "-c", textwrap.dedent(SERVER_OF_ONE_PROCESS), str(tmp_path), str(log)]
    server = subprocess.Popen(command, cwd=REPOSITORY)  # noqa: S603 -- our own program
    eventually(lambda: log.exists() and log.read_text().strip())
    application = int(log.read_text())
    assert is_running(application)
    os.kill(server.pid, signal.SIGKILL)
    server.wait()
    eventually(lambda: not is_running(application))


def test_two_processes_get_two_ports(tmp_path: Path) -> None:
    ports = {ApplicationProcess(tmp_path, {}, tmp_path / "log").port for _ in range(50)}
    assert len(ports) == 50
