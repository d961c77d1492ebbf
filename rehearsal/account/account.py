"""Starts and stops the account: the server of `emulator/`, as a process of its own."""

import contextlib
import json
import os
import selectors
import signal
import subprocess
from pathlib import Path
from typing import Any, Self

import botocore.session
from botocore.config import Config

from emulator.identity import ACCESS_KEY, ACCOUNT_ID, REGION, SECRET_KEY
from rehearsal.account.caches import APPLICATIONS
from rehearsal.account.packages import packages_environment
from rehearsal.signals import deferred

ROOT = Path(__file__).parent.parent.parent
START_SECONDS = 30.0
STOP_SECONDS = 10.0


class AccountError(Exception):
    """The account does not run; the message is one line: what was expected, what was found, what to do."""


class Account:
    """An AWS account on 127.0.0.1, in a process group of its own; a context manager.

    `port`: 0 takes a free one. `scale`: real seconds that one account second takes. `home`: folder for the
    account's logs and data. `python`: the interpreter of the account's own virtual environment.
    The account ends when this process ends, also when this process is killed. `detach` changes that.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        scale: float = 0.1,
        home: Path = ROOT / "build" / "account",
        python: Path = ROOT / ".venv-emulator" / "bin" / "python",
    ) -> None:
        self._port = port
        self._scale = scale
        self._home = home.absolute()
        self._python = python
        self._process: subprocess.Popen[bytes] | None = None
        self._url: str | None = None

    @property
    def url(self) -> str:
        """The account's endpoint."""
        if self._url is None:
            raise AccountError("Expected an account that runs. Found one that does not. Call start() first.")
        return self._url

    @property
    def python(self) -> Path:
        """The interpreter of the account's own virtual environment."""
        return self._python

    @property
    def home(self) -> Path:
        """The folder for logs and data."""
        return self._home

    def start(self) -> Self:
        """Start the account and return when it answers. Raises AccountError, with nothing left running."""
        if not self._python.exists():
            raise AccountError(
                f"Expected the account's virtual environment at {self._python.parent.parent}. Found none."
                " Run make rehearse, make account or make test, which set it up."
            )
        try:
            self._home.mkdir(parents=True, exist_ok=True)
            self._url = self._await_ready(self._spawn())
        except OSError as error:
            self.stop()
            raise AccountError(f"The account cannot start ({error}). Give it a folder that can be written.") from error
        except BaseException:
            self.stop()
            raise
        return self

    def detach(self) -> int:
        """Let the account go on after this process, and return its process id. SIGTERM ends it."""
        if self._process is None or self._process.stdin is None:
            raise AccountError("Expected an account that runs. Found one that does not. Call start() first.")
        self._process.stdin.write(b"detach\n")
        self._process.stdin.close()
        return self._process.pid

    def stop(self) -> None:
        """Stop the account and every process that it started. A second call, or one before start(), does nothing."""
        process, self._process, self._url = self._process, None, None
        if process is None:
            return
        with deferred():
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                pass
            finally:
                _kill_group(process)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def environment(self) -> dict[str, str]:
        """Return the variables that point the AWS CLI, boto3 and the CDK at the account, and nowhere else."""
        return {
            **self._overrides(),
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ENDPOINT_URL_S3": self.url,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_SESSION_TOKEN": "",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": str(self._profiles()),
            "AWS_SHARED_CREDENTIALS_FILE": str(self._profiles()),
            "AWS_EC2_METADATA_DISABLED": "true",
            # Step Functions' TestState and StartSyncExecution would go to sync-127.0.0.1, which no DNS knows.
            "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
            "CDK_DEFAULT_ACCOUNT": ACCOUNT_ID,
            "CDK_DEFAULT_REGION": REGION,
        }

    def client(self, service: str) -> Any:
        """Return a botocore client of the account. The machine's own AWS configuration does not count."""
        session = botocore.session.Session()
        session.set_config_variable("config_file", str(self._profiles()))
        session.set_config_variable("profile", "default")
        return session.create_client(
            service,
            region_name=REGION,
            endpoint_url=self.url,
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
            config=Config(proxies={}, inject_host_prefix=False),
        )

    def _spawn(self) -> subprocess.Popen[bytes]:
        command = [str(self._python), "-m", "emulator.server", "--attached"]
        options = {"--port": self._port, "--scale": self._scale, "--home": self._home, "--cache": APPLICATIONS}
        with (self._home / "server.log").open("ab") as log, deferred():
            self._process = process = subprocess.Popen(
                [*command, *(str(word) for option in options.items() for word in option)],
                cwd=ROOT,
                env=packages_environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        return process

    def _await_ready(self, process: Any) -> str:
        """Wait for the one line that the server writes, and return the URL in it."""
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            if not selector.select(START_SECONDS):
                raise AccountError(
                    f"Expected the account to answer within {START_SECONDS:g} s. It does not. {self._log_hint()}"
                )
        answer = json.loads(process.stdout.readline() or "{}")
        if "error" in answer:
            raise AccountError(f"The account cannot start: {answer['error']}")
        if "url" not in answer:
            raise AccountError(f"Expected the account's server to run. It ended at its start. {self._log_hint()}")
        return str(answer["url"])

    def _log_hint(self) -> str:
        log = self._home / "server.log"
        last = log.read_text(errors="replace").strip().splitlines()[-1:]
        return f"See {log}" + (f", which ends with: {last[0]}" if last else ", which is empty.")

    def _profiles(self) -> Path:
        """Write an AWS configuration file that replaces the person's own, and return its path."""
        file = self._home / "aws-config"
        file.write_text(
            f"[default]\nregion = {REGION}\naws_access_key_id = {ACCESS_KEY}\naws_secret_access_key = {SECRET_KEY}\n"
        )
        return file

    def _overrides(self) -> dict[str, str]:
        """Return harmless values for variables of this process that would lead elsewhere."""
        profile = {name: "default" for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE") if name in os.environ}
        endpoints = {name: self.url for name in os.environ if name.startswith("AWS_ENDPOINT_URL_")}
        direct = {
            name: ",".join(filter(None, [os.environ.get(name), "127.0.0.1", "localhost"]))
            for name in ("NO_PROXY", "no_proxy")
        }
        return profile | endpoints | direct


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill the processes that the server left, and close its pipes."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
