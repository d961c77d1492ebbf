"""The stack and its constructs, for CDK apps of your own. docs/cdk.md shows an app.

Only the names in `__all__` are kept stable between versions. `own_packages` comes first: it raises ImportError when the
app has a package `infra` or `lambdas` of its own, which Python would import here.
"""

from beanstalk_bluegreen import own_packages as own_packages
from infra.bluegreen_stack import BlueGreenStack
from infra.chat import Chat
from infra.fleet_workflow import FleetWorkflow
from infra.monitoring import Monitoring
from infra.notifications import Notifications
from infra.pipeline import ReleasePipeline
from infra.pipeline_settings import PipelineSettings
from infra.record_store import RecordStore
from infra.saved_queries import SavedQueries
from infra.settings import EnvironmentPolicy, InvalidSettingsError, NetworkSettings, Settings
from infra.stage_functions import StageFunctions
from infra.workflow import Workflow

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
