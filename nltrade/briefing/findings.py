"""The findings on the trade with a partner in a year: at most five, of one or two sentences."""

from collections.abc import Mapping

import pandas as pd

from nltrade import registry
from nltrade.briefing.facts import FLOWS, FUELS, MADE, Facts
from nltrade.charts.over_years import year_ranges
from nltrade.claims.reading import Placed, place_range
from nltrade.registry.entries import Flow, Lang
from nltrade.words import Words

HARDLY = 1.0  # percent: a smaller change is called hardly one
TELLING = 0.05  # percent: a smaller share would be written as nothing
MUCH = 10.0  # percent: fuels of which are worth a sentence
NARROW = 3  # places: a wider range says nothing, and stands in the annex


def findings(facts: Facts, lang: Lang) -> dict[str, str]:
    """
    Say what the figures of a year say: goods, their weight, the place, what is traded, services.

    Of a year without figures, it is said which years have them.

    Parameters
    ----------
    facts : Facts
        The numbers on a partner and year.
    lang : {"en", "nl"}
        Language.

    Returns
    -------
    dict of str to str
        At most five, by topic. What CBS does not publish is said to be not published, never zero.

    Examples
    --------
    >>> import nltrade as nl
    >>> from nltrade.briefing.facts import facts_of
    >>> findings(facts_of(nl.load(), "RU", 2012), "en")["services"][:66]
    'The Netherlands imported services worth €973m from Russia in 2012 '
    """
    say = Words(lang)
    if not any(facts.amount(flow) is not None for flow in FLOWS):
        told = {"goods": [say.text("year-not-published", year=facts.year, partner=facts.partner)]}
    else:
        told = {
            "goods": _goods(facts, say),
            "weight": _weight(facts, say),
            "place": _place(facts, say),
            "traded": _traded(facts, say),
        }

    told["services"] = [_services(facts, say)]
    if not any(_published(facts, table) for table in (facts.goods, facts.services)):
        told["there"] = _there(facts, say)
    return {
        topic: " ".join(map(_sentence, sentences)) for topic, sentences in told.items() if sentences
    }


def _goods(facts: Facts, say: Words) -> list[str]:
    """Say imports and exports with their change, and why none is given."""
    year = say.text("in-year", year=facts.when(say.lang))
    told = [_flow(flow, facts, say, when) for flow, when in zip(FLOWS, (year, ""), strict=True)]
    return told + _reason(facts, say)


def _flow(flow: Flow, facts: Facts, say: Words, when: str) -> str:
    """Say one flow: how it changed where that may be said, else its value or that it has none."""
    amount = facts.amount(flow)
    values = {"what": f"{flow}-goods", "value": amount, "partner": facts.partner, "when": when}
    if amount is None:
        return say.text("finding-not-published", **values)
    if amount == 0:
        return say.text("finding-zero", **values)

    grown = facts.grown.get(flow, {})
    rate = grown.get("growth_pct")
    if rate is None or pd.isna(rate):
        return say.text("finding-level", **values)

    id = "hardly" if abs(rate) < HARDLY else "rose" if rate > 0 else "fell"
    return say.text(f"finding-{id}", change=rate, by=abs(rate), **values)


def _reason(facts: Facts, say: Words) -> list[str]:
    """Say why no change is given, where there is one and the method or a part-year forbids it."""
    before = facts.years[1]
    compared = [flow for flow in FLOWS if facts.amount(flow) and facts.amount(flow, period=before)]
    notes = {facts.grown[flow]["growth_note"] for flow in compared if flow in facts.grown}
    if "part-year" in notes:
        return [say.text("finding-part-year", before=before)]
    gaps = registry.table(facts.goods).breaks if facts.goods in registry.tables() else []
    crossed = [gap.note for gap in gaps if gap.after == facts.year and any(notes)]
    return [say.text("finding-break", before=before, note=say.note(id)) for id in crossed]


def _weight(facts: Facts, say: Words) -> list[str]:
    """Say which part of Dutch trade is with the partner, and what imports and exports differ."""
    told = []
    shares = {flow: facts.share(flow) or 0 for flow in FLOWS if facts.is_large(flow)}
    telling = {flow: share for flow, share in shares.items() if share >= TELLING}
    if telling:
        told.append(say.text(_of("finding-share", telling), partner=facts.partner, **telling))

    gap = facts.balance(facts.year)
    if gap is not None and (gap or facts.amount("import")):
        id = "finding-surplus" if gap > 0 else "finding-deficit" if gap < 0 else "finding-balanced"
        told.append(say.text(id, gap=abs(gap), partner=facts.partner))
    return told


def _place(facts: Facts, say: Words) -> list[str]:
    """Say the place in total trade, or else in the flow that has one, with how sure it is."""
    places = facts.large_places
    if not places:
        return []
    about = {"partner": facts.partner, "where": facts.where, "year": facts.when(say.lang)}
    sure = {flow: _sure(placed, say) for flow, placed in places.items()}
    more = []
    if set(sure.values()) == {f" ({say.label('not-certain')})"} and len(sure) > 1:
        sure = dict.fromkeys(sure, "")  # said once of all
        more = [say.label("finding-places-open")]

    parts = [
        say.text("finding-place-in", what=flow, place=places[flow].place, sure=sure[flow])
        for flow in FLOWS
        if flow in places
    ]
    if "total trade" not in places:
        return [say.text("finding-place-part", listed=say.several(parts), **about), *more]
    whole = places["total trade"]
    values = {"place": whole.place, "sure": sure["total trade"], "listed": say.several(parts)}
    return [say.text("finding-place", **values, **about), *more]


def _sure(placed: Placed, say: Words) -> str:
    """Say what is open of a place: nothing of a certain one, the range where it is narrow."""
    if placed.certain:
        return ""
    narrow = placed.best and placed.worst and placed.worst - placed.best < NARROW
    return f" ({place_range(placed, say.lang) if narrow else say.label('not-certain')})"


def _traded(facts: Facts, say: Words) -> list[str]:
    """Say the share of fuels in the imports where it is large, and of Dutch product in exports."""
    told = []
    fuels = facts.part("import", "import", FUELS)
    if fuels and fuels >= MUCH:
        told.append(say.text("finding-fuels", share=fuels, partner=facts.partner))
    made = facts.part(MADE, "export")
    if made is not None and made <= 100:
        told.append(say.text("finding-made", share=made, partner=facts.partner))
    return told


def _services(facts: Facts, say: Words) -> str:
    """Say imports and exports of services in the year, or why there is no figure."""
    about = {"partner": facts.partner, "year": facts.year}
    if not facts.services:
        return say.text("finding-services-no-table", **about)
    known = _published(facts, facts.services)
    if not known:
        return say.text("finding-services-none", **about)
    about["year"] = facts.when(say.lang, facts.services)
    return say.text(_of("finding-services", known), **known, **about)


def _there(facts: Facts, say: Words) -> list[str]:
    """Say in which years there are figures, where the year has none."""
    listed = [
        say.text(f"finding-there-{kind}", years=year_ranges(years, say.lang))
        for kind, years in facts.published.items()
    ]
    return [say.text("finding-there", listed=say.several(listed))] if listed else []


def _published(facts: Facts, table: str) -> dict[Flow, float]:
    """Give imports and exports by a table, where it has them."""
    amounts = {flow: facts.amount(flow, table=table) for flow in FLOWS}
    return {flow: amount for flow, amount in amounts.items() if amount is not None}


def _of(id: str, flows: Mapping[Flow, float]) -> str:
    """Choose the sentence of imports, of exports, or of both."""
    return f"{id}-{'both' if len(flows) == len(FLOWS) else next(iter(flows))}"


def other_concepts(facts: Facts, say: Words) -> list[str]:
    """Say the values by another concept, where a table has them."""
    told = []
    for table in facts.others() if facts.goods else []:
        known = _published(facts, table).items()
        listed = [say.text("finding-amount", flow=flow, value=value) for flow, value in known]
        if listed:
            about = {
                "concept": registry.table(table).concept,
                "own": registry.table(facts.goods).concept,
                "year": facts.when(say.lang, table),
            }
            told.append(say.text("finding-other-concept", listed=say.several(listed), **about))
    return told


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
