"""Rankings, and who moved in them, as tables for readers."""

import re
from datetime import date
from typing import Any

import narwhals as nw
import pandas as pd
from narwhals.typing import IntoFrame

from nltrade import registry
from nltrade.claims.reading import Placed
from nltrade.errors import NoData
from nltrade.questions import trade
from nltrade.questions.moves import side_of
from nltrade.questions.ranking import Among, rank_partners
from nltrade.questions.trade import VALUE
from nltrade.registry.entries import Lang
from nltrade.report import Report, Table
from nltrade.sources.gaps import commands
from nltrade.tables.cells import certainty, first, in_words, source_lines, status_remarks
from nltrade.tables.columns import NONE, Columns, amounts, no_rows, table_of, written
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
    remarks += [say.note("rank-certainty"), *status_remarks(of_table, lang)]

    columns: Columns = {
        "place-head": shown["place"].astype(str).tolist(),
        "partner": [say.partner(id) for id in shown["partner"]],
        "million-euro": amounts(shown[VALUE], say),
        "certainty": [certainty(row, lang) for row in shown.to_dict("records")],
    }
    head = of_table.assign(flow=registry.flow(flow), among=among).head(1)
    named = ("flow", "product", "among", "period", "table")
    title = ", ".join(in_words(name, head, say)[0] for name in named)
    bold = {"partner": ["bold" if id == about else "" for id in shown["partner"]]}

    # What was asked comes first: where this partner stands.
    tables = [
        Table(f"{say.partner(row['partner'])}: {say.place(row['place'])}, {certainty(row, lang)}")
        for row in ranked[own].to_dict("records")
    ]
    if about and not own.any():
        tables.append(_unplaced(about, used, str(period), among, say))
    tables.append(table_of(title, columns, say, remarks, colours=bold))
    return Report(tables, source_lines(of_table, lang), lang)


def _unplaced(partner: str, table: str, period: str, among: Among, say: Words) -> Table:
    """Say that a partner has no place, and whether the border of the EU or a gap is why."""
    side = among.replace(" ", "-").lower()
    is_elsewhere = among not in ("all", side_of(partner, period))
    why = "not-ranked-side" if is_elsewhere else "not-ranked"
    remark = say.text(why, partner=partner, table=table, among=side)
    return Table(f"{say.partner(partner)}: {say.label('no-place')}", remarks=[remark])


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
        about = registry.product(product)
        able = commands(frame, kind=about.kind, product=about.id, period=str(period))
        bring = f" Bring them with `{able[0]}`." if able else ""
        raise NoData(
            f"There are no figures of {about.en} in {period}.{bring} `nltrade tables`, or "
            "nltrade.tables(), says what each table has."
        )
    return cells


def _why_table(cells: pd.DataFrame, used: str, partner: str | None, say: Words) -> list[str]:
    """Say why one table was taken where several have the period."""
    others = [str(table) for table in cells["table"].unique() if table != used]
    if not others:
        return []

    has_value = (cells["partner"] == partner) & cells[VALUE].notna()
    why = "table-first"
    for id, able in (("table-whole", cells["complete"]), ("table-partner", has_value)):
        tables = set(cells.loc[able, "table"])
        if used in tables and not tables.issuperset(others):
            why = id
    values = {"table": used, "others": say.several(others), "partner": partner}
    return [say.text(why, **values, period=str(cells["period"].iloc[0]))]


def of_moves(rows: Any, lang: Lang) -> Report:
    """Present what `nltrade.compare_places` gives."""
    say = Words(lang)
    found = first(rows, 1_000)
    if found.empty:
        return no_rows(say)
    table, flow, among, before, after = found[["table", "flow", "among", "before", "after"]].iloc[0]
    side = say.label(among.replace(" ", "-").lower())

    columns: Columns = {"partner": in_words("partner", found, say)}
    for name, period in (("before", before), ("after", after)):
        is_part = f"part-year {period}" in found["note"].iloc[0]
        year = f"{period} ({say.label('part-year')})" if is_part else period
        ends = found[[f"{name}_{end}" for end in ("place", "best", "worst")]]
        rows = ends.set_axis(["place", "best", "worst"], axis=1).to_dict("records")
        columns[say.text("value-of", year=year)] = amounts(found[f"{name}_meur"], say)
        columns[say.text("place-of", year=year)] = [_place(row) for row in rows]

    columns["moved"] = written(found["moved"], lambda places: say.signed(places, 0), none="")
    sure = found["certain"].map({True: "moved-certain", False: "not-certain"}).fillna("moved-one")
    columns["certainty"] = [say.label(id) for id in sure]

    title = say.text("moved-title", flow=flow, among=side, before=before, after=after)
    remarks = [say.label("places-note"), say.note("rank-certainty")]
    note = found["note"].iloc[0]
    if breaks := re.findall(r"method break (\d+/\d+)", note):
        remarks.append(say.text("moved-breaks", breaks=", ".join(breaks)))
    members = [registry.eu_members(date(int(year[:4]), 12, 31)) for year in (before, after)]
    if changed := sorted(members[0] ^ members[1]):
        remarks.append(say.text("moved-members", partners=changed))

    shown = table_of(f"{title}, {table}", columns, say, remarks)
    return Report([shown], source_lines(found, lang), lang)


def _place(row: dict[Any, Any]) -> str:
    if pd.isna(row["place"]):
        return NONE
    placed = Placed.of({"partner": "", VALUE: 0.0, **row})
    return f"{placed.place}{placed.span}"
