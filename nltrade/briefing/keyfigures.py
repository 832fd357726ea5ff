"""The key figures on page one: this year, the year before, five years before, share, place."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from nltrade import registry
from nltrade.briefing.blocks import table
from nltrade.briefing.facts import FLOWS, MADE, Facts
from nltrade.briefing.findings import TELLING
from nltrade.claims.reading import Placed
from nltrade.registry.entries import Flow
from nltrade.report import Numbers, Table
from nltrade.rounding import rounded
from nltrade.words import Words

NONE = "–"
BILLION = 1000  # million euro: from here on amounts are written in billions


def key_figures(facts: Facts, say: Words) -> Table | None:
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
    Table or None
        Amounts as the sentences write them; a dash where CBS publishes none, which is not a zero.
        None where all would be dashes.
    """
    rows = _rows(facts)
    if not rows:
        return None

    million = say.label("million-euro")
    columns = {say.label("key-head"): [say.label(f"key-{row.id}") for row in rows]}
    numbers = {}
    for at, year in enumerate(facts.years):
        columns[year] = [_amount(row.amounts[at], row.id, say) for row in rows]
        numbers[year] = Numbers([row.amounts[at] for row in rows], million)

    shares = [_share(row.share, say) for row in rows]
    if any(shares):
        columns[say.start("share")] = shares
        numbers[say.start("share")] = Numbers([row.share for row in rows], "%")
    places = [_place(row.placed, say) for row in rows]
    if any(places):
        columns[say.label(f"place-{facts.where}")] = places

    title = say.text("key-title", partner=facts.partner)
    texts = list(zip(*columns.values(), strict=True))
    remarks = [" ".join(_remarks(facts, rows, columns, say))]
    return table(title, list(columns), texts, remarks=remarks, numbers=numbers)


class _Row(NamedTuple):
    """The numbers of a row: of each year, the share in Dutch trade, the place."""

    id: str
    amounts: list[float | None]
    share: float | None = None
    placed: Placed | None = None


def _rows(facts: Facts) -> list[_Row]:
    """Gather the rows, but no flows, part or balance of which nothing is published."""
    together = [
        [_row(flow, flow, facts.goods, facts, facts.places.get(flow)) for flow in FLOWS],
        [_Row("made", [facts.amount(MADE, period=year) for year in facts.years])],
        [_Row("balance", [facts.balance(year) for year in facts.years])],
        [_row(f"services-{flow}", flow, facts.services, facts) for flow in FLOWS],
    ]
    shown = []
    for rows in together:
        if any(amount is not None for row in rows for amount in row.amounts):
            shown += rows
    return shown


def _row(id: str, flow: Flow, table: str, facts: Facts, placed: Placed | None = None) -> _Row:
    """Gather the numbers of imports or exports by a table."""
    amounts = [facts.amount(flow, table=table, period=year) for year in facts.years]
    return _Row(id, amounts, facts.share(flow, table), placed)


def _amount(value: float | None, row: str, say: Words) -> str:
    """Write an amount; of two rounded amounts that are equal the balance is only about nothing."""
    if value is None:
        return NONE
    return say.label("about-zero") if row == "balance" and not value else say.bn(value)


def _share(share: float | None, say: Words) -> str:
    """Write a share; one that a decimal cannot show is said to be less, and none of no trade."""
    if not share:
        return ""
    return say.label("key-share-little") if share < TELLING else say.pct(share)


def _place(placed: Placed | None, say: Words) -> str:
    """Write a place, with a star where it is not certain; none of a partner with no trade."""
    if placed is None:
        return ""
    return say.place(placed.place) + ("" if placed.certain else "*")


def _remarks(
    facts: Facts, rows: Sequence[_Row], columns: Mapping[str, list[str]], say: Words
) -> list[str]:
    """Say how goods are counted, where the years do not compare, what a star and a dash mean."""
    has_goods = any(row.id in FLOWS for row in rows)
    known = registry.tables().get(facts.goods) if has_goods else None
    remarks = [say.label("key-shares")] if say.start("share") in columns else []
    remarks += [say.text("key-concept", concept=known.concept)] if known else []
    now, _, then = facts.years
    gaps = [gap for gap in (known.breaks if known else []) if then < gap.after <= now]
    listed = [say.text("key-break-years", before=gap.before, after=gap.after) for gap in gaps]
    if listed:
        remarks.append(say.text("key-break", listed=say.several(listed)))
    when = facts.when(say.lang)
    if when != facts.year:
        remarks.append(say.text("key-part", when=when))
    if any(_is_off(facts, year) for year in facts.years):
        remarks.append(say.label("key-rounded"))
    if any(_place(facts.places.get(flow), say).endswith("*") for flow in FLOWS):
        remarks.append(say.label("key-star"))
    if any(NONE in texts for texts in columns.values()):
        remarks.append(say.label("key-dash"))
    return remarks


def _is_off(facts: Facts, year: str) -> bool:
    """Tell whether a balance in billions is not what the rounded exports and imports leave."""
    exports, imports = (facts.amount(flow, period=year) for flow in ("export", "import"))
    balance = facts.balance(year)
    if exports is None or imports is None or balance is None:
        return False
    if min(exports, imports, abs(balance)) < BILLION:
        return False
    tenth = BILLION / 10
    return rounded(exports, tenth) - rounded(imports, tenth) != rounded(balance, tenth)
