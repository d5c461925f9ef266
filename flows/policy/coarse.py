"""Counts of a tier whose exact numbers must not be shown: only their order of magnitude."""


def order_of_magnitude(count: int) -> str:
    """`0`, `1–9`, `10–99`, `100–999`, …"""
    if count <= 0:
        return "0"
    least = 10 ** (len(str(count)) - 1)
    return f"{least:,}–{least * 10 - 1:,}"
