"""The disclosure page: what policy, allowlists, doors and models say, for those it is about."""

import math
from collections.abc import Iterable
from pathlib import Path

from flows.adapters.model_graph import Model, load_models, origins_of, sources_of
from flows.disclosure.facts import Answer, Door, Endpoint, Export, Facts, Release, Signal, Table
from flows.disclosure.facts import Tier as TierFacts
from flows.disclosure.page import render_html, render_markdown
from flows.disclosure.words import in_words, says
from flows.policy.errors import WinnowError
from flows.policy.tiers import Tier

PAGES = Path("infra", "disclosure")
CONTACT = "the privacy owner of the company whose coding agent you use"
_READING_MODEL = "the reading model"
_REPOSITORY = "a measurement beside the repository"
# Rooms of models whose tables stay in the warehouse of a tier.
_INSIDE = {Tier.OPT_IN: "scorecard", Tier.FEEDBACK: "feedback"}


def disclosure(project: Path, contact: str = CONTACT) -> dict[str, str]:
    """File name → content of the page, from the dbt project at `project` and the policies shipped.

    The same code gives the same bytes. Raises WinnowError for a policy that cannot be used.
    """
    from expectations.allowlist import AllowlistError
    from expectations.declassifiers import DeclassifierError

    try:
        markdown = render_markdown(collect_facts(project, contact))
    except (AllowlistError, DeclassifierError) as error:
        failure = WinnowError(error.message, remedy=error.remedy, exit_code=error.exit_code)
        raise failure from None
    return {"disclosure.md": markdown, "disclosure.html": render_html(markdown)}


def collect_facts(project: Path, contact: str = CONTACT) -> Facts:
    from flows.bits.names import NEVER_FALSE, SESSION_BITS
    from flows.policy import erasure, receipts, retention, schemas, vocabulary
    from flows.policy.pseudonyms import EPOCH_DAYS
    from flows.policy.windows import RETENTION_DAYS

    models = load_models(project)
    return Facts(
        days=RETENTION_DAYS,
        epoch_days=EPOCH_DAYS,
        tiers=tuple(_tier(tier, models) for tier in Tier),
        doors=_doors(),
        bits=SESSION_BITS,
        never_denied=tuple(sorted(NEVER_FALSE)),
        reading_bits=sum(math.log2(3 - (bit in NEVER_FALSE)) for bit in SESSION_BITS),
        kinds=vocabulary.KINDS,
        text_columns=tuple(name for name in schemas.RAW if name.startswith("raw__")),
        places=retention.KINDS,
        lasting=receipts.KINDS_WITHOUT_LIMIT,
        erased=erasure.KINDS,
        contact=contact,
    )


def _doors() -> tuple[Door, ...]:
    from expectations.declassifiers import load_declassifiers

    return tuple(
        Door(in_words(name), it.computes, says(it.domain.described()), it.bits, it.reason, it.owner)
        for name, it in load_declassifiers().items()
    )


def _tier(tier: Tier, models: dict[str, Model]) -> TierFacts:
    from expectations.allowlist import load_allowlist
    from expectations.capacity import bits_per_session
    from expectations.purposes import load_purposes
    from flows.adapters.llm_endpoints import load_endpoints

    allowlist, purposes = load_allowlist(tier), load_purposes()[tier]
    exports = (
        _export(tier, it, purposes.purposes[purposes.purpose_of(it.name)].means, models)
        for it in allowlist.exports.values()
    )
    return TierFacts(
        name=str(tier),
        leaves_as=purposes.leaves_as,
        owner=purposes.owner,
        policy_version=allowlist.policy_version,
        purposes=tuple(purpose.means for purpose in purposes.purposes.values()),
        bits=bits_per_session(allowlist),
        budget=allowlist.max_bits_per_session,
        exports=tuple(exports),
        tables=tuple(_tables(tier, models)),
        endpoints=tuple(
            Endpoint(it.url, tuple(it.models), it.keeps_text_days, it.owner, it.reason)
            for it in load_endpoints()[tier]
        ),
    )


def _export(tier: Tier, listed, means: str, models: dict[str, Model]) -> Export:
    from expectations.capacity import bits_per_row
    from flows.policy.erasure import fate_of

    mechanism = listed.mechanism
    model = models[f"exports/{tier}/{mechanism.source or listed.name}"]
    keys = [listed.columns[name] for name in dict.fromkeys([*listed.keys, listed.partition])]
    return Export(
        name=listed.name,
        grain=listed.grain,
        purpose=means,
        folder=f"exports/{tier}/{listed.name}/",
        is_enabled=mechanism.enabled,
        bits=bits_per_row(listed),
        keys=tuple(Answer(in_words(it.name), says(it.described()), it.bits) for it in keys),
        signals=tuple(_signals(_answers(listed, {key.name for key in keys}), model, models)),
        release=_release(listed) if mechanism.needs_record else None,
        fate=str(fate_of(mechanism.name)),
    )


def _answers(listed, keys: set[str]) -> Iterable[tuple[str, Answer]]:
    """(column of the export's model, what is told of it), in the order of the allowlist."""
    mechanism = listed.mechanism
    for name, measure in mechanism.measures.items():
        yield measure.of, Answer(in_words(name), _measured(measure), None)
    for name, response in mechanism.responses.items():
        told = says(listed.columns[name].described())
        yield (
            response.of,
            Answer(
                in_words(name), f"{told} (the true one with a chance of {response.truth:.0%})", None
            ),
        )
    if not mechanism.needs_record:
        for name, column in listed.columns.items():
            if name not in keys:
                yield name, Answer(in_words(name), says(column.described()), column.bits)


def _measured(measure) -> str:
    from expectations.mechanisms import ACCOUNTS, SESSIONS

    if measure.of in (ACCOUNTS, SESSIONS):
        return f"how many {measure.of}, with noise"
    if measure.clamp is None:
        return "in how many sessions, with noise"
    least, most = measure.clamp
    return f"the sum, each session counted as {least:,} to {most:,}, with noise"


def _signals(answers, export: Model, models: dict[str, Model]) -> Iterable[Signal]:
    """Answers by the models that they come from: one signal says several things."""
    found: dict[tuple[str, ...], list[Answer]] = {}
    for column, answer in answers:
        origins = origins_of(models, export, column)
        found.setdefault(tuple(origin.name for origin in origins), []).append(answer)
    by_name = {each.name: each for each in models.values()}
    for names, told in found.items():
        origins = [by_name[name] for name in names]
        about = " ".join(_about(origin) for origin in origins) or "How many there were."
        doors = {door for origin in origins for door in _doors_of(origin, models)}
        yield Signal(about, tuple(told), tuple(sorted(doors)))


def _about(model: Model) -> str:
    """A description begins with the grain, which the page says once."""
    return model.about.partition(". ")[2] if model.room == "signals" else "The session itself."


def _doors_of(model: Model, models: dict[str, Model]) -> set[str]:
    from expectations.declassifiers import load_declassifiers

    sources = sources_of(models, model)
    doors = {
        in_words(name)
        for name, door in load_declassifiers().items()
        if f"declassified.{door.model}" in sources
    }
    others = {"bits": _READING_MODEL, "survival": _REPOSITORY}
    return doors | {door for source, door in others.items() if source in sources}


def _tables(tier: Tier, models: dict[str, Model]) -> Iterable[Table]:
    """What is made of the tier's sessions and stays in its warehouse."""
    for model in models.values():
        if model.room == _INSIDE.get(tier):
            grain = model.about.partition(". ")[0]
            columns = tuple(map(in_words, model.columns))
            yield Table(model.name, grain, columns, tuple(sorted(_doors_of(model, models))))


def _release(listed) -> Release:
    mechanism, least = listed.mechanism, listed.minimum_accounts
    return Release(
        mechanism=mechanism.name,
        days=mechanism.window.days,
        settle_days=mechanism.window.settle_days,
        sessions_per_account=mechanism.sessions_per_account,
        least_accounts=least.at_least if least else None,
        epsilon=mechanism.epsilon,
        epsilon_per_window=mechanism.epsilon_per_window,
        factor=math.exp(mechanism.epsilon),
        factor_per_window=math.exp(mechanism.epsilon_per_window),
    )
