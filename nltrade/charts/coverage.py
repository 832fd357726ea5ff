"""What trade statistics can say about each sector: directly, in part, or not at all."""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from nltrade import wording
from nltrade.charts import canvas
from nltrade.charts.canvas import Canvas
from nltrade.charts.chart import Chart
from nltrade.registry import sectors as named
from nltrade.registry.entries import Coverage, Kind, Lang, Sector

COVERAGES: tuple[Coverage, ...] = ("direct", "proxy", "none")  # the best first
LISTED = {"direct": "coverage-listed-direct", "proxy": "coverage-listed-proxy", "none": "coverage-listed-none"}
FILLS: dict[Coverage, str] = {"direct": canvas.SUBJECT, "proxy": canvas.PALE, "none": "white"}
INKS: dict[Coverage, str] = {"direct": "white", "proxy": canvas.INK, "none": "#6b6b6b"}
SIZE = 8.0
LINE = 0.145  # inches, as the other lengths
GAP = 0.1
NAMES, BOX, WORD = 2.2, 2.6, 0.8  # widths of the names, of a box, and of the word in it


def draw_coverage(*, sectors: Mapping[str, Sector] | None = None, lang: Lang = "en") -> Chart:
    """
    Draw a box for the goods and a box for the services of each sector: how well their classes show it, and which.

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
    known = named.sectors() if sectors is None else sectors
    by_coverage = _by_coverage(known, lang)
    counts = {coverage: len(names) for coverage, names in by_coverage.items()}
    headline = wording.text("coverage-headline", lang, all=len(known), **counts)
    groups: dict[str, list[Sector]] = {}
    for sector in known.values():
        groups.setdefault(sector.group.text(lang), []).append(sector)
    with canvas.styled():
        chart = Canvas(
            headline=headline,
            subtitle=wording.label("coverage-subtitle", lang),
            footer=[
                wording.label(id, lang) for id in ("coverage-meaning", "coverage-classification", "coverage-fetch")
            ],
            height=_height(groups, lang),
        )
        (ax,) = chart.axes()
        _draw(ax, groups, _height(groups, lang), lang)
    listed = [wording.text(LISTED[each], lang, listed="; ".join(names)) for each, names in by_coverage.items() if names]
    return Chart("coverage", lang, chart.figure, headline, f"{headline}. {' '.join(listed)}", _data(known))


def _by_coverage(known: Mapping[str, Sector], lang: Lang) -> dict[Coverage, list[str]]:
    """List the names of the sectors by the better coverage of goods and services."""
    best = {id: min((s.coverage(kind) for kind in named.KINDS), key=COVERAGES.index) for id, s in known.items()}
    return {each: [s.text(lang) for id, s in known.items() if best[id] == each] for each in COVERAGES}


def _data(known: Mapping[str, Sector]) -> pd.DataFrame:
    rows = [(s.id, s.group.id, k, s.coverage(k), " ".join(s.codes(k))) for s in known.values() for k in named.KINDS]
    return pd.DataFrame(rows, columns=["sector", "group", "kind", "coverage", "codes"])


def _name(sector: Sector, lang: Lang) -> str:
    return canvas.wrap(sector.text(lang), NAMES - 0.2, SIZE)


def _codes(sector: Sector, kind: Kind) -> str:
    return canvas.wrap(" ".join(sector.codes(kind)), BOX - WORD - 0.1, SIZE)


def _row(sector: Sector, lang: Lang) -> float:
    """Give the inches that a sector takes: those of its longest text."""
    texts = [_name(sector, lang), *(_codes(sector, kind) for kind in named.KINDS)]
    return LINE * max(text.count("\n") + 1 for text in texts) + 0.08


def _height(groups: Mapping[str, Sequence[Sector]], lang: Lang) -> float:
    rows = [_row(sector, lang) for sectors in groups.values() for sector in sectors]
    return LINE + len(groups) * (LINE + GAP + 0.04) + sum(rows)


def _draw(ax: Axes, groups: Mapping[str, Sequence[Sector]], height: float, lang: Lang) -> None:
    """Write the sectors below each other, in inches from the top."""
    ax.set(xlim=(0, canvas.WIDTH - 2 * canvas.MARGIN), ylim=(height, 0))
    ax.set_axis_off()
    lefts = {kind: NAMES + at * (BOX + GAP) for at, kind in enumerate(named.KINDS)}
    for kind, left in lefts.items():
        ax.text(left, LINE / 2, wording.label(kind, lang), va="center_baseline", fontsize=9, weight="bold")
    top = LINE
    for group, sectors in groups.items():
        ax.text(0, top + GAP + LINE / 2, group, va="center_baseline", fontsize=9, weight="bold")
        top += LINE + GAP + 0.04
        for sector in sectors:
            tall = _row(sector, lang)
            ax.text(0.12, top + tall / 2, _name(sector, lang), va="center_baseline", fontsize=SIZE, linespacing=1.15)
            for kind, left in lefts.items():
                _box(ax, (left, top, tall), sector.coverage(kind), _codes(sector, kind), lang)
            top += tall


def _box(ax: Axes, place: tuple[float, float, float], coverage: Coverage, codes: str, lang: Lang) -> None:
    """Draw a box with its word and codes; the three differ in light and dark as well as in word."""
    left, top, tall = place
    edge = canvas.PALE if coverage == "none" else FILLS[coverage]
    ax.add_patch(
        Rectangle((left, top + 0.015), BOX, tall - 0.03, facecolor=FILLS[coverage], edgecolor=edge, linewidth=0.8)
    )
    for right, text in [(0.07, wording.label(coverage, lang)), (WORD, codes)]:
        ink = INKS[coverage]
        ax.text(left + right, top + tall / 2, text, va="center_baseline", fontsize=SIZE, color=ink, linespacing=1.15)
