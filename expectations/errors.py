"""What is raised for a file of rules that cannot be used."""


class RuleFileError(Exception):
    """Names file, place in it and remedy, and never a value of data. `exit_code` is 2."""

    def __init__(self, message: str, *, remedy: str) -> None:
        super().__init__(f"{message} → {remedy}")
        self.message = message
        self.remedy = remedy
        self.exit_code = 2
