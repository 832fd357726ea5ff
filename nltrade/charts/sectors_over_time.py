"""The sectors over the years: a small panel each, all of a flow on one scale."""

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from nltrade import registry
from nltrade.charts import sides, style
from nltrade.charts.canvas import TEXT, Canvas, room, text_width, wrap
from nltrade.charts.chart import Chart, headline_of, start
from nltrade.charts.lines import mark_years
from nltrade.charts.over_years import change, in_order, pieces
from nltrade.charts.rows import Key, Sample
from nltrade.charts.series import Series
from nltrade.errors import NoData
from nltrade.questions.sectors import amounts
from nltrade.questions.trade import VALUE
from nltrade.registry import sectors as named
from nltrade.registry.entries import Event, Lang, Sector
from nltrade.sources.comtrade import OtherSide
from nltrade.sources.gaps import commands
from nltrade.tables.sectors import LITTLE
from nltrade.words import Words

FLOWS = ("export", "import")
LINE = ["sector", "kind", "concept", "table", "flow"]  # what tells one line from another
PANEL = ["flow", "sector", "kind"]  # and one panel from another
LOOKS = {"import": (style.IMPORT, style.IMPORT_LIGHT), "export": (style.EXPORT, style.EXPORT_LIGHT)}
RING: dict[str, Any] = {
    **sides.RING,
    "markersize": 2.6,
    "markeredgewidth": 0.9,
    "color": style.SUBJECT,
    "linestyle": "-",
    "linewidth": 0.9,
}
DASHED: dict[str, Any] = {"color": style.RULE, "linewidth": 0.9, "linestyle": (0, (2, 2))}
FLAT = 0.1  # of the highest value of a flow: what stays below has no panel
KNOWN = 0.01  # of a value: what is withheld of a sector may be that much before a year is a gap
# inches: a panel, one with none beside it, a line of a name, the title of a flow, years under it
HIGH, ALONE, NAME, TITLE, YEARS = 0.95, 1.4, 0.15, 0.3, 0.16
GAP, BESIDE, WIDE = 0.16, 0.18, 1.6  # inches between rows, between columns; of a panel at least


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
    are named, and stand in the data. Lines of CBS are plain; what the partner reported that it
    bought has rings. Tables, concepts and sources are never joined to one line; part-years are left
    out.

    Parameters
    ----------
    frame, partner, period, sectors, other_side, lang
        As for `draw`.

    Returns
    -------
    Chart

    Raises
    ------
    NoData
        No sector has a figure of a whole year, or none that comes to half a million euro.

    Examples
    --------
    >>> import nltrade as nl
    >>> chart = draw_sectors_over_time(nl.load(), other_side=nl.other_side("Russia"))
    >>> farm = chart.data.query("sector == 'agriculture' and period in ['2013', '2015']")
    >>> farm["value_meur"].round().tolist()
    [1485.0, 697.0]
    """
    say = Words(lang)
    partner, year = registry.country(partner).id, str(period)[:4]
    known = named.sectors() if sectors is None else sectors
    if not any(sector.goods or sector.services or sector.hs for sector in known.values()):
        raise NoData("No sector here has a class of goods or services.")

    theirs = sides.of_partner(other_side, partner).trade
    bought = theirs[theirs["flow"].eq("export")]
    whole = frame[frame["freq"].eq("A") & frame["complete"] & frame["partner"].eq(partner)]
    data = _data([rows for rows in (whole, bought) if len(rows)], known)
    name = f"{registry.partner(partner).named()} ({partner})"
    if data.empty:
        of = "these sectors" if len(known) > 1 else "this sector"
        codes = [code for sector in known.values() for code in sector.goods][:1]
        bring = [each for code in codes for each in commands(frame, partner=partner, product=code)]
        remedy = f"Bring it with `{bring[0]}`." if bring else "`nltrade sectors` says why."
        raise NoData(f"No whole year of {of} is here for {name}; that does not mean zero. {remedy}")
    if data[VALUE].max() < LITTLE:
        raise NoData(
            f"No sector of {name} that has a figure here came to half a million euro in any year. "
            "See `nltrade sectors` for the others."
        )

    events = [e for e in registry.events().values() if e.partner == partner and e.sectors]
    reported = bool(data["table"].isin(bought["table"]).any())
    notes = ["sectors-lines", *(["rates-of-years"] if reported else []), "sectors-overlap"]
    ends = {"first": data["period"].min(), "last": data["period"].max()}
    about: dict[str, Any] = {"known": known, "partner": partner, "year": year}
    about |= {"events": events, "say": say}
    return Chart(
        "sectors_over_time",
        lang,
        "lines",
        _headline(data, **about),
        say.text("over-time-sectors-subtitle", partner=partner, year=year, **ends),
        [sides.sources(frame, data["table"], bought, partner, say)],
        _series(data, known, partner, say),
        data,
        partial(_paint, data=data, **about),
        [say.label(id) for id in notes],
    )


def _data(sources: list[pd.DataFrame], known: Mapping[str, Sector]) -> pd.DataFrame:
    """List the values of each sector by year, the flows apart and the largest sector first."""
    columns = [*LINE, "period", VALUE]
    if not sources:
        return pd.DataFrame(columns=columns)
    found = amounts(pd.concat(sources), known)
    found = found[found["sector"].isin(list(known)) & found["flow"].isin(FLOWS)]

    # Of what a partner reported a trifle may be withheld; of CBS's classes none.
    of_cbs = found["table"].isin(registry.tables())
    nearly = ~of_cbs & (found["high_meur"] - found["low_meur"] <= KNOWN * found["low_meur"])
    found[VALUE] = found[VALUE].fillna(found["low_meur"].where(nearly))
    published = found.dropna(subset=[VALUE])

    # Of tables of goods that count alike, that with most of the sector.
    counts = in_order(published.groupby(LINE[:4], as_index=False).size(), ["table"])
    best = counts.sort_values("size", ascending=False, kind="stable").drop_duplicates(LINE[:3])
    best = pd.concat([best[best["kind"] == "goods"], counts[counts["kind"] == "services"]])
    data = published.merge(best[LINE[:4]], on=LINE[:4])

    highest = data.groupby(PANEL)[VALUE].transform("max")
    data = in_order(data.assign(size=-highest), ["flow", "size", *LINE[:2], "table", "period"])
    return data[columns].reset_index(drop=True)


def _headline(
    data: pd.DataFrame,
    known: Mapping[str, Sector],
    partner: str,
    year: str,
    events: list[Event],
    say: Words,
) -> str:
    """Say what an event about the year did to a sector, else how large the largest was."""
    of_cbs = data["table"].isin(registry.tables())
    theirs = data[~of_cbs].pivot_table(index="sector", columns="period", values=VALUE)
    for event in events:
        first, last = str(event.year - 1), str(event.year + 1)
        if first <= year <= last and {first, last} <= set(theirs.columns):
            moved = (theirs[last] - theirs[first]).dropna()
            top = str(moved.abs().idxmax())
            rate = 100 * moved[top] / theirs.at[top, first]
            about = {"sector": start(known[top].text(say.lang)), "partner": partner}
            about |= {"first": first, "last": last, "change": rate}
            return headline_of(say, "sectors-changed", **about)

    is_year = data["period"] == year
    if not is_year.any():
        return headline_of(say, "sectors-year-none", partner=partner, year=year)
    reported = len(data[is_year & ~of_cbs]) > 1
    of_year = data[is_year & ~of_cbs] if reported else data[is_year]
    top = of_year.loc[of_year[VALUE].idxmax()]
    name = sides.name_of(known[top["sector"]], top["kind"], say, by_chapter=reported)
    values = {"partner": partner, "sector": start(name), "flow": top["flow"], "year": year}
    values |= {"what": say.text(f"{top['flow']}-with", partner=partner), "value": top[VALUE]}

    line = data[(data[LINE] == top[LINE]).all(axis=1)].assign(complete=True)
    rate = change(line, VALUE, year)
    id = "sectors-year-reported" if reported else "sectors-year"
    ids = [id] if rate is None else [f"{id}-change", id]
    return headline_of(say, *ids, change=rate, before=str(int(year) - 1), **values)


def _series(
    data: pd.DataFrame, known: Mapping[str, Sector], partner: str, say: Words
) -> list[Series]:
    """Give each line; the text alternative tells the first, the table has all."""
    series = []
    for at, (line, rows) in enumerate(data.groupby(LINE, sort=False)):
        sector, kind, _, table, flow = line
        of_cbs = table in registry.tables()
        by = table if of_cbs else say.text("as-reported-by", partner=partner)
        name = sides.name_of(known[sector], kind, say, by_chapter=not of_cbs)
        values = dict(zip(rows["period"], rows[VALUE], strict=True))
        words = ", ".join([name, say.label(flow), by])
        series.append(Series(words, values, "meur", in_alt_text=at == 0))
    return series


class _Spot(NamedTuple):
    """A panel: what it shows, and where it stands in inches from the top left of all panels."""

    flow: str
    name: str
    lines: pd.DataFrame
    x: float
    y: float
    is_lowest: bool


class _Grid(NamedTuple):
    """The panels, how large each is, where the title of each flow stands, how high all are."""

    spots: list[_Spot]
    wide: float
    high: float
    titles: dict[str, float]
    tall: float


def _lay(data: pd.DataFrame, names: Mapping[tuple[str, str], str], width: float) -> _Grid:
    """Set the panels of each flow in rows, each as high as its longest name asks."""
    flows = {
        str(flow): list(rows.groupby(["sector", "kind"], sort=False))
        for flow, rows in data.groupby("flow", sort=False)
    }
    # As many columns as leave room for the longest word of a name.
    words = [word for panels in flows.values() for id, _ in panels for word in names[id].split()]
    least = max(WIDE, *(text_width(word, TEXT, "bold") for word in words))
    most = max(map(len, flows.values()))
    columns = max(1, min(int((width + BESIDE) // (least + BESIDE)), 4, most))
    wide = (width - BESIDE * (columns - 1)) / columns
    high = HIGH if columns > 1 else ALONE

    spots, titles, y = [], {}, 0.0
    for flow, panels in flows.items():
        titles[flow] = y
        y += TITLE
        for first in range(0, len(panels), columns):
            row = panels[first : first + columns]
            told = [wrap(names[id], wide, TEXT, "bold") for id, _ in row]
            y += NAME * (1 + max(name.count("\n") for name in told)) + 0.06
            for at, (name, (_, lines)) in enumerate(zip(told, row, strict=True)):
                is_lowest = first + at >= len(panels) - columns
                spots.append(_Spot(flow, name, lines, at * (wide + BESIDE), y, is_lowest))
            y += high + GAP
        y += YEARS
    return _Grid(spots, wide, high, titles, y)


def _paint(
    space: Canvas,
    data: pd.DataFrame,
    known: Mapping[str, Sector],
    partner: str,
    year: str,
    events: list[Event],
    say: Words,
) -> None:
    """Draw the key, for each flow a title and its panels, and name the sectors without one."""
    names = _names(data, known, say)
    # On the scale of its flow, what stays so low is a line along the axis.
    highs = data.groupby("flow")[VALUE].max()
    is_flat = data.groupby(PANEL)[VALUE].transform("max") < FLAT * data["flow"].map(highs)
    note = wrap(_told(data[is_flat], names, say), space.width, TEXT)
    below = NAME * (note.count("\n") + 1) if note else -YEARS
    scales = {flow: _ticks(high, say) for flow, high in highs.items()}
    left = room(label for scale in scales.values() for label in scale.values())
    grid = _lay(data[~is_flat], names, space.width - left)
    key = Key(_samples(data, partner, events, say), space.width)
    space.open(key.tall + grid.tall + below, ticks=not note)
    key.draw(space)

    for flow, y in grid.titles.items():
        title = say.text("flow-in-millions", what=say.text(f"{flow}-with", partner=partner))
        colour = style.readable(style.COLOURS[flow])
        space.write(0, key.tall + y + 0.2, title, weight="bold", color=colour)
    years = range(int(data["period"].min()), int(data["period"].max()) + 1)
    for spot in grid.spots:
        ax = space.box(left + spot.x, key.tall + spot.y, grid.wide, grid.high)
        ax.set(xlim=(years[0] - 0.7, years[-1] + 0.7), ylim=(0, 1.06 * highs[spot.flow]))
        ax.set_yticks(list(scales[spot.flow]), list(scales[spot.flow].values()))
        mark_years(ax, years, int(year))
        ax.tick_params(labelleft=spot.x == 0, labelbottom=spot.is_lowest)
        ax.set_title(spot.name, loc="left", pad=3, fontsize=TEXT, weight="bold")
        _draw_lines(ax, spot.lines, events)
    space.write(0, key.tall + grid.tall, note, va="top", color=style.SOFT, linespacing=1.25)


def _names(
    data: pd.DataFrame, known: Mapping[str, Sector], say: Words
) -> dict[tuple[str, str], str]:
    """Name the panels; one of the partner alone by what its chapters show."""
    of_cbs = data["table"].isin(registry.tables())
    by_cbs = of_cbs.groupby([data["sector"], data["kind"]]).any()
    return {
        (sector, kind): sides.name_of(known[sector], kind, say, by_chapter=not by_cbs[sector, kind])
        for sector, kind in by_cbs.index
    }


def _told(flat: pd.DataFrame, names: Mapping[tuple[str, str], str], say: Words) -> str:
    """Name the sectors that have no panel, in one sentence; nothing where all have one."""
    parts = []
    for flow, rows in flat.groupby("flow", sort=False):
        panels = rows[["sector", "kind"]].drop_duplicates().itertuples(index=False, name=None)
        sectors = say.several([names[panel] for panel in panels])
        parts.append(say.text("sectors-flat-in", flow=flow, sectors=sectors))
    return say.text("sectors-flat", listed="; ".join(parts)) if parts else ""


def _ticks(high: float, say: Words) -> dict[float, str]:
    """Choose few round values from zero up, each as it is written."""
    found = [float(tick) for tick in MaxNLocator(3).tick_values(0, high)]
    return {tick: say.number(tick) for tick in found if 0 <= tick <= 1.06 * high}


def _draw_lines(ax: Axes, rows: pd.DataFrame, events: list[Event]) -> None:
    """Draw the lines of a sector; a line stops at a break and where a year has no figure."""
    for event in events:
        ax.axvline(event.year, zorder=1, **DASHED)
    cbs = rows[rows["table"].isin(registry.tables())]
    concepts = list(dict.fromkeys(cbs["concept"]))
    for (_, kind, concept, table, flow), line in rows.groupby(LINE, sort=False):
        pale = kind == "goods" and [concept] != concepts[:1]
        look: dict[str, Any] = {"color": LOOKS[flow][pale], "marker": "o", "markersize": 1.5}
        for values in pieces(line, VALUE, registry.table(str(table)).breaks):
            if concept in concepts:
                ax.plot(values, linewidth=1.8, clip_on=False, **look)
            else:
                ax.plot(values, clip_on=False, zorder=3, **RING)


def _samples(data: pd.DataFrame, partner: str, events: list[Event], say: Words) -> list[Sample]:
    """Say what each line is, as far as it is drawn."""
    cbs = data[data["table"].isin(registry.tables())]
    goods = cbs[cbs["kind"] == "goods"]
    plain: dict[str, Any] = {"color": style.GREY, "linewidth": 1.8}
    samples: list[Sample] = [(say.label("cbs"), [plain])] if len(cbs) else []
    if (goods.groupby(["sector", "flow"])["concept"].nunique() > 1).any():
        samples.append((say.label("other-concept"), [{**plain, "color": style.PALE}]))
    if len(cbs) < len(data):
        samples.append((say.text("as-reported-at-rates", partner=partner), [RING]))
    return samples + [(f"{event.year}: {event.text(say.lang)}", [DASHED]) for event in events]
