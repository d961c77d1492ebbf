"""Who the account is: its region, its number, and the key of its root user."""

REGION = "us-east-1"
ACCOUNT_ID = "123456789012"
ACCESS_KEY = "AKIABLUEGREENREHEARS"
"""A key of its own, because the CDK CLI remembers the account that a key belongs to."""
SECRET_KEY = "the-rehearsals-secret-key-opens-no-door."  # noqa: S105 - of no account but this one
