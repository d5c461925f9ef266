"""Figures as people read them."""

from flows.scorecard import metrics


def percent(share: float | None, *, signed: bool = False) -> str:
    """A share as per cent with three digits at most."""
    if share is None:
        return "–"
    figure = 100 * share
    digits = 2 if abs(figure) < 1 else 1 if abs(figure) < 100 else 0
    return _clean(f"{figure:{'+' if signed else ''},.{digits}f}") + "\u00a0%"


def points(difference: float) -> str:
    """A difference of shares, in percentage points."""
    digits = 2 if abs(difference) < 0.01 else 1
    return _clean(f"{100 * difference:+,.{digits}f}") + "\u00a0points"


def number(value: float | None, *, signed: bool = False) -> str:
    """Four digits, never an exponent below a billion."""
    if value is None:
        return "–"
    size = abs(value)
    digits = 0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 10 else 3
    if 0 < size < 0.1:
        return _clean(f"{value:{'+' if signed else ''}.3g}")
    return _clean(f"{value:{'+' if signed else ''},.{digits}f}")


def value(metric: metrics.Metric, figure: float | None) -> str:
    if figure is None:
        return "–"
    return percent(figure) if metric.unit == metrics.SHARE else number(figure)


def change(metric: metrics.Metric, figure: float | None) -> str:
    if figure is None:
        return "–"
    return points(figure) if metric.unit == metrics.SHARE else number(figure, signed=True)


def p_value(figure: float | None) -> str:
    if figure is None:
        return "–"
    return "< 0.001" if figure < 0.001 else f"{figure:.3f}"


def listed(words: list[str]) -> str:
    """a, b and c."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _clean(figure: str) -> str:
    """A real minus sign, and no minus before zero."""
    if not figure.strip("+-0.,"):
        figure = figure.replace("-", "+" if "+" in figure else "")
    return figure.replace("-", "−")
