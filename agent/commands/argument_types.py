"""What arguments may hold: types for the parser, each with its own complaint."""

import argparse
import re


def positive(text: str) -> int:
    """A whole number from 1 on.

    Raises:
        argparse.ArgumentTypeError: It is something else.
    """
    if not (text.isascii() and text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text} is no whole number from 1 on")
    return int(text)


def shard(text: str) -> tuple[int, int]:
    """One of several parts, such as 1/4.

    Raises:
        argparse.ArgumentTypeError: It is something else.
    """
    match = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", text)
    if match is None or not 1 <= int(match[1]) <= int(match[2]):
        raise argparse.ArgumentTypeError(f"{text} is no part, such as 1/4: the first of four")
    return int(match[1]), int(match[2])


def dollars(text: str) -> float:
    """An amount of money above 0.

    Raises:
        argparse.ArgumentTypeError: It is something else.
    """
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text) is None or not float(text):
        raise argparse.ArgumentTypeError(f"{text} is no amount of dollars above 0, such as 2.50")
    return float(text)


def age(text: str) -> float:
    """A length of time such as 30d, in days.

    Raises:
        argparse.ArgumentTypeError: It is something else.
    """
    match = re.fullmatch(r"(\d+)([hdwy])", text.strip().lower())
    if match is None:
        raise argparse.ArgumentTypeError(f"{text} is no age, such as 12h, 30d, 6w or 1y")
    return int(match[1]) * {"h": 1 / 24, "d": 1, "w": 7, "y": 365}[match[2]]
