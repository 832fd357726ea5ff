"""What trade statistics can say about each sector: directly, in part, or not at all."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from nltrade.charts import style
from nltrade.charts.canvas import TEXT, Canvas, text_width, wrap
from nltrade.charts.chart import Chart
from nltrade.charts.series import Series
from nltrade.registry import sectors as named
from nltrade.registry.entries import Coverage, Kind, Lang, Sector
from nltrade.words import Words

Discs = dict[Coverage, list[tuple[float, float]]]  # where the middle of each disc is
COVERAGES: tuple[Coverage, ...] = ("direct", "proxy", "none")  # the best first
FULL: dict[Coverage, str] = {"direct": "full", "proxy": "left", "none": "none"}  # of a disc
DISC: dict[str, Any] = {
    "marker": "o",
    "markersize": 9,
    "linestyle": "",
    "color": style.SUBJECT,
    "markerfacecoloralt": style.PAGE,
}
PLAIN: dict[str, Any] = {"va": "center_baseline", "fontsize": TEXT}
BOLD: dict[str, Any] = PLAIN | {"weight": "bold"}

# Inches: of a row and of each further line in it, of the title of a group, of what stands above
# all, of a column of discs, between two things.
ROW, LINE, TITLE, HEAD, DISCS, GAP = 0.2, 0.14, 0.34, 0.52, 0.72, 0.1


def draw_coverage(*, sectors: Mapping[str, Sector] | None = None, lang: Lang = "en") -> Chart:
    """
    Draw a disc for the goods and a disc for the services of each sector: full where their classes
    show it, half where they show a part of it. Which they are stands in the data.

    Parameters
    ----------
    sectors, lang
        As for `draw`.

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
    known = named.sectors(sectors)
    by_coverage = _by_coverage(known, lang)
    counts = {coverage: len(names) for coverage, names in by_coverage.items()}
    groups: dict[str, list[Sector]] = {}
    for sector in known.values():
        groups.setdefault(sector.group.text(lang), []).append(sector)
    # The best covered are named; the table beside the figure has all, and why.
    best = next(each for each in COVERAGES if by_coverage[each])
    told = say.text(f"coverage-listed-{best}", listed="; ".join(by_coverage[best]))
    return Chart(
        "coverage",
        lang,
        "discs",
        say.text("coverage-headline", all=len(known), **counts),
        say.label("coverage-subtitle"),
        say.label("coverage-classification"),
        [_series(known, kind, told, say) for kind in named.KINDS],
        _data(known),
        partial(_paint, groups=groups, say=say),
        say.label("coverage-meaning"),
    )


def _series(known: Mapping[str, Sector], kind: Kind, told: str, say: Words) -> Series:
    """Say of each sector how well its classes show it, and which they are."""
    said = {
        sector.text(say.lang): " ".join([say.label(sector.coverage(kind)), *sector.codes(kind)])
        for sector in known.values()
    }
    return Series(say.label(kind), said, in_alt_text=kind == "goods", alt_text=told)


def _by_coverage(known: Mapping[str, Sector], lang: Lang) -> dict[Coverage, list[str]]:
    """List the names of the sectors by the better coverage of goods and services."""
    found: dict[Coverage, list[str]] = {each: [] for each in COVERAGES}
    for sector in known.values():
        best = min(map(sector.coverage, named.KINDS), key=COVERAGES.index)
        found[best].append(sector.text(lang))
    return found


def _data(known: Mapping[str, Sector]) -> pd.DataFrame:
    rows = [
        (s.id, s.group.id, k, s.coverage(k), " ".join(s.codes(k)))
        for s in known.values()
        for k in named.KINDS
    ]
    return pd.DataFrame(rows, columns=["sector", "group", "kind", "coverage", "codes"])


def _paint(space: Canvas, groups: Mapping[str, Sequence[Sector]], say: Words) -> None:
    """Write the groups in one column, or in two of about the same height where there is room."""
    columns = 1 if space.narrow else 2
    width = (space.width - (columns - 1) * 3 * GAP) / columns
    sectors = [sector for group in groups.values() for sector in group]
    room = width - 2 * DISCS - GAP
    names = {sector.id: wrap(sector.text(say.lang), room, TEXT) for sector in sectors}
    tall = {
        group: TITLE + sum(_tall(names[sector.id]) for sector in of_group)
        for group, of_group in groups.items()
    }

    half, filled = sum(tall.values()) / columns, 0.0
    parts: list[dict[str, Sequence[Sector]]] = [{} for _ in range(columns)]
    for group, inches in tall.items():
        at = min(int((filled + inches / 2) // half), columns - 1)
        parts[at][group] = groups[group]
        filled += inches

    height = HEAD + max(sum(tall[group] for group in part) for part in parts)
    ax = space.open(height, ticks=False).sheet(height)
    discs: Discs = {each: [] for each in COVERAGES}
    _legend(ax, discs, say)
    for at, part in enumerate(parts):
        _column(ax, at * (width + 3 * GAP), width, part, names, discs, say)
    for coverage, centres in discs.items():
        ax.plot(*zip(*centres, strict=True), fillstyle=FULL[coverage], **DISC)


def _tall(name: str) -> float:
    return ROW + LINE * name.count("\n")


def _legend(ax: Axes, discs: Discs, say: Words) -> None:
    """Say what a full, a half and an empty disc mean, in one line above all."""
    left = GAP
    for coverage in COVERAGES:
        word = say.label(f"disc-{coverage}")
        discs[coverage].append((left, ROW / 2))
        ax.text(left + 1.5 * GAP, ROW / 2, word, **PLAIN)
        left += text_width(word, TEXT) + 5 * GAP


def _column(
    ax: Axes,
    start: float,
    width: float,
    groups: Mapping[str, Sequence[Sector]],
    names: Mapping[str, str],
    discs: Discs,
    say: Words,
) -> None:
    """Write the sectors of some groups below each other, with a disc for each kind of trade."""
    services = start + width - DISCS / 2
    across: dict[Kind, float] = {"goods": services - DISCS, "services": services}
    for kind, centre in across.items():
        ax.text(centre, HEAD - ROW / 2, say.label(kind), ha="center", **BOLD)

    top = HEAD
    for group, sectors in groups.items():
        ax.text(start, top + TITLE - ROW / 2, group, **BOLD)
        top += TITLE
        for sector in sectors:
            tall = _tall(names[sector.id])
            ax.text(start, top + tall / 2, names[sector.id], linespacing=1.15, **PLAIN)
            for kind, centre in across.items():
                discs[sector.coverage(kind)].append((centre, top + tall / 2))
            top += tall
