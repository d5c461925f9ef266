"""Counts as people say them."""


def counted(count: int, noun: str) -> str:
    """`1 account`, `1,200 accounts`; of a noun whose plural ends in s."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
