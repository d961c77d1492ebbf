from emulator.messages import KEPT, PublishedMessages


def test_messages_are_told_newest_first_with_the_topics_name_and_account_time() -> None:
    messages = PublishedMessages(lambda: 5.0)
    messages.add("arn:aws:sns:us-east-1:123456789012:releases", "v2 failed", "Users stay on v1.")
    messages.add("arn:aws:sns:us-east-1:123456789012:releases", "", "Approve?")

    newest, oldest = messages.report()

    assert (newest["number"], newest["subject"], newest["text"]) == (2, "", "Approve?")
    assert oldest == {
        "number": 1,
        "sent": 5.0,
        "topic": "releases",
        "subject": "v2 failed",
        "text": "Users stay on v1.",
    }


def test_the_oldest_messages_are_forgotten() -> None:
    messages = PublishedMessages(lambda: 5.0)
    for number in range(KEPT + 1):
        messages.add("topic", str(number), "")

    assert len(messages.report()) == KEPT
    assert messages.report()[-1]["subject"] == "1"
