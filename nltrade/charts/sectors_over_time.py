"""The sectors over the years: a small panel each, all of a flow on one scale."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, MaxNLocator

from nltrade import registry
from nltrade.charts import canvas, sides, style
from nltrade.charts.canvas import Canvas
from nltrade.charts.chart import Chart
from nltrade.charts.over_years import pieces
from nltrade.charts.series import Series
from nltrade.errors import NoData
from nltrade.questions.sectors import amounts
from nltrade.questions.trade import VALUE
from nltrade.registry import sectors as named
from nltrade.registry.entries import Event, Lang, Sector
from nltrade.sources.comtrade import OtherSide
from nltrade.sources.gaps import commands
from nltrade.words import Words

FLOWS = ("export", "import")
LINE = ["sector", "kind", "concept", "table", "flow"]  # what tells one line from another
LOOKS = {"import": (style.IMPORT, style.IMPORT_LIGHT), "export": (style.EXPORT, style.EXPORT_LIGHT)}
RING: dict[str, Any] = {**sides.RING, "markersize": 2.6, "markeredgewidth": 0.9}
KNOWN = 0.01  # of a value: what is withheld of a sector may be that much before a year is a gap
# inches: a panel, one with none beside it, a line of a name, the title of a flow, the key, a year
PANEL, ALONE, NAME, TITLE, KEY, YEAR = 0.95, 1.4, 0.15, 0.34, 0.22, 0.42
GAP, BESIDE = 0.16, 0.18  # inches between rows, and between columns
FLAT = 0.1  # of the highest value of a flow: what stays below is a line along the axis


def draw_sectors_over_time(
    frame: pd.DataFrame,
    *,
    partner: str = "RU",
    period: str | int = 2012,
    sectors: Mapping[str, Sector] | None = None,
    other_side: OtherSide | None = None,
    lang: Lang = "en",
) -> Chart:
    """
    Draw the yearly exports and imports of each sector that has a figure, a small panel each.

    The panels of a flow share one scale, so that they can be compared; sectors that are flat on it
    are named, and stand in the data. Lines of CBS are plain;
    what the partner reported that it bought has rings. Tables, concepts and sources are never
    joined to one line; part-years are left out.

    Parameters
    ----------
    frame : pandas.DataFrame
        Tidy frame of CBS's tables.
    partner : str
        ISO code, slug or name.
    period : str or int
        Year that is marked.
    sectors : mapping of str to Sector, optional
        The sectors of the mission of 2013 by default; `nltrade.sectors(file)` reads your own.
    other_side : OtherSide, optional
        What partners reported, as `nltrade.other_side` gives it; nothing by default.
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
        No sector has a figure of a whole year.

    Examples
    --------
    >>> import nltrade as nl
    >>> chart = draw_sectors_over_time(nl.load(), other_side=nl.other_side("Russia"))
    >>> farm = chart.data.query("sector == 'agriculture' and period in ['2013', '2015']")
    >>> farm["value_meur"].round().tolist()
    [1485.0, 697.0]
    """
    say = Words(lang)
    partner, year = registry.country(partner).id, str(period)
    known = named.sectors() if sectors is None else sectors
    if not any(sector.goods or sector.services or sector.hs for sector in known.values()):
        raise NoData(f"None of these {len(known)} sectors has a class of goods or services.")

    theirs = sides.of_partner(other_side, partner).trade
    whole = frame[(frame["freq"] == "A") & frame["complete"] & (frame["partner"] == partner)]
    data = _sorted([_of_cbs(whole, known), _of_partner(theirs, known)])
    if data.empty:
        of = "these sectors" if len(known) > 1 else "this sector"
        codes = [code for sector in known.values() for code in sector.goods][:1]
        bring = [each for code in codes for each in commands(frame, partner=partner, product=code)]
        remedy = f"Bring it with `{bring[0]}`." if bring else "`nltrade sectors` says why."
        name = f"{registry.partner(partner).named()} ({partner})"
        raise NoData(f"No whole year of {name} is at hand for {of}; that is not zero. {remedy}")

    events = [e for e in registry.events().values() if e.partner == partner and e.sectors]
    reported = data["table"].isin(theirs["table"])
    footer = [
        say.label("rates-of-years") if reported.any() else "",
        sides.sources(frame, data["table"], theirs if reported.any() else theirs[:0], partner, say),
    ]
    ends = {"first": data["period"].min(), "last": data["period"].max()}
    return Chart(
        "sectors_over_time",
        lang,
        "lines",
        _headline(data, reported, known, partner, year, events, say),
        say.text("over-time-sectors-subtitle", partner=partner, **ends),
        footer,
        _series(data, known, partner, say),
        data,
        partial(_paint, data=data, known=known, partner=partner, year=year, events=events, say=say),
        [say.label("sectors-lines"), say.label("sectors-overlap")],
    )


def _of_cbs(whole: pd.DataFrame, known: Mapping[str, Sector]) -> pd.DataFrame:
    """Keep CBS's values; of goods tables that count alike only that with most of the sector."""
    if whole.empty:
        return pd.DataFrame(columns=[*LINE, "period", VALUE])
    found = amounts(whole, known)
    found = found[found["sector"].isin(list(known)) & found["flow"].isin(FLOWS)]
    published = found.dropna(subset=[VALUE])

    order = {id: at for at, id in enumerate(registry.all_tables())}
    counts = published.groupby(LINE[:4], as_index=False).size()
    counts = counts.sort_values("table", key=lambda tables: tables.map(order))
    best = counts.sort_values("size", ascending=False, kind="stable").drop_duplicates(LINE[:3])
    best = pd.concat([best[best["kind"] == "goods"], counts[counts["kind"] == "services"]])

    return published.merge(best[LINE[:4]], on=LINE[:4])[[*LINE, "period", VALUE]]


def _of_partner(theirs: pd.DataFrame, known: Mapping[str, Sector]) -> pd.DataFrame:
    """Keep what the partner reported that it bought, also where a trifle of it is withheld."""
    bought = theirs[theirs["flow"].eq("export")]
    if bought.empty:
        return pd.DataFrame(columns=[*LINE, "period", VALUE])
    found = sides.bought_by_sector(bought, known)
    nearly = (found["high_meur"] - found["low_meur"]) <= KNOWN * found["low_meur"]
    found = found.assign(**{VALUE: found[VALUE].fillna(found["low_meur"].where(nearly))})
    like = bought.iloc[0]
    found = found.assign(**{name: like[name] for name in ("kind", "concept", "table", "flow")})
    return found.dropna(subset=[VALUE])[[*LINE, "period", VALUE]]


def _sorted(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Put the flows apart, the sector with the highest value first, and years in their order."""
    data = pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)
    if data.empty:
        return data
    panel = data.groupby(["flow", "sector", "kind"])[VALUE].transform("max")
    order = {id: at for at, id in enumerate(registry.all_tables())}
    keys = pd.DataFrame(
        {
            "flow": data["flow"].map(FLOWS.index),
            "size": -panel,
            "sector": data["sector"],
            "kind": data["kind"],
            "table": data["table"].map(order),
            "period": data["period"],
        }
    )
    return data.loc[keys.sort_values(list(keys)).index].reset_index(drop=True)


def _headline(
    data: pd.DataFrame,
    reported: pd.Series,
    known: Mapping[str, Sector],
    partner: str,
    year: str,
    events: list[Event],
    say: Words,
) -> str:
    """Say what an event did to the sector it changed most, else the largest one of the year."""
    theirs = data[reported].pivot_table(index="sector", columns="period", values=VALUE)
    for event in events:
        first, last = str(event.year - 1), str(event.year + 1)
        if {first, last} <= set(theirs.columns):
            change = (theirs[last] - theirs[first]).dropna()
            top = change.abs().idxmax()
            rate = 100 * change[top] / theirs.at[top, first]
            ids = ["sectors-changed", "sectors-changed-short"]
            about = {"sector": _start(known[top], say), "first": first, "last": last}
            return sides.shortest(say, ids, partner=partner, change=rate, **about)

    of_year = data[~reported & data["period"].eq(year)]
    if len(of_year):
        id, told = "sectors-of-year", of_year.loc[of_year[VALUE].idxmax()]
    else:
        id, told = "sectors-highest", data.loc[data[VALUE].idxmax()]
    what = say.text(f"{told['flow']}-with", partner=partner)
    about = {"sector": _start(known[told["sector"]], say), "flow": told["flow"], "what": what}
    about |= {"partner": partner, "year": told["period"], "value": told[VALUE]}
    return sides.shortest(say, [id, f"{id}-short"], **about)


def _start(sector: Sector, say: Words) -> str:
    name = sector.text(say.lang)
    return name[:1].upper() + name[1:]


def _name(sector: Sector, kind: str, say: Words) -> str:
    name = sector.text(say.lang)
    return say.text("of-services", name=name) if kind == "services" else name


def _series(
    data: pd.DataFrame, known: Mapping[str, Sector], partner: str, say: Words
) -> list[Series]:
    """Give each line; the text alternative tells the first, the table has all."""
    series = []
    for at, (line, rows) in enumerate(data.groupby(LINE, sort=False)):
        sector, kind, _, table, flow = line
        by = table if table in registry.tables() else say.text("as-reported-by", partner=partner)
        name = ", ".join([_name(known[sector], kind, say), say.label(flow), by])
        values = dict(zip(rows["period"], rows[VALUE], strict=True))
        series.append(Series(name, values, "meur", in_alt_text=at == 0))
    return series


def _paint(
    space: Canvas,
    data: pd.DataFrame,
    known: Mapping[str, Sector],
    partner: str,
    year: str,
    events: list[Event],
    say: Words,
) -> None:
    """Draw the key, then for each flow a title and its panels; name the sectors without one."""
    data, flat = _apart(data)
    note = canvas.wrap(_told(flat, known, say), space.width, canvas.TEXT)
    below = NAME * (note.count("\n") + 1) + 0.2 if note else 0.0
    blocks = [(str(flow), rows) for flow, rows in data.groupby("flow", sort=False)]
    scales = {flow: _ticks(rows[VALUE].max(), say) for flow, rows in blocks}
    labels = [label for scale in scales.values() for label in scale.values()]
    left = max(canvas.text_width(label, canvas.TEXT) for label in labels) + 0.08
    most = data.drop_duplicates(["flow", "sector", "kind"])["flow"].value_counts().max()
    columns = max(min(int(space.width // 1.7), 4, most), 1)
    width = (space.width - left - BESIDE * (columns - 1)) / columns

    names = {
        (sector, kind): canvas.wrap(_name(known[sector], kind, say), width, canvas.TEXT, "bold")
        for sector, kind in data[["sector", "kind"]].drop_duplicates().to_numpy()
    }
    above = NAME * (1 + max(name.count("\n") for name in names.values())) + 0.05
    high = PANEL if columns > 1 else ALONE
    row = above + high + GAP
    key = _key(data, partner, events, space.width, say)
    top = KEY * (1 + max(line for line, *_ in key))
    counts = {
        flow: -(-len(rows.drop_duplicates(["sector", "kind"])) // columns) for flow, rows in blocks
    }
    blocks_high = sum(TITLE + count * row for count in counts.values())
    figure = space.open(top + blocks_high + below, ticks=not note).figure
    tall = figure.get_figheight()

    def place(x: float, y: float, wide: float, high: float) -> Axes:
        """Give axes at some inches from the top left of the drawing."""
        bottom = space.top - (y + high) / tall
        box = ((space.margin + x) / space.across, bottom, wide / space.across, high / tall)
        return figure.add_axes(box)

    _draw_key(place(0, 0, space.width, top), key, top)
    years = (int(data["period"].min()), int(data["period"].max()))
    y = top
    for flow, rows in blocks:
        words = say.text("flow-in-millions", what=say.text(f"{flow}-with", partner=partner))
        colour = style.readable(style.COLOURS[flow])
        place(0, y, space.width, TITLE).set_axis_off()
        figure.axes[-1].text(0, 0.3, words, fontsize=canvas.TEXT, weight="bold", color=colour)
        y += TITLE

        panels = list(rows.groupby(["sector", "kind"], sort=False))
        for at, (panel, lines) in enumerate(panels):
            x, down = left + (at % columns) * (width + BESIDE), y + (at // columns) * row
            ax = place(x, down + above, width, high)
            _set_scales(ax, years, rows[VALUE].max(), scales[flow], width)
            first, lowest = at % columns == 0, at + columns >= len(panels)
            ax.tick_params(labelsize=canvas.TEXT, labelleft=first, labelbottom=lowest)
            look: dict[str, Any] = {"fontsize": canvas.TEXT, "weight": "bold", "linespacing": 1.1}
            ax.set_title(names[panel], loc="left", pad=3, **look)
            _mark(ax, year, events)
            _draw_lines(ax, lines)
        y += counts[flow] * row

    if note:
        look = {"fontsize": canvas.TEXT, "color": style.SOFT, "linespacing": 1.25}
        place(0, y, space.width, below).set_axis_off()
        figure.axes[-1].text(0, 0, note, va="bottom", **look)


def _apart(data: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tell the sectors that can be seen on the scale of their flow from those that are flat."""
    highest = data.groupby("flow")[VALUE].transform("max")
    own = data.groupby(["flow", "sector", "kind"])[VALUE].transform("max")
    is_seen = own >= FLAT * highest
    return data[is_seen], data[~is_seen]


def _told(flat: pd.DataFrame, known: Mapping[str, Sector], say: Words) -> str:
    """Name the sectors that have no panel, in one sentence; nothing where all have one."""
    parts = []
    for flow, rows in flat.groupby("flow", sort=False):
        each = rows[["sector", "kind"]].drop_duplicates().itertuples(index=False)
        names = [_name(known[one.sector], one.kind, say) for one in each]
        parts.append(say.text("sectors-flat-in", flow=flow, sectors=say.several(names)))
    return say.text("sectors-flat", listed="; ".join(parts)) if parts else ""


def _mark(ax: Axes, year: str, events: list[Event]) -> None:
    """Mark the year that was asked for as a band, and each event as a line."""
    start, end = ax.get_xlim()
    if start < int(year) < end:
        look: dict[str, Any] = {"color": style.PALE, "alpha": 0.45, "linewidth": 0, "zorder": 0}
        ax.axvspan(int(year) - 0.5, int(year) + 0.5, **look)
    for event in events:
        ax.axvline(event.year, color=style.RULE, linewidth=0.9, linestyle=(0, (2, 2)), zorder=1)


def _ticks(high: float, say: Words) -> dict[float, str]:
    """Choose few round values from zero up, each as it is written."""
    found = [float(tick) for tick in MaxNLocator(3).tick_values(0, high)]
    return {tick: say.number(tick) for tick in found if 0 <= tick <= 1.06 * high}


def _set_scales(
    ax: Axes, years: tuple[int, int], high: float, ticks: Mapping[float, str], width: float
) -> None:
    """Give a panel the scale of its flow, and as many years under it as have room."""
    ax.set(xlim=(years[0] - 0.7, years[1] + 0.7), ylim=(0, 1.06 * (high or 1.0)))
    ax.set_yticks(list(ticks), list(ticks.values()))
    of_year = width / (years[1] - years[0] + 1.4)
    every = next((count for count in (5, 10) if count * of_year > YEAR), 20)
    round_years = [year for year in range(years[0], years[1] + 1) if year % every == 0]
    ax.xaxis.set_major_locator(FixedLocator(round_years))


def _draw_lines(ax: Axes, rows: pd.DataFrame) -> None:
    """Draw the lines of a sector; a line stops at a break and where a year has no figure."""
    cbs = rows[rows["table"].isin(registry.tables())]
    concepts = list(dict.fromkeys(cbs["concept"]))
    for (_, kind, concept, table, flow), line in rows.groupby(LINE, sort=False):
        for values in pieces(line, VALUE, registry.table(str(table)).breaks):
            if concept in concepts:
                pale = kind == "goods" and concept != concepts[0]
                look: dict[str, Any] = {
                    "linewidth": 1.8,
                    "marker": "o",
                    "markersize": 1.5,
                    "clip_on": False,
                }
                ax.plot(values, color=LOOKS[str(flow)][pale], **look)
            else:
                ax.plot(values, color=style.SUBJECT, linewidth=0.9, zorder=3)
                ax.plot(values, clip_on=False, zorder=3, **RING)


def _key(
    data: pd.DataFrame, partner: str, events: list[Event], room: float, say: Words
) -> list[tuple[int, float, str, list[dict[str, Any]]]]:
    """Lay out the key: line, inches from the left, words, and the looks of the sample."""
    cbs = data[data["table"].isin(registry.tables())]
    plain = {"color": style.GREY, "linewidth": 1.8}
    samples: list[tuple[str, list[dict[str, Any]]]] = (
        [(say.label("cbs"), [plain])] if len(cbs) else []
    )
    goods = cbs[cbs["kind"] == "goods"]
    if (goods.groupby(["sector", "flow"])["concept"].nunique() > 1).any():
        samples.append((say.label("other-concept"), [{**plain, "color": style.PALE}]))
    if len(cbs) < len(data):
        ring = [{"color": style.SUBJECT, "linewidth": 0.9}, RING]
        samples.append((say.text("as-reported-by", partner=partner), ring))
    dashed = {"color": style.RULE, "linewidth": 0.9, "linestyle": (0, (2, 2))}
    samples += [(f"{event.year}: {event.text(say.lang)}", [dashed]) for event in events]

    placed, line, x = [], 0, 0.0
    for words, looks in samples:
        wide = 0.36 + canvas.text_width(words, canvas.TEXT)
        if x and x + wide > room:
            line, x = line + 1, 0.0
        placed.append((line, x, words, looks))
        x += wide + 0.25
    return placed


def _draw_key(
    ax: Axes, key: list[tuple[int, float, str, list[dict[str, Any]]]], top: float
) -> None:
    wide = canvas.inches(ax)[0]
    ax.set(xlim=(0, wide), ylim=(top, 0))
    ax.set_axis_off()
    for line, x, words, looks in key:
        y = KEY * (line + 0.5)
        for look in looks:
            ax.plot([x, x + 0.14, x + 0.28], [y, y, y], clip_on=False, **look)
        ax.text(x + 0.36, y, words, va="center_baseline", fontsize=canvas.TEXT, color=style.INK)
