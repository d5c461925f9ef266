"""The only module that draws with matplotlib."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO

from flows.policy.errors import WinnowError

FORMATS = ("png", "svg")
# Told apart by people who do not see all colours (Okabe and Ito).
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")


@dataclass(frozen=True, slots=True)
class Curve:
    """One line of a plot: `points` are (days, ratio); `band` (days, low, high), where known."""

    name: str
    points: Sequence[tuple[float, float]]
    band: Sequence[tuple[float, float, float]] = ()


def check_plot_name(name: str) -> str:
    """The format that a file's name asks for. Raises WinnowError (exit code 2) for others."""
    kind = name.rpartition(".")[2].lower()
    if kind not in FORMATS:
        raise WinnowError(
            "a plot can be PNG or SVG", remedy="end the file's name in .png or .svg", exit_code=2
        )
    return kind


def draw_survival(curves: Sequence[Curve], kind: str, *, title: str = "") -> bytes:
    """Share of lines still alive against days, one curve a name; the same input, the same bytes."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context({"svg.hashsalt": "winnow", "svg.fonttype": "none"}):
        figure = Figure(figsize=(7.2, 4.2), dpi=150, layout="constrained")
        axes = figure.add_subplot()
        for colour, curve in zip(_cycle(len(curves)), curves, strict=True):
            _draw(axes, curve, colour)
        _label(axes, title, has_legend=len(curves) > 1)
        drawn = BytesIO()
        metadata = {"Date": None} if kind == "svg" else {"Software": None}
        figure.savefig(drawn, format=kind, metadata=metadata)
    return drawn.getvalue()


def _cycle(size: int) -> list[str]:
    return [_COLOURS[n % len(_COLOURS)] for n in range(size)]


def _draw(axes, curve: Curve, colour: str) -> None:
    if curve.band:
        days, low, high = zip(*curve.band, strict=True)
        axes.fill_between(days, low, high, color=colour, alpha=0.15, linewidth=0)
    days, ratios = zip(*curve.points, strict=True) if curve.points else ((), ())
    axes.plot(days, ratios, color=colour, marker="o", markersize=4, label=curve.name)


def _label(axes, title: str, *, has_legend: bool) -> None:
    axes.set(xlabel="days after the session", ylabel="share of lines alive", title=title)
    axes.set_ylim(0, 1.02)
    axes.yaxis.set_major_formatter(lambda ratio, _: f"{ratio:.0%}")
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    if has_legend:
        axes.legend(frameon=False)


def draw_svg(width: float, height: float, paint: Callable) -> str:
    """An SVG of `width` × `height` points that `paint(figure)` fills; words stay words."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context({"svg.hashsalt": "winnow", "svg.fonttype": "none"}):
        figure = Figure(figsize=(width / 72, height / 72), layout="constrained")
        paint(figure)
        drawn = BytesIO()
        figure.savefig(drawn, format="svg", metadata={"Date": None}, transparent=True)
    return drawn.getvalue().decode()
