"""Trade in services over the years: imports and exports; their classes in a table."""

from functools import partial
from itertools import pairwise
from typing import Any

import pandas as pd

from nltrade import registry
from nltrade.charts import over_years, style
from nltrade.charts.canvas import Canvas, unit_of
from nltrade.charts.chart import Chart, headline_of
from nltrade.charts.provenance import footer, year_label
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
    Draw yearly trade in services with a partner; the classes at hand are in `Chart.details`.

    Tables are never joined: those to 2013 follow another manual, and 2020 is in two tables that
    differ, so it is drawn twice. What CBS does not publish is a gap.

    Parameters
    ----------
    frame : pandas.DataFrame
        Tidy frame.
    partner : str
        ISO code, slug or name.
    period : str or int
        Year that is marked, and of which the headline is.
    lang : {"en", "nl"}
        Language.

    Returns
    -------
    Chart

    Raises
    ------
    UnknownName
        No such partner.
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
    tables = frame.loc[frame["kind"] == "services", "table"].unique()
    frame = frame[
        (frame["partner"] == partner) & (frame["kind"] == "services") & (frame["freq"] == "A")
    ]
    data = _data(frame)
    totals = data[data["product"] == TOTAL]
    if not totals[VALUE].abs().max() > 0:
        name = registry.partner(partner).name()
        raise NoData(
            f"No yearly services with {name} ({partner}) are published separately "
            f"({', '.join(tables) or 'no table is here'}), or only zeros. Not published does not "
            "mean zero."
        )

    counted = _counted(totals, year)
    unit = unit_of(totals[[VALUE]])
    about = {"partner": partner, "years": over_years.span(totals), "unit": unit.label}
    return Chart(
        "services",
        lang,
        "lines",
        _headline(frame, totals, counted, partner, year, say),
        say.text("services-subtitle", **about),
        footer(
            frame,
            totals["table"],
            say,
            note=say.label("services-note") if totals["table"].nunique() > 1 else "",
            year=year,
            kind="services",
        ),
        _series(totals, say),
        data,
        partial(_paint, totals=totals, counted=counted, year=int(year[:4]), say=say),
        _notes(frame, data, say),
        _details(data, counted, year, say),
    )


def _data(frame: pd.DataFrame) -> pd.DataFrame:
    """Take the totals, and the classes of the sixth manual that are not inside another one."""
    cells = frame[frame["flow"].isin(FLOWS)]
    ids = set(cells["product"]) - {TOTAL}
    outer = {id for id in ids if not any(id != other and id.startswith(other) for other in ids)}
    cells = cells[cells["product"].isin([TOTAL, *(id for id in outer if not id.startswith(OLD))])]

    order = {id: at for at, id in enumerate([*registry.tables(), *registry.products()])}
    keys = ["table", "flow", "product", "period"]
    cells = cells.sort_values(
        keys, key=lambda s: s.map(order) if s.name in ("table", "product") else s
    )
    published = cells.groupby("table")[VALUE].transform("count") > 0
    columns = ["table", "modified", "concept", "partner", "flow", "product", "period"]
    columns += ["complete", "status", VALUE]
    return cells.loc[published, [name for name in columns if name in cells]].reset_index(drop=True)


def _counted(totals: pd.DataFrame, year: str) -> str:
    """Give the newest table that publishes the year."""
    known = totals[(totals["period"] == year) & totals[VALUE].notna()]
    return str(known["table"].iloc[-1]) if len(known) else ""


def _of_year(totals: pd.DataFrame, table: str, year: str) -> dict[str, float]:
    rows = totals[(totals["table"] == table) & (totals["period"] == year)].dropna(subset=[VALUE])
    return dict(zip(rows["flow"], rows[VALUE], strict=True))


def _headline(
    frame: pd.DataFrame, totals: pd.DataFrame, table: str, partner: str, year: str, say: Words
) -> str:
    """Say exports and imports of the year."""
    about: dict[str, Any] = {"partner": partner, "year": year}
    flows = _of_year(totals, table, year)
    if not flows:
        return headline_of(say, "services-none", **about)
    about["year"] = year_label(frame, table, year, say.lang)
    values = {**about, "export": flows.get("export"), "import_": flows.get("import")}
    return headline_of(say, f"services-{'-'.join(sorted(flows))}", **values)


def _series(totals: pd.DataFrame, say: Words) -> list[Series]:
    return [
        series
        for flow, rows in totals.groupby("flow", sort=False)
        for series in over_years.year_series(rows, {VALUE: say.label(str(flow))}, say)
    ]


def _details(data: pd.DataFrame, table: str, year: str, say: Words) -> list[Series]:
    """Give the classes of the year, the largest first."""
    rows = data[(data["table"] == table) & (data["period"] == year) & (data["product"] != TOTAL)]
    if rows[VALUE].isna().all():
        return []
    wide = rows.pivot(index="product", columns="flow", values=VALUE)
    wide = wide.loc[wide.max(axis=1).sort_values(ascending=False, kind="stable").index]
    names = [registry.product(id).text(say.lang) for id in wide.index]
    return [
        Series(f"{say.label(flow)} {year}", dict(zip(names, wide[flow], strict=True)))
        for flow in FLOWS
        if flow in wide
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


def _marks(totals: pd.DataFrame) -> list[float]:
    """Say where in the years one table gives way to the next."""
    spans = [
        rows["period"].astype(int).agg(["min", "max"])
        for _, rows in totals.dropna(subset=[VALUE]).groupby("table", sort=False)
    ]
    return [(before["max"] + after["min"]) / 2 for before, after in pairwise(spans)]


def _paint(canvas: Canvas, totals: pd.DataFrame, counted: str, year: int, say: Words) -> None:
    unit = unit_of(totals[[VALUE]])
    low, high = min(totals[VALUE].min(), 0), 1.16 * max(totals[VALUE].max(), 0)
    lines = {flow: (say.label(flow), style.COLOURS[flow]) for flow in FLOWS}
    of_year = _of_year(totals, counted, str(year))
    said = {flow: say.text("marked", value=value) for flow, value in of_year.items()}
    wide = totals.pivot(index=["table", "period"], columns="flow", values=VALUE).reset_index()
    wide = wide.reindex(columns=["table", "period", *FLOWS])
    wide = wide.sort_values("period", key=lambda years: years.astype(int), kind="stable")
    # of a year in two tables, the one that counts is marked
    wide = wide[(wide["period"] != str(year)) | (wide["table"] == counted) | (counted == "")]

    (ax,) = over_years.panels(
        canvas,
        {"": totals},
        names=[*map(say.label, FLOWS), *over_years.names_at(totals, year, said)],
        ticks=unit.ticks(low, high, say),
        high=high,
        low=low,
        tall=1.9 if canvas.narrow else 2.3,
    )
    over_years.mark_at(ax, _marks(totals), high, say.label("other-table"))
    for flow in FLOWS:
        rows = totals[totals["flow"] == flow]
        for table, line in rows.groupby("table", sort=False):
            breaks = registry.table(str(table)).breaks
            over_years.draw_line(ax, line, VALUE, style.COLOURS[flow], breaks)
    over_years.finish(ax, wide, lines, year, said)
