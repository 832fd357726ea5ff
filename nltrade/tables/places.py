"""Rankings, and who moved in them, as tables for readers."""

from datetime import date
from typing import Any

import narwhals as nw
import pandas as pd
from narwhals.typing import IntoFrame

from nltrade import registry
from nltrade.errors import NoData
from nltrade.questions import trade
from nltrade.questions.ranking import Among, rank_partners
from nltrade.questions.trade import VALUE
from nltrade.registry.entries import Lang
from nltrade.report import Report, Table
from nltrade.tables.cells import (
    amount,
    certainty,
    first,
    in_words,
    numbers_of,
    source_lines,
    status_remarks,
)
from nltrade.words import Words

TOP = 10


def show_ranking(
    frame: IntoFrame,
    *,
    period: str | int,
    flow: str = "total trade",
    product: str = "TOTAL",
    among: Among = "outside EU",
    table: str | None = None,
    partner: str | None = None,
    top: int = TOP,
    lang: Lang = "en",
) -> Report:
    """
    Rank the partners of a period and present the first ones, with unit, certainty, status and
    source.

    Parameters
    ----------
    frame : frame
        Tidy frame of any engine, with its groups and residuals. The rows of the period are
        collected.
    period : str or int
        ``"2012"``, ``"2012-Q1"`` or ``"2012-01"``.
    flow : str
        ``"total trade"``, or a flow of the tidy frame.
    product : str
        Code of a product; goods and services are not mixed.
    among : {"outside EU", "inside EU", "all"}
        The countries that take part.
    table : str, optional
        CBS's identifier; by default the table that figures and briefing count by, and a remark
        under the ranking says why.
    partner : str, optional
        ISO code or name of a country that is shown too where it is not among the first.
    top : int
        How many partners are shown.
    lang : {"en", "nl"}
        Language.

    Returns
    -------
    Report
        To be printed or displayed. Values are in million euro. `nltrade.rank_partners` gives the
        frame to compute with.

    Raises
    ------
    UnknownName
        A flow, product, table, partner or period does not exist.
    NoData
        No table has the period, or no country a value.

    Examples
    --------
    >>> import nltrade as nl
    >>> shown = nl.show_ranking(nl.load(), period=2012, flow="export", top=3)
    >>> for line in repr(shown).splitlines()[:5]:
    ...     print(line)
    Exports, all goods, outside the EU, 2012, 83028NED (border crossing)
    Place  Partner        € million  How sure
    1      United States     20,259  no other place possible
    2      China              7,647  between 2nd and 3rd
    3      Russia             7,068  between 2nd and 4th
    """
    say = Words(lang)
    about = registry.country(partner).id if partner else None
    kind = registry.product(product).kind
    cells = _cells_of(frame, period, product)

    used = table or chosen_table(cells, period=period, product=product, partner=about)
    ranked = rank_partners(
        cells, period=period, flow=flow, product=product, kind=kind, among=among, table=used
    )
    own = ranked["partner"] == about
    shown = ranked[(ranked.index < top) | own]
    of_table = cells[cells["table"] == used]

    remarks = [] if table else _why_table(cells, used, about, say)
    if about and not own.any():
        remarks.append(say.text("not-ranked", partner=about))
    remarks += [say.note("rank-certainty"), *status_remarks(of_table, lang)]

    unit = say.label("million-euro")
    listed = pd.DataFrame(
        {
            say.label("place-head"): shown["place"].astype(str),
            say.label("partner"): [say.partner(id) for id in shown["partner"]],
            unit: [amount(value, lang) for value in shown[VALUE]],
            say.label("certainty"): [certainty(row, lang) for row in shown.to_dict("records")],
        }
    )
    head = of_table.assign(flow=registry.flow(flow), among=among).head(1)
    names = ("flow", "product", "among", "period", "table")
    title = ", ".join(in_words(name, head, say)[0] for name in names)
    numbers = {unit: numbers_of(shown[VALUE])}
    bold = ["bold" if id == about else "" for id in shown["partner"]]
    table_shown = Table(title, listed, remarks, numbers, {say.label("partner"): bold})
    # What was asked comes first: where this partner stands.
    answer = [
        Table(f"{say.partner(row['partner'])}: {say.place(row['place'])}, {certainty(row, lang)}")
        for row in ranked[own].to_dict("records")
    ]
    return Report([*answer, table_shown], source_lines(of_table, lang), lang)


def chosen_table(
    frame: IntoFrame, *, period: str | int, product: str = "TOTAL", partner: str | None = None
) -> str:
    """Choose the table to rank by, as figures and briefing do."""
    cells = _cells_of(frame, period, product)
    kind = registry.product(product).kind
    return trade.main_table(cells, kind=kind, period=period, partner=partner or "WORLD")


def _cells_of(frame: IntoFrame, period: str | int, product: str) -> pd.DataFrame:
    """Collect the cells of one product and period."""
    rows: Any = nw.from_native(frame)
    of_product = nw.col("product") == str(product)
    is_kind = nw.col("kind") == registry.product(product).kind
    cells = first(rows.filter(nw.col("period") == str(period), is_kind, of_product), 100_000)
    if cells.empty:
        raise NoData(
            f"There are no figures of {product} in {period}. `nltrade tables`, or "
            "nltrade.tables(), says what each table has."
        )
    return cells


def _why_table(cells: pd.DataFrame, used: str, partner: str | None, say: Words) -> list[str]:
    """Say why one table was taken where several have the period."""
    others = [str(table) for table in cells["table"].unique() if table != used]
    if not others:
        return []

    has_value = cells[(cells["partner"] == partner) & cells[VALUE].notna()]["table"].unique()
    whole = cells[cells["complete"]]["table"].unique()
    if partner and used in has_value and not set(others) <= set(has_value):
        why = "table-partner"
    elif used in whole and not set(others) <= set(whole):
        why = "table-whole"
    else:
        why = "table-first"
    values = {"table": used, "others": say.several(others), "partner": partner}
    return [say.text(why, **values, period=str(cells["period"].iloc[0]))]


def of_moves(rows: Any, lang: Lang) -> Report:
    """Present what `nltrade.compare_places` gives."""
    say = Words(lang)
    found = first(rows, 1_000)
    table, flow, among, before, after = found[["table", "flow", "among", "before", "after"]].iloc[0]
    side = say.label(among.replace(" ", "-").lower())

    listed: dict[str, list[str]] = {
        say.label("partner"): [say.partner(id) for id in found["partner"]]
    }
    numbers = {}
    for name, period in (("before", before), ("after", after)):
        is_part = f"part-year {period}" in found["note"].iloc[0]
        year = f"{period} ({say.label('part-year')})" if is_part else period
        unit = say.text("value-of", year=year)
        values = found[f"{name}_meur"]
        listed[unit] = ["–" if pd.isna(value) else amount(value, lang) for value in values]
        numbers[unit] = numbers_of(values)
        ends = found[[f"{name}_{end}" for end in ("place", "best", "worst")]]
        places = [_place(*each) for each in ends.itertuples(index=False)]
        listed[say.text("place-of", year=year)] = places

    moved = say.label("moved")
    listed[moved] = [_moved(value, say) for value in found["moved"]]
    numbers[moved] = numbers_of(found["moved"])
    sure = {True: "moved-certain", False: "not-certain"}
    listed[say.label("certainty")] = [
        say.label("moved-one" if pd.isna(one) else sure[bool(one)]) for one in found["certain"]
    ]

    title = say.text("moved-title", flow=flow, among=side, before=before, after=after)
    remarks = [say.label("places-note"), say.note("rank-certainty")]
    breaks = [g for g in registry.table(table).breaks if _between(before, g.before, g.after, after)]
    if breaks:
        texts = ", ".join(f"{gap.before}/{gap.after}" for gap in breaks)
        remarks.append(say.text("moved-breaks", breaks=texts))
    members = [registry.eu_members(date(int(year[:4]), 12, 31)) for year in (before, after)]
    if changed := sorted(members[0] ^ members[1]):
        remarks.append(say.text("moved-members", partners=changed))

    shown = Table(f"{title}, {table}", pd.DataFrame(listed), remarks, numbers)
    return Report([shown], source_lines(found, lang), lang)


def _place(place: Any, best: Any, worst: Any) -> str:
    if pd.isna(place):
        return "–"
    low, high = ("?" if pd.isna(end) else str(end) for end in (best, worst))
    return str(place) if low == high != "?" else f"{place} ({low}–{high})"


def _moved(places: Any, say: Words) -> str:
    if pd.isna(places):
        return ""
    return ("+" if places > 0 else "") + say.number(float(places))


def _between(before: str, last: str, next: str, after: str) -> bool:
    early, late = sorted([before, after])
    return early <= last and next <= late
