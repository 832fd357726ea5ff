"""What trade statistics can say about each sector: directly, in part, or not at all."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from nltrade.charts import canvas, style
from nltrade.charts.canvas import Canvas
from nltrade.charts.chart import Chart
from nltrade.charts.series import Series
from nltrade.registry import sectors as named
from nltrade.registry.entries import Coverage, Kind, Lang, Sector
from nltrade.words import Words

COVERAGES: tuple[Coverage, ...] = ("direct", "proxy", "none")  # the best first
LISTED = {
    "direct": "coverage-listed-direct",
    "proxy": "coverage-listed-proxy",
    "none": "coverage-listed-none",
}
FILLS: dict[Coverage, str] = {"direct": style.SUBJECT, "proxy": style.PALE, "none": style.PAGE}
INKS: dict[Coverage, str] = {"direct": style.PAGE, "proxy": style.INK, "none": style.SOFT}
SIZE = 8.0
LINE = 0.145  # inches, as the other lengths
GAP = 0.1
TITLE = LINE + GAP + 0.04  # of a group
WORD = 0.8  # before the codes in a box


def draw_coverage(*, sectors: Mapping[str, Sector] | None = None, lang: Lang = "en") -> Chart:
    """
    Draw a box for the goods and a box for the services of each sector: how well their classes show
    it, and which.

    Parameters
    ----------
    sectors : mapping of str to Sector, optional
        The sectors of the mission of 2013 by default; `nltrade.sectors(file)` reads your own.
    lang : {"en", "nl"}
        Language.

    Returns
    -------
    Chart

    Examples
    --------
    >>> drawn = draw_coverage().data
    >>> drawn.query("sector == 'oil'")[["kind", "coverage", "codes"]].values.tolist()
    [['goods', 'direct', '33'], ['services', 'none', '']]
    """
    say = Words(lang)
    known = named.sectors() if sectors is None else sectors
    by_coverage = _by_coverage(known, lang)
    counts = {coverage: len(names) for coverage, names in by_coverage.items()}
    headline = say.text("coverage-headline", all=len(known), **counts)
    groups: dict[str, list[Sector]] = {}
    for sector in known.values():
        groups.setdefault(sector.group.text(lang), []).append(sector)
    notes = ["coverage-meaning", "coverage-classification"]
    footer = [say.label(id) for id in notes]
    subtitle = say.label("coverage-subtitle")
    paint = partial(_paint, groups=groups, say=say)
    # The best covered are named; the table beside the figure has all, and why.
    best = next(each for each in COVERAGES if by_coverage[each])
    told = say.text(LISTED[best], listed="; ".join(by_coverage[best]))
    series = [_series(known, kind, told, say) for kind in named.KINDS]
    return Chart("coverage", lang, "boxes", headline, subtitle, footer, series, _data(known), paint)


def _series(known: Mapping[str, Sector], kind: Kind, told: str, say: Words) -> Series:
    """Say of each sector how well its classes show it, and which they are."""
    said = {
        sector.text(say.lang): " ".join([say.label(sector.coverage(kind)), *sector.codes(kind)])
        for sector in known.values()
    }
    return Series(say.label(kind), said, in_alt_text=kind == "goods", alt_text=told)


def _by_coverage(known: Mapping[str, Sector], lang: Lang) -> dict[Coverage, list[str]]:
    """List the names of the sectors by the better coverage of goods and services."""
    best = {
        id: min((s.coverage(kind) for kind in named.KINDS), key=COVERAGES.index)
        for id, s in known.items()
    }
    return {
        each: [s.text(lang) for id, s in known.items() if best[id] == each] for each in COVERAGES
    }


def _data(known: Mapping[str, Sector]) -> pd.DataFrame:
    rows = [
        (s.id, s.group.id, k, s.coverage(k), " ".join(s.codes(k)))
        for s in known.values()
        for k in named.KINDS
    ]
    return pd.DataFrame(rows, columns=["sector", "group", "kind", "coverage", "codes"])


class _Block:
    """
    The sectors of some groups below each other, in inches from the top, in a column of some width.
    """

    def __init__(self, groups: Mapping[str, Sequence[Sector]], width: float, say: Words) -> None:
        self.groups, self.say = groups, say
        words = [
            word
            for sectors in groups.values()
            for s in sectors
            for word in s.text(say.lang).split()
        ]
        longest = max((canvas.text_width(word, SIZE) for word in words), default=0.0)
        self.names = max(0.29 * width, longest + 0.3)
        self.box = (width - self.names - GAP) / 2
        self.tall = {s.id: self._tall(s) for sectors in groups.values() for s in sectors}
        self.height = LINE + len(groups) * TITLE + sum(self.tall.values())

    def _name(self, sector: Sector) -> str:
        return canvas.wrap(sector.text(self.say.lang), self.names - 0.2, SIZE)

    def _codes(self, sector: Sector, kind: Kind) -> str:
        return canvas.wrap(" ".join(sector.codes(kind)), self.box - WORD - 0.1, SIZE)

    def _tall(self, sector: Sector) -> float:
        """Give the inches that a sector takes: those of its longest text."""
        texts = [self._name(sector), *(self._codes(sector, kind) for kind in named.KINDS)]
        return LINE * max(text.count("\n") + 1 for text in texts) + 0.08

    def draw(self, ax: Axes, start: float) -> None:
        """Write the sectors from some inches on."""
        lefts = {
            kind: start + self.names + at * (self.box + GAP) for at, kind in enumerate(named.KINDS)
        }
        for kind, left in lefts.items():
            ax.text(
                left,
                LINE / 2,
                self.say.label(kind),
                va="center_baseline",
                fontsize=9,
                weight="bold",
            )
        top = LINE
        look: dict[str, Any] = {"va": "center_baseline", "fontsize": SIZE, "linespacing": 1.15}
        for group, sectors in self.groups.items():
            ax.text(start, top + GAP + LINE / 2, group, **{**look, "fontsize": 9, "weight": "bold"})
            top += TITLE
            for sector in sectors:
                tall = self.tall[sector.id]
                ax.text(start + 0.12, top + tall / 2, self._name(sector), **look)
                for kind, left in lefts.items():
                    coverage = sector.coverage(kind)
                    box = Rectangle(
                        (left, top + 0.015), self.box, tall - 0.03, linewidth=0.8, clip_on=False
                    )
                    # the three differ in light and dark as well as in word
                    box.set(
                        facecolor=FILLS[coverage],
                        edgecolor=style.PALE if coverage == "none" else FILLS[coverage],
                    )
                    ax.add_patch(box)
                    ink = style.readable(INKS[coverage], on=FILLS[coverage])
                    for right, text in [
                        (0.07, self.say.label(coverage)),
                        (WORD, self._codes(sector, kind)),
                    ]:
                        ax.text(left + right, top + tall / 2, text, color=ink, **look)
                top += tall


def _paint(space: Canvas, groups: Mapping[str, Sequence[Sector]], say: Words) -> None:
    """Write the groups in one column, or in two of about the same height where there is room."""
    columns = max(int(space.width // 4.2), 1)
    width = (space.width - (columns - 1) * 2 * GAP) / columns
    whole = _Block(groups, width, say).height
    parts: list[dict[str, Sequence[Sector]]] = [{}]
    for group, sectors in groups.items():
        before, after = (
            _Block(part, width, say).height for part in (parts[-1], {**parts[-1], group: sectors})
        )
        if parts[-1] and len(parts) < columns and before + after > 2 * whole / columns:
            parts.append({})
        parts[-1][group] = sectors
    blocks = [_Block(part, width, say) for part in parts]
    height = max(block.height for block in blocks)
    (ax,) = space.open(height, ticks=False).axes()
    ax.set(xlim=(0, space.width), ylim=(height, 0))
    ax.set_axis_off()
    for at, block in enumerate(blocks):
        block.draw(ax, at * (width + 2 * GAP))
