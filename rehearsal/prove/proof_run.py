"""The part of a proof between the yes and the removal: deploy, launch, ask, release."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from rehearsal.account.account import AccountError
from rehearsal.account.cdk import CdkError
from rehearsal.prove import denials
from rehearsal.prove.errors import ProofError
from rehearsal.prove.installation import Installation, install
from rehearsal.prove.names import RunNames
from rehearsal.prove.proof_evidence import ProofEvidence
from rehearsal.prove.proved_application import ProvedApplication
from rehearsal.prove.questions import ask
from rehearsal.prove.releases import Releases, traffic_on
from rehearsal.prove.roles import create_roles
from rehearsal.prove.run_file import RunFile
from rehearsal.prove.target import EventClock, ProofTarget
from rehearsal.prove.watch import EnvironmentWatch
from rehearsal.report.progress import Progress
from rehearsal.wait import WaitLimitError

STOPPING = (AccountError, BotoCoreError, CdkError, ClientError, OSError, ProofError, WaitLimitError)
"""The errors that end a proof, and are a problem in its report."""


@dataclass(frozen=True)
class ProofRun:
    """One run. What it sees goes into `evidence`, also when an error or a signal ends it."""

    target: ProofTarget
    names: RunNames
    memory: RunFile
    folder: Path
    evidence: ProofEvidence
    progress: Progress

    def run(self) -> None:
        """Deploy, launch, ask and release. Raises one of STOPPING at the first thing that does not go as it should."""
        target, names = self.target, self.names
        # The roles first: a launch fails while Elastic Beanstalk does not see them, and the deployment takes minutes.
        with self.progress.step("create the roles"):
            create_roles(target, names)
        installation = install(target, names, self.memory, self.folder, self.progress)
        application = ProvedApplication(target, names, self.memory, installation.artifacts)
        event_clock = application.create()
        watch = EnvironmentWatch(application.environments, event_clock.at, target.poll_seconds / 2)
        try:
            with watch:
                self._launch(installation, application)
                self._release(installation, application, event_clock)
        finally:
            self.evidence.samples = watch.samples
            self._collect(application, watch.failed_looks)

    def _launch(self, installation: Installation, application: ProvedApplication) -> None:
        with self.progress.step("launch the environment"):
            launch = application.launch()
        self.evidence.create_request = launch.request_id
        with self.progress.step("ask what AWS refuses"):
            self.evidence.answers |= ask(self.target, self.names, installation, application, launch.arn)
        shown = "visible at once" if launch.seen_at_once else "invisible at first"
        self.evidence.answers["shown just after CreateEnvironment"] = shown

    def _release(self, installation: Installation, application: ProvedApplication, event_clock: EventClock) -> None:
        with traffic_on(self.target, application.blue()["CNAME"]) as traffic:
            try:
                Releases(
                    target=self.target,
                    names=self.names,
                    installation=installation,
                    application=application,
                    event_clock=event_clock,
                    traffic=traffic,
                    evidence=self.evidence,
                    progress=self.progress,
                ).run()
            finally:
                self.evidence.requests = traffic.requests

    def _collect(self, application: ProvedApplication, failed_looks: list[str]) -> None:
        """Read events and logs before they are removed. An account that does not answer is no new problem."""
        with suppress(*STOPPING):
            evidence = self.evidence
            evidence.events = application.events()
            texts = denials.told(self.target, self.names, evidence.executions, evidence.events)
            evidence.denials = denials.denials(texts)
            evidence.throttled = denials.throttled([*texts, *failed_looks])
