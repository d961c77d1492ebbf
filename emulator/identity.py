"""The emulated account's region, number, and root access key."""

REGION = "us-east-1"
ACCOUNT_ID = "123456789012"
ACCESS_KEY = "AKIABLUEGREENEMULATE"
"""Used nowhere else: the CDK CLI remembers which account a key belongs to."""
SECRET_KEY = "the-emulators-secret-key-opens-nothing.."  # noqa: S105 - of no account but this one
