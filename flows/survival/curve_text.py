"""The survival curve as text, for a terminal."""

from flows.policy.wording import counted

_WIDTH = 40
_EIGHTHS = " ▏▎▍▌▋▊▉"


def curve_lines(summary: dict) -> list[str]:
    """One bar a checkpoint of a summary, with the sessions that it rests on."""
    name_width = max(map(len, summary["checkpoints"]), default=0)
    return [_line(name.rjust(name_width), at) for name, at in summary["checkpoints"].items()]


def _line(name: str, at: dict) -> str:
    ratio = at["survival_ratio"]
    if ratio is None:
        return f"{name}  {'·' * _WIDTH}  not to be observed yet"
    seen = (
        f"{at['alive']:,} of {counted(at['lines'], 'line')}, {counted(at['sessions'], 'session')}"
    )
    return f"{name}  {_bar(ratio)}  {ratio:6.1%}  {seen}"


def _bar(ratio: float) -> str:
    whole, eighths = divmod(round(ratio * _WIDTH * 8), 8)
    return ("█" * whole + _EIGHTHS[eighths] * (eighths > 0)).ljust(_WIDTH)
