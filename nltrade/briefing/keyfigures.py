"""The key figures on page one: this year, the year before, five years before, share, place."""

from nltrade import registry
from nltrade.briefing.blocks import table
from nltrade.briefing.facts import FLOWS, MADE, Facts
from nltrade.briefing.findings import TELLING
from nltrade.registry.entries import Flow
from nltrade.report import Table
from nltrade.words import Words

NONE = "–"


def key_figures(facts: Facts, say: Words) -> Table:
    """
    Put the key figures in a table.

    Parameters
    ----------
    facts : Facts
        The numbers on a partner and year.
    say : Words
        Language.

    Returns
    -------
    Table
        Amounts as the sentences write them; a dash where CBS publishes none, which is not a zero.
    """
    heads = [
        say.label("key-head"),
        *facts.years,
        say.label("key-share"),
        say.label(f"place-{facts.where}"),
    ]
    rows = [_goods(flow, facts, say) for flow in FLOWS]
    rows.append(
        _row("made", [_amount(facts.amount(MADE, period=year), say) for year in facts.years], say)
    )
    rows.append(_row("balance", [_amount(facts.balance(year), say) for year in facts.years], say))
    if any(facts.amount(flow, table=facts.services) is not None for flow in FLOWS):
        rows += [_services(flow, facts, say) for flow in FLOWS]
    return table(
        say.text("key-title", partner=facts.partner), heads, rows, remarks=_remarks(facts, say)
    )


def _row(id: str, amounts: list[str], say: Words, *beside: str) -> list[str]:
    return [say.label(f"key-{id}"), *amounts, *(beside or ("", ""))]


def _goods(flow: Flow, facts: Facts, say: Words) -> list[str]:
    amounts = [_amount(facts.amount(flow, period=year), say) for year in facts.years]
    placed = facts.places.get(flow)
    place = NONE if placed is None or placed.value_meur <= 0 else say.place(placed.place)
    if placed and place != NONE and not placed.certain:
        place += "*"
    return _row(flow, amounts, say, _share(facts.share(flow), say), place)


def _services(flow: Flow, facts: Facts, say: Words) -> list[str]:
    amounts = [
        _amount(facts.amount(flow, table=facts.services, period=year), say) for year in facts.years
    ]
    return _row(
        f"services-{flow}", amounts, say, _share(facts.share(flow, facts.services), say), ""
    )


def _amount(value: float | None, say: Words) -> str:
    return NONE if value is None else say.bn(value)


def _share(share: float | None, say: Words) -> str:
    return NONE if share is None or share < TELLING else say.pct(share)


def _remarks(facts: Facts, say: Words) -> list[str]:
    """Say how goods are counted, where the years do not compare, what a star and a dash mean."""
    known = registry.tables().get(facts.goods)
    remarks = [say.text("key-concept", concept=known.concept)] if known else []
    now, _, then = facts.years
    gaps = [gap for gap in (known.breaks if known else []) if then < gap.after <= now]
    remarks += [say.text("key-break", before=gap.before, after=gap.after) for gap in gaps]
    if any(not placed.certain and placed.value_meur > 0 for placed in facts.places.values()):
        remarks.append(say.label("key-star"))
    return [" ".join([*remarks, say.label("key-dash")])]
