"""What there is in an account, of the kinds that a stack or a proof makes."""

from collections.abc import Callable
from typing import Any


def resources(client: Callable[[str], Any]) -> set[str]:
    """Return the resources, each as its kind and its name. `client`: returns a client of a service."""

    def named(service: str, call: str, within: str, name: str) -> set[str]:
        pages = client(service).get_paginator(call).paginate()
        return {f"{call} {each[name]}" for page in pages for each in page[within]}

    keys = {
        key["KeyId"]
        for key in client("kms").list_keys()["Keys"]
        if client("kms").describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] != "PendingDeletion"
    }
    found: set[str] = {f"key {key}" for key in keys}
    found |= {f"query {each['name']}" for each in client("logs").describe_query_definitions()["queryDefinitions"]}
    found |= {f"bucket {each['Name']}" for each in client("s3").list_buckets()["Buckets"]}
    found |= {f"topic {each['TopicArn']}" for each in client("sns").list_topics()["Topics"]}
    found |= {f"rule {each['Name']}" for each in client("events").list_rules()["Rules"]}
    found |= {f"layer {each['LayerName']}" for each in client("lambda").list_layers()["Layers"]}
    return (
        found
        | named("lambda", "list_functions", "Functions", "FunctionName")
        | named("iam", "list_roles", "Roles", "RoleName")
        | named("logs", "describe_log_groups", "logGroups", "logGroupName")
        | named("stepfunctions", "list_state_machines", "stateMachines", "name")
        | named("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName")
        | named("cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName")
    )


def more_resources(client: Callable[[str], Any]) -> set[str]:
    """Return the resources, and those that the CDK's bootstrap and Elastic Beanstalk make."""
    beanstalk, formation = client("elasticbeanstalk"), client("cloudformation")
    applications = beanstalk.describe_applications()["Applications"]
    environments = beanstalk.describe_environments(IncludeDeleted=False)["Environments"]
    versions = beanstalk.describe_application_versions()["ApplicationVersions"]
    stacks = [each for page in formation.get_paginator("describe_stacks").paginate() for each in page["Stacks"]]
    return (
        resources(client)
        | {f"application {each['ApplicationName']}" for each in applications}
        | {f"environment {each['EnvironmentName']}" for each in environments}
        | {f"version {each['ApplicationName']} {each['VersionLabel']}" for each in versions}
        | {f"stack {each['StackName']}" for each in stacks if each["StackStatus"] != "DELETE_COMPLETE"}
        | {f"repository {each['repositoryName']}" for each in client("ecr").describe_repositories()["repositories"]}
        | {f"parameter {each['Name']}" for each in client("ssm").describe_parameters()["Parameters"]}
        | {
            f"instance profile {each['InstanceProfileName']}"
            for each in client("iam").list_instance_profiles()["InstanceProfiles"]
        }
    )
