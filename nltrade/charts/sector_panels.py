"""A small panel for each sector: laid out in rows, all of a flow on one scale."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from nltrade import registry
from nltrade.charts import sides, style
from nltrade.charts.canvas import TEXT, Canvas, room, text_width, wrap
from nltrade.charts.lines import mark_years
from nltrade.charts.over_years import pieces
from nltrade.charts.rows import Key, Sample
from nltrade.questions.trade import VALUE
from nltrade.registry.entries import Event, Sector
from nltrade.tables.sectors import LITTLE
from nltrade.words import Words

LINE = ["sector", "kind", "concept", "table", "flow"]  # what tells one line from another
PANEL = ["flow", "sector", "kind"]  # and one panel from another
LOOKS = {"import": (style.IMPORT, style.IMPORT_LIGHT), "export": (style.EXPORT, style.EXPORT_LIGHT)}
RINGS = sides.RINGS | {"markersize": 2.6, "markeredgewidth": 0.9}
DASHED = style.DASHED | {"linewidth": 0.9}
FLAT = 0.1  # of the highest value of a flow: what stays below has no panel
# inches: a panel, one with none beside it, a line of a name, the title of a flow, years under it
HIGH, ALONE, NAME, TITLE, YEARS = 0.74, 1.4, 0.15, 0.3, 0.16
GAP, BESIDE, WIDE = 0.16, 0.18, 1.6  # inches between rows, between columns; of a panel at least


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


def draw_panels(
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
    least = (FLAT * data["flow"].map(highs)).clip(lower=LITTLE)
    is_flat = data.groupby(PANEL)[VALUE].transform("max") < least
    drawn = data[~is_flat]
    note = wrap(_told(data[is_flat], names, say), space.width, TEXT)
    below = NAME * (note.count("\n") + 1) if note else -YEARS
    scales = {str(flow): _ticks(highs[flow], say) for flow in drawn["flow"].unique()}
    left = room(label for scale in scales.values() for label in scale.values())
    grid = _lay(drawn, names, space.width - left)
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
    for (_, kind, concept, _, flow), line in rows.groupby(LINE, sort=False):
        pale = kind == "goods" and [concept] != concepts[:1]
        look: dict[str, Any] = {"color": LOOKS[flow][pale], "marker": "o", "markersize": 1.5}
        for values in pieces(line, VALUE):
            if concept in concepts:
                ax.plot(values, linewidth=1.8, clip_on=False, **look)
            else:
                ax.plot(values, clip_on=False, zorder=3, **RINGS)


def _samples(data: pd.DataFrame, partner: str, events: list[Event], say: Words) -> list[Sample]:
    """Say what each line is, as far as it is drawn."""
    cbs = data[data["table"].isin(registry.tables())]
    goods = cbs[cbs["kind"] == "goods"]
    plain: dict[str, Any] = {"color": style.GREY, "linewidth": 1.8}
    samples: list[Sample] = [(say.label("cbs"), [plain])] if len(cbs) else []
    if (goods.groupby(["sector", "flow"])["concept"].nunique() > 1).any():
        samples.append((say.label("other-concept"), [{**plain, "color": style.PALE}]))
    if len(cbs) < len(data):
        samples.append((say.text("as-reported-at-rates", partner=partner), [RINGS]))
    return samples + [(f"{event.year}: {event.text(say.lang)}", [DASHED]) for event in events]
