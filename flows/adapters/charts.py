"""The report's charts as inline SVG, from a scorecard's document.

Colours are variables of the page, so that one drawing serves light, dark and print: matplotlib
draws with stand-ins, which `_inline` replaces.
"""

import itertools
import re
from collections.abc import Sequence
from datetime import date

from flows.adapters.plots import draw_svg

_INK, _MUTED, _GRID = "#0b0b01", "#0b0b02", "#0b0b03"
_GOOD, _BAD, _CHANGED = "#0b0b04", "#0b0b05", "#0b0b06"
_SERIES = ("#0b0b11", "#0b0b12", "#0b0b13", "#0b0b14", "#0b0b15", "#0b0b16")
_VARIABLES = {
    _INK: "ink", _MUTED: "muted", _GRID: "grid", _GOOD: "good", _BAD: "bad", _CHANGED: "changed",
} | {colour: f"series-{number}" for number, colour in enumerate(_SERIES, 1)}  # fmt: skip
_STANDING = {"better": _GOOD, "worse": _BAD, "changed": _CHANGED}
_WIDTH = 400
_numbers = itertools.count(1)


def effect_chart(metrics: Sequence[dict]) -> str | None:
    """Relative change of each metric: dot, fixed interval (thick), always-valid one (thin)."""
    rows = [each for each in metrics if each["relative"]]
    if not rows:
        return None
    return _inline(draw_svg(_WIDTH, 46 + 34 * len(rows), lambda figure: _effects(figure, rows)))


def survival_chart(curves: Sequence[dict]) -> str | None:
    """Share of code alive, a step curve a variant with its band."""
    if not curves:
        return None
    return _inline(draw_svg(_WIDTH, 250, lambda figure: _survival(figure, curves)))


def rate_chart(rates: dict) -> str | None:
    """One metric a day, a line a variant; days with too few accounts are gaps."""
    if not any(value is not None for each in rates["values"].values() for value in each):
        return None
    return _inline(draw_svg(290, 150, lambda figure: _rates(figure, rates)))


def look_chart(metric: dict) -> str | None:
    """The relative change as it stood every day, with the interval that holds at every look."""
    looks = [each for each in metric["looks"] if each["relative"]]
    if len(looks) < 2:
        return None
    return _inline(draw_svg(290, 150, lambda figure: _looks(figure, looks)))


def _effects(figure, rows: Sequence[dict]) -> None:
    axes = figure.add_subplot()
    wide = max(_reach(each) for each in rows) * 1.06
    axes.axvline(0, color=_MUTED, linewidth=1)
    for place, each in enumerate(reversed(rows)):
        colour = _STANDING.get(each["standing"], _INK)
        fixed, always = each["relative"], each["always_valid"]["relative"]
        if always:
            _bar(axes, place, always, wide, colour, linewidth=1.1)
        _bar(axes, place, fixed, wide, colour, linewidth=4.5)
        axes.plot([fixed["change"]], [place], "o", color=colour, markersize=7)
        axes.text(-wide, place + 0.34, each["label"], color=_INK, fontsize=9, va="center")
    axes.set(xlim=(-wide, wide), ylim=(-0.5, len(rows) - 0.35), yticks=[])
    axes.xaxis.set_major_formatter(_percent)
    axes.locator_params(axis="x", nbins=5)
    _dress(axes, "x", hidden=("left",))


def _bar(axes, place: int, interval: dict, wide: float, colour: str, **style) -> None:
    ends = [max(interval["low"], -wide), min(interval["high"], wide)]
    axes.plot(ends, [place, place], color=colour, solid_capstyle="butt", **style)


def _reach(metric: dict) -> float:
    """How far the axis has to go: the fixed interval, and twice as far for the always-valid one."""
    fixed, always = metric["relative"], metric["always_valid"]["relative"] or metric["relative"]
    own = max(abs(fixed["low"]), abs(fixed["high"]), 0.001)
    return min(max(abs(always["low"]), abs(always["high"]), own), 2 * own)


def _survival(figure, curves: Sequence[dict]) -> None:
    axes = figure.add_subplot()
    for colour, curve in zip(itertools.cycle(_SERIES), curves, strict=False):
        days = [0.0, *(each["days"] for each in curve["points"])]
        alive = [1.0, *(each["alive"] for each in curve["points"])]
        axes.step(days, alive, where="post", color=colour, linewidth=2, label=curve["variant"])
        low = [1.0, *(each["low"] for each in curve["points"])]
        high = [1.0, *(each["high"] for each in curve["points"])]
        axes.fill_between(days, low, high, step="post", color=colour, alpha=0.16, linewidth=0)
    axes.set(ylim=(0, 1.02), xlim=(0, None))
    axes.set_xlabel("days after the session", color=_MUTED, fontsize=9)
    axes.yaxis.set_major_formatter(_share)
    axes.set_xticks(sorted({0, 1, *(round(each["days"]) for each in curves[0]["points"])} - {0}))
    _legend(axes)
    _dress(axes, "y")


def _rates(figure, rates: dict) -> None:
    axes = figure.add_subplot()
    days = [date.fromisoformat(each) for each in rates["dates"]]
    for colour, (name, values) in zip(
        itertools.cycle(_SERIES), rates["values"].items(), strict=False
    ):
        points = [float("nan") if value is None else value for value in values]
        axes.plot(days, points, color=colour, linewidth=1.6, marker="o", markersize=2.4, label=name)
    if rates["unit"] == "share":
        axes.yaxis.set_major_formatter(_share)
    _dates(axes, days)


def _looks(figure, looks: Sequence[dict]) -> None:
    axes = figure.add_subplot()
    days = [date.fromisoformat(each["date"]) for each in looks]
    settled = looks[len(looks) // 4 :]
    bottom = min(0.0, *(each["relative"]["low"] for each in settled))
    top = max(0.0, *(each["relative"]["high"] for each in settled))
    low = [each["relative"]["low"] for each in looks]
    high = [each["relative"]["high"] for each in looks]
    axes.axhline(0, color=_MUTED, linewidth=1)
    axes.fill_between(days, low, high, color=_SERIES[1], alpha=0.2, linewidth=0)
    axes.plot(days, [each["relative"]["change"] for each in looks], color=_SERIES[1], linewidth=1.8)
    pad = 0.08 * (top - bottom)
    axes.set_ylim(bottom - pad, top + pad)
    axes.yaxis.set_major_formatter(_percent)
    _dates(axes, days)


def _dates(axes, days: Sequence[date]) -> None:
    shown = sorted({days[0], days[len(days) // 2], days[-1]})
    axes.set_xticks(shown, [f"{each.day} {each:%b}" for each in shown])
    axes.locator_params(axis="y", nbins=4)
    _dress(axes, "y")


def _dress(axes, grid: str, hidden: Sequence[str] = ()) -> None:
    axes.grid(axis=grid, color=_GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=_MUTED, labelsize=8.5, length=0)
    axes.spines[["top", "right", *hidden]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(_GRID)


def _legend(axes) -> None:
    legend = axes.legend(frameon=False, fontsize=9, loc="lower left")
    for text in legend.get_texts():
        text.set_color(_INK)


def _percent(value: float, _) -> str:
    return "0" if abs(value) < 1e-9 else f"{100 * value:+.3g} %".replace("-", "−")


def _share(value: float, _) -> str:
    return f"{100 * value:.3g} %"


def _inline(svg: str) -> str:
    """The bare <svg>, its colours made variables and its ids unique on the page."""
    body = re.sub(r"<metadata>.*?</metadata>", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    for colour, name in _VARIABLES.items():
        body = body.replace(colour, f"var(--{name})")
    prefix = f"c{next(_numbers)}-"
    body = re.sub(r'\bid="', f'id="{prefix}', body)
    body = re.sub(r'(url\(|href=")#', rf"\1#{prefix}", body)
    body = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", body, count=1)
    return re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", body, count=1)
