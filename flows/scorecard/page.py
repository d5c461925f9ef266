"""The report: one HTML file that needs nothing else, made from scorecard documents and charts."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from importlib.resources import files

from flows.scorecard import words
from flows.scorecard.pairs import DAILY

_MOST_LOOKS = 6
_ROLES = ("goal", "guardrail", "context")
_STANDING = {
    "better": "better",
    "worse": "worse",
    "changed": "changed",
    "unclear": "not shown",
    "withheld": "withheld",
}
_GUARDRAIL = {"harmed": "harmed", "safe": "holds", "unclear": "not decided"}
_SOURCES = {
    "opt_in": "Accounts that opted in",
    "default_tier": "Default tier, from released totals",
    "file": "A table of sessions",
}

Charts = Mapping[str, Callable]


def render(documents: Sequence[Mapping], charts: Charts, today: date) -> str:
    """`charts` draws inline SVG: effects, survival, rates, looks; each may answer None."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters |= {"count": _count, "days": words.number, "percent": words.percent}
    template = environment.from_string(files(__package__).joinpath("page.html").read_text())
    return template.render(
        documents=[_section(each, charts) for each in documents], today=today, headline=_headline
    )


def _section(document: Mapping, charts: Charts) -> dict:
    return {
        "title": _SOURCES[document["source"]],
        "notes": document["notes"],
        "minimum_accounts": document["minimum_accounts"],
        "experiments": [_experiment(each, charts) for each in document["experiments"]],
    }


def _experiment(each: Mapping, charts: Charts) -> dict:
    return {
        **each,
        "title": each["experiment"] or "All sessions",
        "level": words.percent(each["confidence"]).replace(".0", ""),
        "split_p": _equation(each["sample_ratio"]),
        "pairs": [_pair(pair, charts, each["decision_rule"]) for pair in each["pairs"]],
        "survival": charts["survival"](each["survival_curves"]),
        "rates": _drawn(each["daily_rates"], charts["rates"], lambda rates: rates["label"]),
    }


def _pair(pair: Mapping, charts: Charts, rule: str) -> dict:
    ordered = sorted(pair["metrics"], key=lambda metric: _ROLES.index(metric["role"]))
    decisive = _drawn(sorted(ordered, key=_is_quiet), charts["looks"], lambda each: each["label"])
    return {
        **pair,
        "effects": charts["effects"](ordered),
        "rows": [_row(each, rule) for each in ordered],
        "looks": decisive[:_MOST_LOOKS],
    }


def _is_quiet(metric: Mapping) -> bool:
    """Metrics that moved come first."""
    return metric["standing"] not in ("better", "worse") and metric["guardrail"] != "harmed"


def _row(metric: Mapping, rule: str) -> dict:
    shown = metric["shown"]
    row = {
        **metric,
        "state": _STANDING[metric["standing"]],
        "guard": _GUARDRAIL.get(metric["guardrail"], ""),
    }
    if metric["withheld"]:
        return row
    relative = metric["relative"]
    always = metric["always_valid"]["relative"]
    return row | {
        "change": shown["relative"] if relative else shown["difference"],
        "interval": shown["relative_interval"] if relative else shown["difference_interval"],
        "always": _signed(always) if always else "–",
        "p": words.p_value(metric["always_valid_p_holm" if rule == DAILY else "p_holm"]),
        "least": shown["detectable"],
    }


def _signed(interval: Mapping) -> str:
    low, high = (words.percent(interval[end], signed=True) for end in ("low", "high"))
    return f"{low} to {high}"


def _drawn(items: Sequence[Mapping], draw: Callable, label: Callable) -> list[dict]:
    """Only what can be drawn."""
    drawn = [{"label": label(each), "svg": draw(each)} for each in items]
    return [each for each in drawn if each["svg"]]


def _count(number: int | None) -> str:
    return "too few to say" if number is None else f"{number:,}"


def _equation(ratio: Mapping | None) -> str:
    shown = words.p_value(ratio["p_value"]) if ratio else "–"
    return shown if shown.startswith("<") else f"= {shown}"


def _headline(documents: Sequence[Mapping]) -> str:
    """The title of the page: the first verdict."""
    pairs = [
        pair
        for document in documents
        for experiment in document["experiments"]
        for pair in experiment["pairs"]
    ]
    return pairs[0]["verdict"]["headline"] if pairs else "Nothing to compare yet"
