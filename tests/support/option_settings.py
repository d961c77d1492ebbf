"""Option settings that scenarios give to environments."""


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
