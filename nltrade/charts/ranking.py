"""The place of a partner in every reading, with what could change it."""

from datetime import date
from functools import partial
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from nltrade import registry
from nltrade.charts import canvas, style
from nltrade.charts.canvas import Canvas
from nltrade.charts.chart import Chart, Series
from nltrade.charts.provenance import origins_in, source_lines, statuses, year_label
from nltrade.claims.reading import Placed, place_range
from nltrade.errors import NoData
from nltrade.questions import trade
from nltrade.questions.ranking import Among, Counted, rank_partners
from nltrade.questions.trade import VALUE
from nltrade.registry.entries import Lang
from nltrade.words import Words

FLOWS = ["total trade", "import", "export", "domestic export"]
SHOWN = 5
NAMES = 1.3  # inches beside each panel for the names of partners
ROW, TITLE, GAP = (
    0.265,
    0.22,
    0.4,
)  # inches: a bar, the title above, from one panel to the next below it


def draw_ranking(
    frame: pd.DataFrame, *, partner: str = "RU", period: str | int = 2012, lang: Lang = "en"
) -> Chart:
    """
    Draw the first partners outside (or, for a member, inside) the EU, a panel for each reading.

    Parameters
    ----------
    frame : pandas.DataFrame
        Tidy frame.
    partner : str
        ISO code, slug or name of the partner in colour.
    period : str or int
        Year.
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
        The partner has no figure of its own in that period.

    Examples
    --------
    >>> import nltrade as nl
    >>> drawn = draw_ranking(nl.load(), partner="RU", period=2012).data
    >>> drawn.query("partner == 'RU'")["place"].tolist()
    [3, 3, 3, 3, 3, 4]
    """
    say = Words(lang)
    partner, year = registry.country(partner).id, str(period)
    frame = trade.select(frame, period=year)
    then = registry.eu_members(date(int(year[:4]), 12, 31))
    among: Among = "inside EU" if partner in then else "outside EU"
    data = _data(frame, partner, year, among)
    where = "inside-eu" if among == "inside EU" else "outside-eu"
    own = data[data["partner"] == partner]
    if own.empty:
        name = registry.partner(partner).name()
        raise NoData(
            f"{name} ({partner}) is not published separately in {data['table'].iloc[0]} for {year}; not zero."
        )
    label = year_label(frame, data["table"].iloc[0], year, lang)
    headline = _headline(own, partner, label, where, say)
    tables = sorted({table for both in data["table"] for table in both.split(" + ")})
    notes = [
        "eu-membership",
        *(["goods-and-services"] if any("+" in t for t in data["table"]) else []),
    ]
    footer = [
        " ".join(say.note(id) for id in notes),
        *source_lines(origins_in(frame, tables), lang, statuses(frame, year)),
    ]
    subtitle = say.text("ranking-subtitle", where=where, year=label)
    if data["place"].isna().any():
        subtitle += " " + say.label("ranking-hatched")
    series = [_series(bars, say) for _, bars in data.groupby("reading", sort=False)]
    paint = partial(_paint, data=data, partner=partner, say=say)
    return Chart("ranking", lang, "bars", headline, subtitle, footer, series, data, paint)


def _series(bars: pd.DataFrame, say: Words) -> Series:
    names = [say.partner(id) for id in bars["partner"]]
    return Series(_title(bars, say), dict(zip(names, bars[VALUE], strict=True)))


def _title(bars: pd.DataFrame, say: Words) -> str:
    """Name a reading: what is ranked, and with the EU of which day."""
    title = say.label(bars["what"].iloc[0])
    return say.text("with-members-now", what=title) if bars["members"].iloc[0] == "today" else title


def _paint(space: Canvas, data: pd.DataFrame, partner: str, say: Words) -> None:
    panels = [bars for _, bars in data.groupby("reading", sort=False)]
    columns = max(int(space.width // 2.8), 1)
    rows = -(-len(panels) // columns)
    apart = NAMES + 0.12
    wide = (space.width - NAMES - (columns - 1) * apart) / columns
    tall = ROW * max(len(bars) for bars in panels)
    spacing = {"hspace": GAP / tall, "wspace": apart / wide}
    space.open(TITLE + rows * tall + (rows - 1) * GAP, ticks=False)
    axes = space.axes(rows, columns, left=NAMES, titles=TITLE, **spacing)
    for ax, bars in zip(axes, panels, strict=False):
        _panel(ax, bars, partner, say)
    for ax in axes[len(panels) :]:
        ax.remove()


def _data(frame: pd.DataFrame, partner: str, year: str, among: Among) -> pd.DataFrame:
    """Rank in every reading; keep the first five, the partner, and the largest group CBS does not split."""
    goods = trade.main_table(frame, kind="goods", period=year, partner=partner)
    try:
        services = trade.main_table(frame, kind="services", period=year)
    except NoData:
        services = None
    asked: list[tuple[list[str], Counted, tuple[str, ...], date | None]] = [
        (FLOWS, "goods", (goods,), None)
    ]
    if services:
        asked.append((FLOWS[:1], "goods and services", (goods, services), None))
    if registry.eu_members(date(int(year[:4]), 12, 31)) != registry.eu_members():
        asked.append((FLOWS[:1], "goods", (goods,), date.max))
    largest = _largest_groups(frame, goods, among)
    found: list[pd.DataFrame] = []
    for flows, kind, tables, day in asked:
        places = rank_partners(
            frame, period=year, flow=flows, kind=kind, among=among, members_on=day, table=tables
        )
        for flow in flows:
            ranked = places[places["flow"] == flow]
            shown = pd.concat([ranked.head(SHOWN), ranked[SHOWN:].query("partner == @partner")])
            bars = pd.concat([shown, largest[largest["flow"] == flow]])
            bars = bars[[name for name in bars if "table" not in name and "modified" not in name]]
            bars.insert(0, "reading", len(found))
            bars.insert(1, "what", flow if kind == "goods" else kind)
            bars.insert(2, "members", "today" if day else year[:4])
            bars.insert(3, "table", " + ".join(tables))
            bars.insert(4, "among", among)
            found.append(bars.drop(columns="flow"))
    whole_numbers = dict.fromkeys(["place", "best", "worst", "hidden"], "Int64")
    return pd.concat(found, ignore_index=True).astype(whole_numbers)


def _largest_groups(frame: pd.DataFrame, table: str, among: Among) -> pd.DataFrame:
    """Find the largest group of each flow that CBS does not split."""
    inside = among == "inside EU"
    groups = [
        p.id for p in registry.partners().values() if p.holds == "countries" and p.eu == inside
    ]
    rows = frame[(frame["table"] == table) & (frame["level"] == 0) & frame["partner"].isin(groups)]
    rows = pd.concat([rows, trade.total(rows)]).dropna(subset=[VALUE])
    return rows.sort_values(VALUE).groupby("flow").tail(1)[["flow", "partner", VALUE]]


def _panel(ax: Axes, bars: pd.DataFrame, partner: str, say: Words) -> None:
    """Draw one reading: bars with their values, thin lines for what could be added, the group hatched."""
    width = canvas.inches(ax)[0]
    reach = 0.0
    for at, bar in enumerate(bars.to_dict("records")):
        value, own, group = bar[VALUE], bar["partner"] == partner, pd.isna(bar["place"])
        colour = style.SUBJECT if own else style.INK
        label, size = say.number(value / 1000, 1), 7.5
        end = value
        if group:
            look: dict[str, Any] = {
                "facecolor": style.PAGE,
                "edgecolor": style.GREY,
                "hatch": "/////",
                "linewidth": 0.6,
            }
            ax.barh(at, value, height=0.66, **look)
            label, size = canvas.wrap(f"{label} {say.partner(bar['partner'])}", 1.5, 7), 7
        else:
            ax.barh(at, value, height=0.66, color=style.SUBJECT if own else style.PALE)
            end += bar["unallocated_meur"]
            ax.plot([value, end], [at, at], color=colour, linewidth=1, solid_capstyle="butt")
        if own:
            certainty = place_range(Placed.of(bar), say.lang)
            label = say.text("ranking-own", value=label, place=bar["place"], certainty=certainty)
            label = canvas.wrap(label, max(0.62 * width, 1.0), size, "bold")
        weight = "bold" if own else "normal"
        ax.annotate(
            label,
            (end, at),
            xytext=(3, 0),
            textcoords="offset points",
            va="center",
            linespacing=1.0,
            fontsize=size,
            weight=weight,
            color=style.readable(colour),
        )
        room = max(canvas.text_width(line, size, weight) for line in label.split("\n")) + 0.08
        reach = max(reach, end / max(1 - room / width, 0.1))
    named = bars[bars["place"].notna()]
    names = [f"{row.place}. {say.partner(row.partner)}" for row in named.itertuples()]
    ax.set_yticks(
        range(len(named)), [canvas.wrap(name, NAMES - 0.1, 8) for name in names], fontsize=8
    )
    ax.set(ylim=(len(bars) - 0.5, -0.5), xlim=(0, reach), xticks=[])
    ax.spines["bottom"].set_visible(False)
    ax.spines["left"].set_visible(True)
    ax.grid(False)
    ax.set_title(
        _title(bars, say),
        loc="left",
        x=-NAMES / width,
        fontsize=8.5,
        weight="bold",
        color=style.INK,
    )


def _headline(own: pd.DataFrame, partner: str, year: str, where: str, say: Words) -> str:
    then = own[own["members"] != "today"]
    sure = then.loc[(then["best"] == then["worst"]).fillna(False), "what"].tolist()
    certain = say.text("sure", what=sure) if sure else say.label("sure-none")
    by_place = {int(place): rows["what"].tolist() for place, rows in then.groupby("place")}
    values = {"partner": partner, "where": where, "year": year, "sure": certain}
    if len(by_place) == 1:
        sentence = say.text("ranking-same", place=next(iter(by_place)), **values)
    else:
        sentence = say.text("ranking-mixed", places=sorted(by_place.items()), **values)
    return sentence[0].upper() + sentence[1:]
