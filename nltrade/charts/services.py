"""Trade in services over the years: imports and exports; their classes stand in the data."""

from functools import partial
from itertools import pairwise
from typing import Any

import pandas as pd

from nltrade import registry
from nltrade.charts import over_years, style
from nltrade.charts.canvas import unit_of
from nltrade.charts.chart import Chart, headline_of
from nltrade.charts.lines import draw_lines
from nltrade.charts.provenance import source_of, year_label
from nltrade.charts.series import Series
from nltrade.errors import NoData
from nltrade.questions.trade import VALUE
from nltrade.registry.entries import Lang
from nltrade.words import Words

FLOWS = ["import", "export"]
TOTAL, OLD = "S", "EBOPS-"  # the whole, and how the classes of the fifth manual begin


def draw_services(
    frame: pd.DataFrame, *, partner: str = "RU", period: str | int = 2012, lang: Lang = "en"
) -> Chart:
    """
    Draw yearly trade in services with a partner; the classes that are here stand in the data.

    Tables are never joined: those to 2013 follow another manual, and 2020 is in two tables that
    differ, so it is drawn twice. What CBS does not publish is a gap.

    Parameters
    ----------
    frame, partner, period, lang
        As for `draw`.

    Returns
    -------
    Chart

    Raises
    ------
    NoData
        No services table has a yearly total for it.

    Examples
    --------
    >>> import nltrade as nl
    >>> drawn = draw_services(nl.load(), partner="Russia", period=2020)
    >>> drawn.headline
    'Services with Russia in 2020: exports €2.0bn, imports €502m'
    >>> of_2020 = drawn.data.query("product == 'S' and flow == 'export' and period == '2020'")
    >>> of_2020[["table", "value_meur"]].values.tolist()
    [['82616NED', 1553.0], ['84765NED', 1974.0]]
    """
    say = Words(lang)
    partner, year = registry.country(partner).id, str(period)
    is_service = frame["kind"] == "services"
    rows = frame[is_service & (frame["partner"] == partner) & (frame["freq"] == "A")]
    data = _data(rows)
    totals = data[data["product"] == TOTAL]
    if not totals[VALUE].abs().max() > 0:
        name = registry.partner(partner).name()
        tables = ", ".join(frame.loc[is_service, "table"].unique()) or "no table is here"
        raise NoData(
            f"No yearly services with {name} ({partner}) are published separately ({tables}), or "
            "only zeros. Not published does not mean zero."
        )

    counted = _newest(totals.dropna(subset=[VALUE]), year)
    unit = unit_of(totals[[VALUE]])
    about = {"partner": partner, "years": over_years.span(totals), "unit": unit.label}
    remark = say.label("services-note") if totals["table"].nunique() > 1 else ""
    lines = {flow: (say.label(flow), style.COLOURS[flow]) for flow in FLOWS}
    return Chart(
        "services",
        lang,
        "lines",
        _headline(rows, totals, counted, partner, year, say),
        say.text("services-subtitle", **about),
        source_of(rows, totals["table"], say, year=year, kind="services"),
        _series(totals, say),
        data,
        partial(
            draw_lines,
            parts={"": _wide(totals)},
            lines=lines,
            table=counted or _newest(totals, year),
            year=int(year[:4]),
            say=say,
            tall=2.3,
        ),
        remark,
        notes=_notes(rows, data, say),
    )


def _data(frame: pd.DataFrame) -> pd.DataFrame:
    """Take the totals, and the classes of the sixth manual that are not inside another one."""
    cells = frame[frame["flow"].isin(FLOWS)]
    ids = set(cells["product"]) - {TOTAL}
    outer = {id for id in ids if not any(id != other and id.startswith(other) for other in ids)}
    cells = cells[cells["product"].isin([TOTAL, *(id for id in outer if not id.startswith(OLD))])]

    cells = over_years.in_order(cells, ["table", "flow", "product", "period"])
    published = cells.groupby("table")[VALUE].transform("count") > 0
    columns = ["table", "modified", "concept", "partner", "flow", "product", "period"]
    columns += ["complete", "status", VALUE]
    return cells.loc[published, [name for name in columns if name in cells]].reset_index(drop=True)


def _wide(totals: pd.DataFrame) -> pd.DataFrame:
    """Put the flows of a table and year in a row."""
    wide = totals.pivot(index=["table", "period", "complete"], columns="flow", values=VALUE)
    wide = wide.reindex(columns=FLOWS).reset_index()
    return over_years.in_order(wide, ["table", "period"])


def _newest(totals: pd.DataFrame, year: str) -> str:
    """Give the newest table that has the year."""
    tables = totals.loc[totals["period"] == year, "table"]
    return str(tables.iloc[-1]) if len(tables) else ""


def _headline(
    frame: pd.DataFrame, totals: pd.DataFrame, table: str, partner: str, year: str, say: Words
) -> str:
    """Say exports and imports of the year."""
    about: dict[str, Any] = {"partner": partner, "year": year}
    of_year = totals[(totals["table"] == table) & (totals["period"] == year)]
    flows = of_year.dropna(subset=[VALUE]).set_index("flow")[VALUE]
    if flows.empty:
        return headline_of(say, "services-none", **about)
    about["year"] = year_label(frame, table, year, say.lang)
    values = {**about, "export": flows.get("export"), "import_": flows.get("import")}
    return headline_of(say, f"services-{'-'.join(sorted(flows.index))}", **values)


def _series(totals: pd.DataFrame, say: Words) -> list[Series]:
    return [
        series
        for flow, rows in totals.groupby("flow", sort=False)
        for series in over_years.year_series(rows, {VALUE: say.label(str(flow))}, say)
    ]


def _notes(frame: pd.DataFrame, data: pd.DataFrame, say: Words) -> list[str]:
    """Say where lines stop, what is left out and what is not published."""
    said = []
    totals = data[data["product"] == TOTAL]
    of_tables = list(totals[totals[VALUE].notna()].groupby("table", sort=False))
    for (before, earlier), (after, later) in pairwise(of_tables):
        years = say.several(sorted(set(earlier["period"]) & set(later["period"])))
        same = earlier["concept"].iloc[0] == later["concept"].iloc[0]
        id = ("services-vintages" if years else "services-tables") if same else "services-manuals"
        said.append(say.text(id, years=years, before=before, after=after))
    said = [say.text("services-breaks", breaks="; ".join(said))] if said else []
    said += over_years.notes(totals, say)
    old = frame[frame["product"].str.startswith(OLD) & frame[VALUE].notna()]
    said += [say.text("services-old-classes", table=table) for table in old["table"].unique()]
    if data[VALUE].isna().any():
        said.append(say.label("services-gaps"))
    return [*said, say.note("balance-of-payments")]
