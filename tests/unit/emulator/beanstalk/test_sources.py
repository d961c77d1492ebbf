"""Each clause of what the emulator takes from recordings and documents has a test, and the test names its source."""

import ast
from collections.abc import Mapping
from pathlib import Path

import pytest

HERE = Path(__file__).parent
_LAUNCHES, _HEALTH = "operations/test_lifecycle.py", "operations/test_health.py"
_FAILURES, _DEPLOYMENTS = "operations/test_failed_deployments.py", "operations/test_deployments.py"
_OPTIONS, _DURATIONS = "actions/test_option_validation.py", "test_durations.py"

CLAUSES: Mapping[str, list[str]] = {
    "events of a launch: words, severities, order": [f"{_LAUNCHES}::test_a_launch_records_its_events"],
    "events of a deployment": [f"{_DEPLOYMENTS}::test_a_deployment_runs_the_new_version_and_records_its_events"],
    "events of a configuration update": [
        f"{_DEPLOYMENTS}::test_a_configuration_update_that_restarts_the_application_has_both_success_texts"
    ],
    "events of a swap": ["operations/test_swaps.py::test_a_swap_records_events_for_both_environments"],
    "events of a termination": [f"{_LAUNCHES}::test_a_terminating_environment_ends_terminated"],
    "createApplicationVersion is starting.": [
        "actions/test_events.py::test_events_of_a_version_are_found_by_its_label"
    ],
    "Ok comes before Successfully launched": [f"{_LAUNCHES}::test_health_is_ok_some_seconds_before_the_launch_ends"],
    "the engine's words, not the application's": [f"{_FAILURES}::test_an_event_never_quotes_the_application"],
    "the event of the summary": [
        f"{_FAILURES}::test_a_failed_deployment_ends_ready_and_red_with_the_old_label_and_error_events"
    ],
    "the event of a time-out": [
        f"{_FAILURES}::test_a_command_that_takes_too_long_is_told_as_a_time_out",
        f"{_LAUNCHES}::test_a_launch_whose_command_times_out_says_so",
    ],
    "Red before Ready after a failed command": [f"{_FAILURES}::test_health_is_degraded_before_the_operation_has_ended"],
    "a launch that fails before any command ends Terminated": [
        f"{_LAUNCHES}::test_a_launch_without_its_bundle_ends_terminated",
        "authorization/test_on_behalf.py::test_a_launch_whose_bundle_the_caller_may_not_read_is_terminated",
    ],
    "a launch whose command fails ends Ready": [
        f"{_LAUNCHES}::test_a_launch_whose_command_fails_is_ready_and_red_with_errors"
    ],
    "Warning, Yellow for minutes after a completed update": [
        f"{_HEALTH}::test_health_is_warning_for_a_while_after_an_update_that_warns",
        f"{_HEALTH}::test_an_environment_whose_health_agent_warns_is_in_warning_and_serves_on",
    ],
    "NoData": [f"{_HEALTH}::test_health_without_an_instance_is_no_data_or_red"],
    "Unknown": [f"{_HEALTH}::test_health_is_unknown_when_enhanced_reporting_has_just_begun"],
    "Suspended": [f"{_HEALTH}::test_health_is_suspended_after_a_long_time_of_severe"],
    "a termination takes 140 to 280 seconds": [f"{_DURATIONS}::test_a_termination_takes_140_to_280_seconds"],
    "a launch takes its time, with spread": [f"{_DURATIONS}::test_a_launch_takes_160_to_320_seconds"],
    "an update takes its time, with spread": [f"{_DURATIONS}::test_an_update_takes_60_to_120_seconds"],
    "option settings are checked by namespace, name, type and range": [
        f"{_OPTIONS}::test_an_invalid_setting_is_refused_and_found_by_validation",
        f"{_OPTIONS}::test_a_valid_setting_passes",
    ],
    "managed updates need enhanced health": [f"{_OPTIONS}::test_settings_that_disagree_are_refused"],
}
"""What recorded logs show. By clause, the tests that hold it, relative to this folder."""

FEATURES: Mapping[str, str] = {
    "all operations, each with its source": "../../tools/test_beanstalk_table.py",
    "load balancer and listeners in Resources": "actions/test_environment_resources.py",
    "ResourceLifecycleConfig": "actions/test_version_lifecycle.py",
    "ApplicationMetrics and System": "actions/test_health_reports.py",
    "PlatformName, all other filters, pages, refused custom platforms": "actions/test_catalog.py",
    "Tier in settings, TemplateSpecification": "actions/test_template_specification.py",
    "refused groups, no EndpointURL when Terminated": "actions/test_environments.py",
    "no CNAME in the answer to CreateEnvironment": "actions/test_environment_creation.py",
    "version and settings in one UpdateEnvironment": "actions/test_environment_changes.py",
    "several instances behind a load balancer": "operations/test_several_instances.py",
    "scaling by load, cooldown": "groups/test_load.py",
    "groups and operations, termination": "groups/test_operations.py",
    "the Auto Scaling API: descriptions": "../autoscaling/test_group_reports.py",
    "the Auto Scaling API: changes": "../autoscaling/test_group_changes.py",
    "deployment policies, failures and aborts": "operations/test_deployment_policies.py",
    "deployments onto new instances": "operations/test_new_instance_policies.py",
    "rolling configuration updates": "operations/test_configuration_updates.py",
    "managed platform updates": "actions/test_managed_actions.py",
}
"""What AWS's documents show. By feature, the file of its tests."""


@pytest.mark.parametrize("clause", CLAUSES)
def test_a_clause_has_a_test_that_names_its_source(clause: str) -> None:
    for node in CLAUSES[clause]:
        file, _, name = node.partition("::")
        assert "https://" in _source(HERE / file, name), f"{node} names no source. Expected a URL in its docstring."


@pytest.mark.parametrize("feature", FEATURES)
def test_the_tests_of_a_feature_name_their_sources(feature: str) -> None:
    assert "https://" in (HERE / FEATURES[feature]).read_text(), f"{FEATURES[feature]} names no source. Expected a URL."


def _source(file: Path, name: str) -> str:
    """Return the text of a test with its decorators, and the docstring of its module."""
    text = file.read_text()
    module = ast.parse(text)
    [test] = [node for node in module.body if isinstance(node, ast.FunctionDef) and node.name == name]
    first = min([test.lineno, *(decorator.lineno for decorator in test.decorator_list)])
    lines = text.splitlines()[first - 1 : test.end_lineno]
    return "\n".join([ast.get_docstring(module) or "", *lines])
