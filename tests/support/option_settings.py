"""Option settings that scenarios give to environments."""

BASIC_HEALTH = {
    "Namespace": "aws:elasticbeanstalk:healthreporting:system",
    "OptionName": "SystemType",
    "Value": "basic",
}
APPLICATION_BALANCER = {
    "Namespace": "aws:elasticbeanstalk:environment",
    "OptionName": "LoadBalancerType",
    "Value": "application",
}


def command_timeout(seconds: int) -> dict[str, str]:
    """Return the option for the account seconds that a deployment waits for a good answer of the application."""
    return {"Namespace": "aws:elasticbeanstalk:command", "OptionName": "Timeout", "Value": str(seconds)}


def start_seconds(seconds: float) -> dict[str, str]:
    """Return the option for the real seconds that the sample `starts_slowly` takes to start."""
    return {
        "Namespace": "aws:elasticbeanstalk:application:environment",
        "OptionName": "START_SECONDS",
        "Value": str(seconds),
    }


def option(namespace: str, name: str, value: str) -> dict[str, str]:
    """Return an option setting."""
    return {"Namespace": namespace, "OptionName": name, "Value": value}


def managed_updates(start: str = "Tue:09:00", level: str = "minor", **more: str) -> list[dict[str, str]]:
    """Return the options that managed platform updates need. `more`: further ones of the namespace platformupdate."""
    managed = "aws:elasticbeanstalk:managedactions"
    return [
        option("aws:elasticbeanstalk:healthreporting:system", "SystemType", "enhanced"),
        option("aws:elasticbeanstalk:environment", "ServiceRole", "aws-elasticbeanstalk-service-role"),
        option(managed, "ManagedActionsEnabled", "true"),
        option(managed, "PreferredStartTime", start),
        *(option(f"{managed}:platformupdate", name, value) for name, value in {"UpdateLevel": level, **more}.items()),
    ]
