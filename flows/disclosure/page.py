"""The page as Markdown, and the same as one HTML file that loads nothing."""

from importlib.resources import files
from itertools import pairwise

from flows.disclosure.facts import Facts, Signal
from flows.disclosure.words import FATES, TIERS, bound, days, in_words, lasting, listed

_LABEL = "data-label"


def render_markdown(facts: Facts) -> str:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters |= {"bound": bound, "days": days, "words": in_words, "listed": listed}
    environment.filters |= {"cell": _cell, "told": _told}
    environment.globals |= {"lasting": lasting, "fates": FATES, "who": TIERS}
    template = environment.from_string(_text("disclosure.md"))
    return template.render(facts=facts, **{tier.name: tier for tier in facts.tiers})


def render_html(markdown: str) -> str:
    """Only what `render_markdown` gave: HTML in it is shown, not obeyed."""
    from jinja2 import Environment
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(markdown)
    _label_cells(tokens)
    _name_headings(tokens)
    body = parser.renderer.render(tokens, parser.options, {})
    title = markdown.splitlines()[0].removeprefix("# ")
    page = Environment(autoescape=True, keep_trailing_newline=True).from_string(_text("page.html"))
    return page.render(title=title, body=body)


def _label_cells(tokens: list) -> None:
    """On a narrow screen a row is a card: each cell says which column it is of."""
    heads, column = [], 0
    for place, token in enumerate(tokens):
        if token.type == "table_open":
            heads = []
        elif token.type == "tr_open":
            column = 0
        elif token.type == "th_open":
            heads.append(tokens[place + 1].content)
        elif token.type == "td_open":
            token.attrSet(_LABEL, heads[column])
            column += 1


def _name_headings(tokens: list) -> None:
    """The names that links within the page use, as sites which show Markdown make them."""
    for heading, title in pairwise(tokens):
        if heading.type == "heading_open":
            heading.attrSet("id", title.content.lower().replace(" ", "-"))


def _told(signal: Signal) -> str:
    """Its answers, those that say the same put together."""
    names: dict[str, list[str]] = {}
    for answer in signal.answers:
        names.setdefault(answer.says, []).append(answer.name)
    return "; ".join(f"{', '.join(each)}: {says}" for says, each in names.items())


def _cell(text: object) -> str:
    """Text of a policy file as one cell of a table."""
    return " ".join(str(text).split()).replace("|", "\\|")


def _text(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
