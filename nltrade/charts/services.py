"""Trade in services over the years: the total and the classes at hand, imports beside exports."""

from collections.abc import Mapping
from functools import partial
from itertools import pairwise
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from nltrade import registry
from nltrade.charts import canvas, over_years, style
from nltrade.charts.canvas import Canvas
from nltrade.charts.chart import Chart, Series
from nltrade.charts.provenance import origins_in, source_lines, statuses, to_fetch, year_label
from nltrade.errors import NoData
from nltrade.questions import trade
from nltrade.questions.trade import VALUE
from nltrade.registry.entries import Lang
from nltrade.words import Words

APART = 0.05  # between two panels, as a part of their width
NAMES = 1.35  # inches beside each panel for the names of lines
FLOWS = ["import", "export"]
TOTAL, OLD = "S", "EBOPS-"  # the whole, and how the classes of the fifth manual begin

HEADLINES = {
    "export import": "services-headline",
    "export": "services-headline-export",
    "import": "services-headline-import",
    "": "services-headline-none",
}


def draw_services(frame: pd.DataFrame, *, partner: str = "RU", lang: Lang = "en") -> Chart:
    """
    Draw yearly trade in services with a partner: all services and the classes at hand, every table for itself.

    Tables are never joined: those to 2013 follow another manual, and 2020 is in two tables that differ, so it is
    drawn twice. The classes are those of the sixth manual, at most six of them; a class inside another one of the
    frame is left out. What CBS does not publish is a gap.

    Parameters
    ----------
    frame : pandas.DataFrame
        Tidy frame.
    partner : str
        ISO code, slug or name.
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
        No services table has a yearly figure for it.

    Examples
    --------
    >>> import nltrade as nl
    >>> drawn = draw_services(nl.load(), partner="Russia").data
    >>> drawn.query("product == 'S' and flow == 'export' and period == '2020'")[["table", "value_meur"]].values.tolist()
    [['82616NED', 1553.0], ['84765NED', 1974.0]]
    """
    say = Words(lang)
    partner = registry.country(partner).id
    data = _rows(frame, partner)
    classes = _largest(data, len(style.CLASSES))
    known = data.dropna(subset=[VALUE])
    drawn = data[data["product"].isin([TOTAL, *classes])].reset_index(drop=True)
    headline = _headline(frame, drawn, partner, lang)
    marks = _marks(drawn, lang)
    subtitle = [say.text("services-subtitle", partner=partner)]
    if classes:
        subtitle.append(say.label("services-thick"))
    count = data["product"].nunique() - 1
    if count > len(classes):
        subtitle.append(say.text("services-cut", count=count, shown=len(classes)))
    status = statuses(frame, known["period"].max(), "services")
    footer = [
        " ".join(
            [
                *_notes(frame, drawn, marks, partner, lang),
                *to_fetch(frame, partner, "SC", "services-fetch", lang),
            ]
        ),
        say.note("balance-of-payments"),
        *source_lines(origins_in(frame, drawn["table"]), lang, status),
    ]
    paint = partial(_paint, drawn=drawn, classes=classes, marks=list(marks.values()), say=say)
    series = _series(drawn, say)
    return Chart(
        "services", lang, "lines", headline, " ".join(subtitle), footer, series, drawn, paint
    )


def _series(drawn: pd.DataFrame, say: Words) -> list[Series]:
    return [
        over_years.year_series(
            f"{registry.product(product).text(say.lang)}, {say.label(flow)}, {table}",
            rows,
            VALUE,
            say.lang,
            "meur",
            main=product == TOTAL,
        )
        for (product, flow, table), rows in drawn.groupby(["product", "flow", "table"], sort=False)
    ]


def _paint(
    space: Canvas, drawn: pd.DataFrame, classes: list[str], marks: list[float], say: Words
) -> None:
    low, high = min(drawn[VALUE].min(), 0), max(drawn[VALUE].max(), 0)
    tall = high - low or 1.0
    ticks = canvas.billions(low, high, say.lang)
    left = canvas.room(ticks.values())
    (limits, _), year = over_years.limits([drawn, drawn], space.width - left, NAMES, APART)
    partner = drawn["partner"].iloc[0]
    titles = {flow: say.text(f"{flow}-with", partner=partner) for flow in FLOWS}
    above = over_years.titles(dict.fromkeys(titles.values(), year * (limits[1] - limits[0])))
    axes = space.open(3.75 + above).axes(1, 2, left=left, titles=above, wspace=APART)
    for ax, (flow, title) in zip(axes, titles.items(), strict=True):
        ax.set(xlim=limits, ylim=(low - 0.09 * tall, high + 0.04 * tall))
        ax.set_yticks(list(ticks), list(ticks.values()))
        ax.axhline(0, color=style.GREY, linewidth=0.8)
        for number, at in enumerate(marks, start=1):
            over_years.mark_at(ax, at, number, high)
        _lines(ax, drawn[drawn["flow"] == flow], classes, say.lang)
        over_years.title(ax, title, style.COLOURS[flow])
    axes[1].tick_params(labelleft=False)


def _lines(ax: Axes, rows: pd.DataFrame, classes: list[str], lang: Lang) -> None:
    """Draw each table's pieces, thick for all services, and name the lines at their ends."""
    labels: dict[str, tuple[float, Any]] = {}
    lasts: dict[str, int] = {}
    flow = rows["flow"].iloc[0]
    colours = {TOTAL: style.COLOURS[flow]} | dict(zip(classes, style.CLASSES, strict=False))
    for product, colour in reversed(colours.items()):
        look = (
            {"linewidth": 2.8, "markersize": 3.5}
            if product == TOTAL
            else {"linewidth": 1.3, "markersize": 2.5}
        )
        line = rows[rows["product"] == product]
        for table, years in line.groupby("table", sort=False):
            over_years.draw_line(
                ax, years, VALUE, colour, registry.tables()[str(table)].breaks, **look
            )
        known = line.dropna(subset=[VALUE])
        if len(known):
            name = canvas.wrap(registry.product(product).text(lang), NAMES - 0.08, 7.5)
            labels[name], lasts[name] = (
                (known[VALUE].iloc[-1], colour),
                int(known["period"].iloc[-1]),
            )
    end = rows["period"].astype(int).max()
    for name, spot in over_years.label_ends(ax, end + 1.2, labels, 7.5).items():
        y, colour = labels[name]
        dots = ":" if lasts[name] < end else "-"  # from a line that ends before
        ax.plot(
            [lasts[name] + 0.35, end + 1.05], [y, spot], color=colour, linestyle=dots, linewidth=0.6
        )
    over_years.mark_years(ax, rows["period"].astype(int).unique())


def _rows(frame: pd.DataFrame, partner: str) -> pd.DataFrame:
    """Take the totals, and the classes of the sixth manual that are not inside another one."""
    services = trade.select(frame, kind="services")
    cells = services[
        (services["partner"] == partner) & (services["freq"] == "A") & services["flow"].isin(FLOWS)
    ]
    if cells[VALUE].isna().all():
        name = registry.partner(partner).name()
        tables = ", ".join(services["table"].unique())
        raise NoData(
            f"No yearly services with {name} ({partner}) are published separately ({tables}); that is not zero."
        )
    ids = set(cells["product"]) - {TOTAL}
    outer = {id for id in ids if not any(id != other and id.startswith(other) for other in ids)}
    cells = cells[cells["product"].isin([TOTAL, *(id for id in outer if not id.startswith(OLD))])]
    order = {id: at for at, id in enumerate([*registry.tables(), *registry.products()])}
    keys = ["table", "flow", "product", "period"]
    cells = cells.sort_values(
        keys, key=lambda s: s.map(order) if s.name in ("table", "product") else s
    )
    published = cells.groupby("table")[VALUE].transform("count") > 0
    columns = [
        "table",
        "concept",
        "partner",
        "flow",
        "product",
        "period",
        "complete",
        "status",
        VALUE,
    ]
    return cells.loc[published, columns].reset_index(drop=True)


def _largest(data: pd.DataFrame, most: int) -> list[str]:
    """Choose the classes to draw, by their latest year, and give them in the order of the registry."""
    classes = data[data["product"] != TOTAL]
    last = (
        classes[classes["period"] == classes["period"].max()]
        .groupby("product")[VALUE]
        .max()
        .fillna(0)
    )
    kept = set(last.sort_values(ascending=False, kind="stable").index[:most])
    return [id for id in classes["product"].unique() if id in kept]


def _marks(drawn: pd.DataFrame, lang: Lang) -> dict[str, float]:
    """Say where one table gives way to the next, and where in the years that is."""
    say = Words(lang)
    found = {}
    totals = list(drawn[drawn[VALUE].notna()].groupby("table", sort=False))
    for (before, earlier), (after, later) in pairwise(totals):
        end, start = int(earlier["period"].max()), int(later["period"].min())
        years = say.several(sorted(set(earlier["period"]) & set(later["period"])))
        same = earlier["concept"].iloc[0] == later["concept"].iloc[0]
        id = ("services-vintages" if years else "services-tables") if same else "services-manuals"
        found[say.text(id, years=years, before=before, after=after)] = (end + start) / 2
    return found


def _notes(
    frame: pd.DataFrame, drawn: pd.DataFrame, marked: Mapping[str, float], partner: str, lang: Lang
) -> list[str]:
    """Say where lines stop, what is left out and what is not published."""
    say = Words(lang)
    listed = "; ".join(f"({number}) {text}" for number, text in enumerate(marked, start=1))
    said = [say.text("services-breaks", breaks=listed)] if listed else []
    said += over_years.notes(drawn, {}, lang)
    old = frame[
        (frame["partner"] == partner) & frame["product"].str.startswith(OLD) & frame[VALUE].notna()
    ]
    said += [say.text("services-old-classes", table=table) for table in old["table"].unique()]
    counts = drawn.groupby("product", sort=False)[VALUE].count()
    if drawn[VALUE].isna().any():
        said.append(say.label("services-gaps"))
    empty = [registry.product(id).text(lang) for id in counts[counts == 0].index]
    if empty:
        said.append(say.text("services-empty", classes=say.several(empty)))
    return said


def _headline(frame: pd.DataFrame, drawn: pd.DataFrame, partner: str, lang: Lang) -> str:
    """Say the totals of the latest year, and the largest class."""
    say = Words(lang)
    known = drawn.dropna(subset=[VALUE])
    totals = known[known["product"] == TOTAL]
    newest = (totals if len(totals) else known).sort_values("period", kind="stable").iloc[-1]
    year, table = newest["period"], newest["table"]
    latest = known[(known["period"] == year) & (known["table"] == table)]
    flows = latest[latest["product"] == TOTAL].set_index("flow")[VALUE].to_dict()
    values = {"partner": partner, "year": year_label(frame, table, year, lang)}
    values |= {"export": flows.get("export"), "import_": flows.get("import")}
    sentence = say.text(HEADLINES[" ".join(sorted(flows))], **values)
    classes = latest[latest["product"] != TOTAL]
    if classes.empty:
        return sentence
    top = classes.loc[classes[VALUE].idxmax()]
    service = registry.product(top["product"]).text(lang)
    return sentence + say.text(
        "services-largest", service=service, flow=top["flow"], value=top[VALUE]
    )
