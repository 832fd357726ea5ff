"""Small panels of yearly lines, one a sector, with a key above them: the drawing of `draw_sectors_over_time`."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, MaxNLocator

from nltrade import registry
from nltrade.charts import canvas, style
from nltrade.charts.canvas import Canvas
from nltrade.charts.over_years import pieces
from nltrade.questions.trade import VALUE
from nltrade.registry.entries import Kind, Lang, Sector
from nltrade.words import Words

LINE = ["sector", "kind", "concept", "table", "flow"]  # what tells one line from another
FLOWS = {"import": (style.IMPORT, style.IMPORT_LIGHT), "export": (style.EXPORT, style.EXPORT_LIGHT)}
NAME, UNIT, SMALL = (
    0.155,
    0.16,
    7.0,
)  # inches of a line of a name and of the line of units; size of small text


def paint_panels(
    space: Canvas, data: pd.DataFrame, known: Mapping[str, Sector], lang: Lang
) -> None:
    """Draw a panel for each sector."""
    _Panels(data, known, lang, space.width).draw(space)


class _Panels:
    """What is drawn where, in inches, known before the canvas is opened."""

    def __init__(
        self, data: pd.DataFrame, known: Mapping[str, Sector], lang: Lang, room: float
    ) -> None:
        say = Words(lang)
        self.data, self.known, self.lang, self.room = data, known, lang, room
        self.ids = list(dict.fromkeys(data["sector"]))
        count = len(self.ids)
        self.columns = min(
            count if count <= 2 else 3 if count <= 9 else 4, max(int(room // 1.7), 1)
        )
        self.rows = -(-count // self.columns)
        self.panel = 1.9 if count <= 2 else 1.2 if count <= 9 else 0.95
        self.scales = {
            id: _scale(data.loc[data["sector"] == id, VALUE].max(), say) for id in self.ids
        }
        labels = [label for _, labels, _ in self.scales.values() for label in labels]
        self.left = max(canvas.text_width(label, SMALL) for label in labels) + 0.08
        gap = self.left + 0.15
        self.width = (room - self.left - gap * (self.columns - 1)) / self.columns
        self.names = {
            id: canvas.wrap(known[id].text(lang), self.width + self.left, 8, "bold")
            for id in self.ids
        }
        self.title = (
            NAME * (1 + max(name.count("\n") for name in self.names.values())) + UNIT + 0.09
        )
        self.concepts = {
            kind: sorted(
                set(rows["concept"]), key=[t.concept for t in registry.tables().values()].index
            )
            for kind, rows in data.groupby("kind")
        }
        self.key = self._key()
        self.above = 0.2 * (1 + max(row for row, *_ in self.key)) + 0.12
        self.height = self.above + self.rows * (self.title + self.panel) + (self.rows - 1) * 0.1
        self.spacing = {"wspace": gap / self.width, "hspace": (self.title + 0.1) / self.panel}

    def draw(self, space: Canvas) -> None:
        """Fill the canvas: the key, then a panel for each sector."""
        tall = space.open(self.height).figure.get_figheight()
        left, bottom = space.margin / space.across, space.top - self.above / tall
        key = space.figure.add_axes((left, bottom, self.room / space.across, self.above / tall))
        key.set(xlim=(0, self.room), ylim=(self.above, 0))
        key.set_axis_off()
        for row, x, label, look in self.key:
            y = 0.1 + 0.2 * row
            key.plot([x, x + 0.3], [y, y], **look)
            key.text(x + 0.36, y, label, va="center_baseline", fontsize=8, color=style.INK)
        axes = space.axes(
            self.rows, self.columns, left=self.left, titles=self.above + self.title, **self.spacing
        )
        for at, (id, ax) in enumerate(zip(self.ids, axes, strict=False)):
            self._panel(ax, id, lowest=at + self.columns >= len(self.ids))
        for ax in axes[len(self.ids) :]:
            ax.remove()

    def _look(self, kind: str, concept: str) -> tuple[int, Any]:
        """Tell full from pale, and the dash: solid for goods, dashed for services, dotted for a third concept."""
        place = self.concepts[kind].index(concept)
        return min(place, 1), ":" if place > 1 else "-" if kind == "goods" else (0, (2.5, 1.2))

    def _key(self) -> list[tuple[int, float, str, dict[str, Any]]]:
        """Lay out the key: row, inches from the left, label and look of each sample."""
        samples = [
            (Words(self.lang).label(f), {"color": c[0]})
            for f, c in FLOWS.items()
            if f in set(self.data["flow"])
        ]
        for kind, concepts in self.concepts.items():
            for concept in concepts:
                pale, dash = self._look(kind, concept)
                words = [kind, concept] if len(concepts) > 1 else [kind]
                label = ", ".join(Words(self.lang).label(word) for word in words)
                samples.append(
                    (label, {"color": style.RULE if pale else style.GREY, "linestyle": dash})
                )
        placed, row, x = [], 0, 0.0
        for label, look in samples:
            wide = 0.36 + canvas.text_width(label, 8)
            if x and x + wide > self.room:
                row, x = row + 1, 0.0
            placed.append((row, x, label, {"linewidth": 1.8, "solid_capstyle": "butt", **look}))
            x += wide + 0.22
        return placed

    def _panel(self, ax: Axes, id: str, *, lowest: bool) -> None:
        """Draw the lines of a sector, pale ones first; a line stops at a break and where no year is published."""
        rows = self.data[self.data["sector"] == id]
        for (_, kind, concept, table, flow), line in rows.groupby(LINE, sort=False):
            pale, dash = self._look(kind, concept)
            for values in pieces(line, VALUE, registry.tables()[table].breaks):
                look: dict[str, Any] = {
                    "linewidth": 1.5,
                    "marker": "o",
                    "markersize": 2,
                    "clip_on": False,
                }
                ax.plot(
                    values, color=FLOWS[flow][pale], linestyle=dash, zorder=2 + (not pale), **look
                )
        years = self.data["period"].astype(int)
        ticks, labels, unit = self.scales[id]
        ax.set(
            xlim=(years.min() - 0.7, years.max() + 0.7),
            ylim=(0, max(rows[VALUE].max() * 1.06, ticks[-1])),
        )
        ax.set_yticks(ticks, labels)
        ax.xaxis.set_major_locator(FixedLocator(_years(years.min(), years.max(), self.width)))
        ax.tick_params(labelsize=SMALL, labelbottom=lowest)
        unit = _with_proxy(unit, self.known[id], sorted(set(rows["kind"])), Words(self.lang))
        self._above(ax, 0.09, unit, fontsize=SMALL, color=style.SOFT, va="baseline")
        self._above(
            ax,
            0.06 + UNIT,
            self.names[id],
            fontsize=8,
            weight="bold",
            linespacing=1.15,
            va="bottom",
        )

    def _above(self, ax: Axes, inches: float, text: str, **look: Any) -> None:
        ax.text(
            -self.left / self.width, 1 + inches / self.panel, text, transform=ax.transAxes, **look
        )


def _scale(high: float, say: Words) -> tuple[list[float], list[str], str]:
    """Choose few ticks from zero to a value of million euro, written in the unit that suits it."""
    factor, unit = (1000, "billion-euro") if high >= 1000 else (1, "million-euro")
    high = high or 1.0
    ticks = [
        float(tick)
        for tick in MaxNLocator(4, steps=[1, 2, 5, 10]).tick_values(0, high)
        if tick <= high
    ]
    digits = max(len(f"{tick / factor:g}".partition(".")[2]) if tick < 1e6 else 0 for tick in ticks)
    return (
        ticks,
        [say.number(tick / factor, digits) for tick in ticks],
        say.label(unit),
    )


def _years(first: int, last: int, width: float) -> list[int]:
    """Choose as many round years as have room for their labels."""
    room = width / (last - first + 1.4)
    step = next((step for step in (1, 2, 5, 10) if step * room >= 0.45), 20)
    return [year for year in range(first, last + 1) if year % step == 0]


def _with_proxy(unit: str, sector: Sector, kinds: list[Kind], say: Words) -> str:
    """Name the unit, and what is drawn of it by classes that are not just the sector."""
    proxies = [kind for kind in kinds if sector.coverage(kind) == "proxy"]
    if not proxies:
        return unit
    if len(proxies) == len(kinds):
        return say.text("unit-proxy", unit=unit)
    return say.text("unit-proxy-of", unit=unit, kind=proxies[0])
