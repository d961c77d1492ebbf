"""The stack and its constructs, for CDK apps of your own. docs/cdk.md shows an app.

Only the names in `__all__` are kept stable between versions. Raises ImportError when the app has a package `infra` or
`lambdas` of its own, which Python finds first.
"""

from importlib.util import find_spec
from pathlib import Path

_HERE = Path(__file__).resolve().parents[1]
for _name in ("infra", "lambdas"):
    _spec = find_spec(_name)
    if _spec is None or _HERE / _name not in [Path(each).resolve() for each in _spec.submodule_search_locations or ()]:
        _found = _spec.origin if _spec else "nothing"
        raise ImportError(
            f"Expected the package `{_name}` of beanstalk-bluegreen in {_HERE}. Found {_found}. "
            "Rename yours, or start the app from another folder."
        )

from infra.bluegreen_stack import BlueGreenStack  # noqa: E402 - the check comes first
from infra.chat import Chat  # noqa: E402
from infra.fleet_workflow import FleetWorkflow  # noqa: E402
from infra.monitoring import Monitoring  # noqa: E402
from infra.notifications import Notifications  # noqa: E402
from infra.pipeline import ReleasePipeline  # noqa: E402
from infra.pipeline_settings import PipelineSettings  # noqa: E402
from infra.record_store import RecordStore  # noqa: E402
from infra.saved_queries import SavedQueries  # noqa: E402
from infra.settings import EnvironmentPolicy, InvalidSettingsError, NetworkSettings, Settings  # noqa: E402
from infra.stage_functions import StageFunctions  # noqa: E402
from infra.workflow import Workflow  # noqa: E402

__all__ = [
    "BlueGreenStack",
    "Chat",
    "EnvironmentPolicy",
    "FleetWorkflow",
    "InvalidSettingsError",
    "Monitoring",
    "NetworkSettings",
    "Notifications",
    "PipelineSettings",
    "RecordStore",
    "ReleasePipeline",
    "SavedQueries",
    "Settings",
    "StageFunctions",
    "Workflow",
]
