"""What a model is told of the moment in which something is said."""

from datetime import datetime


def describe_moment(now: datetime) -> str:
    """Today's date, time and time zone in one sentence for the model.

    Args:
        now: The present, with its time zone.
    """
    offset = now.strftime("%z")
    zone = now.tzname() or ""
    return f"Today is {now:%A}, {now:%Y-%m-%d}, {now:%H:%M} ({zone}, UTC{offset[:3]}:{offset[3:5]})."


def local_now() -> datetime:
    """The moment in the zone of this machine."""
    return datetime.now().astimezone()
