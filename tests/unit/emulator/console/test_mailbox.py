from tests.support.console_account import ConsoleAccount


def test_the_mailbox_shows_the_newest_message_first(console: ConsoleAccount) -> None:
    console.messages.add("arn:aws:sns:us-east-1:123456789012:people", "Release failed", "See the console.")
    console.messages.add("arn:aws:sns:us-east-1:123456789012:people", "Approve v2?", "By tomorrow.")

    shown = console.get("mailbox")["messages"]

    assert [(each["subject"], each["topic"]) for each in shown] == [
        ("Approve v2?", "people"),
        ("Release failed", "people"),
    ]
