"""The model of Elastic Beanstalk: its actions, and the shapes of their parameters and results.

It is botocore's, with the members that AWS's own EB CLI sends and reads and that the public model leaves out. Source:
https://github.com/aws/aws-elastic-beanstalk-cli/blob/master/ebcli/lib/botocoredata/elasticbeanstalk/2010-12-01/service-2.json
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import botocore.loaders
from botocore.model import ServiceModel

_SHAPES: Mapping[str, Any] = {
    "TemplateSpecification": {
        "type": "structure",
        "members": {
            "TemplateSource": {"shape": "TemplateSource"},
            "TemplateSnippets": {"shape": "TemplateSnippetList"},
        },
    },
    "TemplateSource": {
        "type": "structure",
        "members": {
            "SolutionStackName": {"shape": "SolutionStackName"},
            "PlatformArn": {"shape": "PlatformArn"},
            "EnvironmentName": {"shape": "EnvironmentName"},
            "SourceContents": {"shape": "String"},
        },
    },
    "TemplateSnippetList": {"type": "list", "member": {"shape": "TemplateSnippet"}},
    "TemplateSnippet": {
        "type": "structure",
        "members": {"SnippetName": {"shape": "String"}, "SourceUrl": {"shape": "String"}},
    },
    "DeleteResources": {"type": "boolean"},
}
_SPECIFICATION = {"TemplateSpecification": "TemplateSpecification"}
_TIER = {"Tier": "EnvironmentTier"}
_PLATFORM = {"SolutionStackName": "SolutionStackName", "PlatformArn": "PlatformArn"}
_MEMBERS: Mapping[str, Mapping[str, str]] = {
    "CreateConfigurationTemplateMessage": _SPECIFICATION | _TIER,
    "CreateEnvironmentMessage": _SPECIFICATION,
    "UpdateEnvironmentMessage": _SPECIFICATION,
    "DescribeConfigurationOptionsMessage": _SPECIFICATION | _TIER,
    "DescribeConfigurationSettingsMessage": _SPECIFICATION | _TIER | _PLATFORM,
    "ValidateConfigurationSettingsMessage": _SPECIFICATION | _TIER | _PLATFORM,
    "DeletePlatformVersionRequest": {"DeleteResources": "DeleteResources"},
    "ConfigurationOptionsDescription": _TIER,
    "ConfigurationSettingsDescription": _TIER,
}
"""By structure: the added members and their shapes."""


@cache
def service_model() -> ServiceModel:
    """Return the model of Elastic Beanstalk."""
    document = botocore.loaders.Loader().load_service_model("elasticbeanstalk", "service-2")
    shapes = document["shapes"] | dict(_SHAPES)
    for name, members in _MEMBERS.items():
        added = {member: {"shape": shape} for member, shape in members.items()}
        shapes[name] = shapes[name] | {"members": shapes[name]["members"] | added}
    validation = shapes["ValidateConfigurationSettingsMessage"]
    shapes["ValidateConfigurationSettingsMessage"] = validation | {"required": ["ApplicationName"]}
    return ServiceModel(document | {"shapes": shapes})
