"""The facts about AWS that the handlers rely on: where each comes from, and how `make prove` sees it.

docs/rehearsal.md has a table of them, which `make docs` writes. When a proof in an account shows one, set its state.
The file is long because it is one list, which is read as a whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from rehearsal.prove import observations as seen
from rehearsal.prove import release_observations as release

_DOCS = "https://docs.aws.amazon.com"
_GUIDE = f"{_DOCS}/elasticbeanstalk/latest/dg"
_API = f"{_DOCS}/elasticbeanstalk/latest/api"
_STATES = f"{_DOCS}/step-functions/latest"
_GITHUB = "https://github.com"


class FactState(StrEnum):
    """How far a fact is known."""

    DOCUMENTED = "documented"
    LOGS = "seen in public logs"
    ACCOUNT = "seen in an account"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Fact:
    """One fact. `emulator`: what the emulated account does. `observe`: None when a proof cannot see it.

    `source`: a page that shows the fact, or for an unknown one AWS's page about it; None when there is none.
    """

    id: str
    sentence: str
    state: FactState
    source: str | None
    emulator: str
    observe: seen.Observe | None = None


FACTS: Sequence[Fact] = (
    Fact(
        "launch-event",
        "A launch ends with the event `Successfully launched environment`.",
        FactState.DOCUMENTED,
        f"{_GUIDE}/eb3-create.html",
        "The same words.",
        seen.has_events("createEnvironment is starting.", seen.LAUNCH_ENDS),
    ),
    Fact(
        "update-event",
        "An update ends with the event `Environment update completed successfully.`",
        FactState.DOCUMENTED,
        f"{_GUIDE}/eb3-deploy.html",
        "The same words.",
        seen.has_events(seen.UPDATE_STARTS, seen.UPDATE_ENDS),
    ),
    Fact(
        "swap-events",
        "A swap ends with the event `Completed swapping CNAMEs` at both environments.",
        FactState.DOCUMENTED,
        f"{_GUIDE}/eb3-swap.html",
        "The same words, at both.",
        release.swap_pairs,
    ),
    Fact(
        "termination-event",
        "A termination ends with the event `terminateEnvironment completed successfully.`",
        FactState.DOCUMENTED,
        f"{_GUIDE}/eb3-terminate.html",
        "The same words.",
        seen.has_events(seen.TERMINATION_ENDS),
    ),
    Fact(
        "end-event-and-ready",
        "The last event of an update is there when the environment is Ready again.",
        FactState.LOGS,
        None,
        "Both at the same moment.",
        release.end_before_ready,
    ),
    Fact(
        "label-during-update",
        "While a version is deployed, DescribeEnvironments shows the new label or the old one.",
        FactState.LOGS,
        None,
        "The new label at once; a switch of the account shows the old one.",
        release.label_during_update,
    ),
    Fact(
        "failed-update",
        "After a failed deployment the environment is Ready, and its label is the one before.",
        FactState.LOGS,
        f"{_GITHUB}/ingenieux/awseb-deployment-plugin/issues/69",
        "The same.",
        release.after_failed_update,
    ),
    Fact(
        "failed-update-events",
        "A failed deployment has ERROR events.",
        FactState.DOCUMENTED,
        f"{_GUIDE}/using-features.events.html",
        "The same.",
        release.failed_update_has_errors,
    ),
    Fact(
        "failed-launch",
        "A launch that fails before any command ends Terminated.",
        FactState.LOGS,
        f"{_GITHUB}/hashicorp/terraform-provider-aws/issues/1995",
        "The same.",
    ),
    Fact(
        "failed-launch-command",
        "A launch whose command fails ends Ready, with ERROR events.",
        FactState.LOGS,
        f"{_GITHUB}/aws-samples/eb-docker-nginx-proxy/issues/9",
        "The same; a switch of the account lets it end Terminated.",
    ),
    Fact(
        "ready-and-healthy",
        "Ready is not healthy: after a launch, health may take minutes more.",
        FactState.DOCUMENTED,
        f"{_GUIDE}/health-enhanced-status.html",
        "Ok comes some seconds before Ready, as in public logs; a switch of the account lets Ready come first.",
        release.launch_to_healthy,
    ),
    Fact(
        "endpoint-stays",
        "A swap exchanges the CNAMEs; EndpointURL stays.",
        FactState.DOCUMENTED,
        f"{_API}/API_SwapEnvironmentCNAMEs.html",
        "The same.",
        release.endpoint_stays,
    ),
    Fact(
        "swap-time",
        "A swap ends within a minute.",
        FactState.DOCUMENTED,
        f"{_GUIDE}/eb3-swap.html",
        "5 s.",
        seen.lasts("swap", 60),
    ),
    Fact(
        "dns-answers",
        "Old DNS answers have expired 120 seconds (`drain_seconds`) after a swap.",
        FactState.UNKNOWN,
        f"{_GUIDE}/using-features.CNAMESwap.html",
        "DNS answers are kept for 60 s.",
        release.old_answers_expire,
    ),
    Fact(
        "name-is-free",
        "A name is free again when its environment is Terminated.",
        FactState.LOGS,
        None,
        "The same.",
        release.name_is_free,
    ),
    Fact(
        "seen-after-create",
        "An environment may be invisible for a moment after CreateEnvironment.",
        FactState.UNKNOWN,
        None,
        "Visible at once; stale reads can be switched on.",
        release.seen_after_create,
    ),
    Fact(
        "request-ids",
        "The events of an operation have the request id of the call that began it.",
        FactState.DOCUMENTED,
        f"{_API}/API_EventDescription.html",
        "The same.",
        release.request_ids,
    ),
    Fact(
        "tags-update",
        "UpdateTagsForResource takes the environment to Updating for a moment.",
        FactState.LOGS,
        f"{_GITHUB}/hashicorp/terraform-provider-aws/pull/36074",
        "Updating for some seconds.",
        seen.answered("status after a change of tags", "Updating", relied_on=False),
    ),
    Fact(
        "security-groups",
        "The groups that Elastic Beanstalk makes have the environment's tag, and `AWSEBSecurityGroup` in the name.",
        FactState.LOGS,
        f"{_GITHUB}/hashicorp/terraform-provider-aws/issues/2002",
        "The same.",
        seen.answered("security groups of an environment", "-AWSEBSecurityGroup-", relied_on=False),
    ),
    Fact(
        "unknown-environment",
        "A call on an environment that does not exist is refused with `No Environment found`.",
        FactState.LOGS,
        f"{_GITHUB}/hsingh/ansible-elastic-beanstalk/blob/master/library/elasticbeanstalk_env.py",
        "The same words.",
        seen.answered("terminate an unknown environment", "No Environment found"),
    ),
    Fact(
        "version-exists",
        "A version that exists is refused with `already exists`.",
        FactState.LOGS,
        f"{_GITHUB}/travis-ci/dpl/issues/1184",
        "The same words.",
        seen.answered("create a version that exists", "already exists"),
    ),
    Fact(
        "configuration-exists",
        "A saved configuration that exists is refused with `already exists`.",
        FactState.LOGS,
        f"{_GITHUB}/aws/aws-elastic-beanstalk-cli/blob/master/ebcli/resources/strings.py",
        "The same words.",
        seen.answered("create a configuration that exists", "already exists"),
    ),
    Fact(
        "environment-exists",
        "An environment name that is in use is refused with `already exists`.",
        FactState.LOGS,
        f"{_GITHUB}/ingenieux/awseb-deployment-plugin/issues/70",
        "The same words.",
        seen.answered("create an environment that exists", "already exists"),
    ),
    Fact(
        "nothing-to-abort",
        "AbortEnvironmentUpdate is refused while nothing is updated.",
        FactState.LOGS,
        f"{_GITHUB}/aws/aws-elastic-beanstalk-cli-setup/issues/144",
        "Refused with `Must be pending deployment.`",
        seen.refused("abort where nothing is updated"),
    ),
    Fact(
        "aborted-update",
        "After an aborted update the label goes back, and what is on the instances is unknown.",
        FactState.UNKNOWN,
        f"{_GUIDE}/using-features.rolling-version-deploy.html",
        "The label goes back, the instance keeps what was put on it.",
    ),
    Fact(
        "bad-answers-at-deployment",
        "A version that answers 5xx fails when the command time-out is over (600 seconds by default).",
        FactState.UNKNOWN,
        f"{_GUIDE}/command-options-general.html",
        "The same.",
    ),
    Fact(
        "caller-permissions",
        "What AWS's managed policy grants outside `elasticbeanstalk:*` is enough for the stages.",
        FactState.LOGS,
        f"{_GITHUB}/hashicorp/terraform-provider-aws/issues/32977",
        "Asks for the permissions that public logs show, see [permissions.md](permissions.md).",
        release.nothing_is_denied,
    ),
    Fact(
        "throttling",
        "DescribeEnvironments and DescribeEvents are answered about twice a second for a whole account and region.",
        FactState.LOGS,
        f"{_GITHUB}/einaregilsson/beanstalk-deploy/issues/9",
        "2 a second, 15 at once.",
        release.throttling,
    ),
    Fact(
        "error-is-kept",
        "A failed execution has the error and the cause by which its last task was answered.",
        FactState.DOCUMENTED,
        f"{_STATES}/apireference/API_SendTaskFailure.html",
        "The same.",
        release.error_is_kept,
    ),
    Fact(
        "exception-ends-waiting",
        "A function's exception ends a task that waits for its token. If not, the task's time-out ends it.",
        FactState.UNKNOWN,
        f"{_STATES}/dg/connect-to-resource.html",
        "It ends the task.",
    ),
    Fact(
        "redrive",
        "A redrive runs the failed task again, with the same input and definition.",
        FactState.DOCUMENTED,
        f"{_STATES}/dg/redrive-executions.html",
        "The same.",
        release.redrive_resumes,
    ),
    Fact(
        "redrive-variables",
        "Workflow variables survive a redrive. Nothing relies on it.",
        FactState.UNKNOWN,
        f"{_STATES}/dg/redrive-executions.html",
        "Drops them.",
    ),
    Fact(
        "pending-redrive",
        "ListExecutions of a state machine refuses the filter PENDING_REDRIVE. Nothing uses it.",
        FactState.DOCUMENTED,
        f"{_STATES}/apireference/API_ListExecutions.html",
        "Refused.",
        seen.refused("list executions by PENDING_REDRIVE"),
    ),
    Fact(
        "unknown-machine",
        "ListExecutions of a state machine that does not exist is refused with `StateMachineDoesNotExist`.",
        FactState.DOCUMENTED,
        f"{_STATES}/apireference/API_ListExecutions.html",
        "The same.",
        seen.answered("list executions of an unknown machine", "StateMachineDoesNotExist", relied_on=False),
    ),
)
