"""The one exception that winnow shows to people."""


class WinnowError(Exception):
    """What is wrong by place and rule, and how to mend it; never a value.

    `message` names place and rule, `remedy` the next step. `exit_code` is 1 where winnow refused
    or failed, 2 where it was used wrongly.
    """

    def __init__(self, message: str, *, remedy: str, exit_code: int = 1) -> None:
        # What an orchestrator stores and shows of a failure is its text alone.
        super().__init__(f"{message} → {remedy}")
        self.message = message
        self.remedy = remedy
        self.exit_code = exit_code

    def __reduce__(self):
        return _rebuild, (type(self), self.message, self.remedy, self.exit_code)


def _rebuild(kind: type, message: str, remedy: str, exit_code: int) -> WinnowError:
    return kind(message, remedy=remedy, exit_code=exit_code)


class TransientError(WinnowError):
    """A failure of the world outside that may pass: worth a retry, then set aside by reference."""
