"""The bits, in the order of the model's outputs, and how far each may be decided."""

BITS = (
    "satisfied",
    "dissatisfied",
    "correction",
    "danger_flagged",
    "too_complicated",
    "too_simple_or_incomplete",
    "remember_request",
    "repeat_request",
)

# True on evidence, otherwise unknown: that nothing was flagged is no proof that all was safe.
NEVER_FALSE = frozenset({"danger_flagged"})

# A value of sessions alone: task_accomplished is read from how a session ends.
SESSION_BITS = (*BITS, "task_accomplished")
