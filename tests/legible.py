"""
Whether a reader can read a figure: no text over another, none cut off, nothing drawn past its axes.
"""

from itertools import combinations

import numpy as np
from matplotlib.text import Text

from nltrade.charts.style import styled

LETTERS = (
    2  # pixels of a hundred an inch: lines of text reach that far above and below their letters
)
TOUCH = 1  # pixels that two texts beside each other may share, or a mark may reach past its axes


def assert_legible(figure, style=None):
    found = problems(figure, style)
    assert not found, "; ".join(found)


def problems(figure, style=None):
    """List what a reader could not read."""
    with styled(style):
        figure.draw_without_rendering()
        renderer = figure.canvas.get_renderer()
        texts = [(text, text.get_window_extent(renderer)) for text in drawn_texts(figure)]
    found = [f"{text.get_text()!r} is cut" for text, box in texts if not _inside(box, figure.bbox)]
    for (one, first), (other, second) in combinations(texts, 2):
        if _overlap(first, second):
            found.append(f"{one.get_text()!r} overlaps {other.get_text()!r}")
    for ax in figure.axes:
        if ax.axison:
            for text, box in texts:
                if text.axes is not ax and _overlap(box, ax.bbox):
                    found.append(f"{text.get_text()!r} runs into another panel")
        lines = [line for line in ax.lines if line.get_transform() == ax.transData]
        words = [text.get_text() for text, box in texts if any(_on(box, line) for line in lines)]
        found += [f"{each!r} stands on a line" for each in words]
        found += [f"a line is cut at {point}" for line in ax.lines for point in _cut(line, ax)]
        found += [
            f"a bar is cut at {bar.get_bbox().max}" for bar in ax.patches if not _in_limits(bar, ax)
        ]
    return found


def drawn_texts(figure):
    """Find every text that is drawn: titles, labels, ticks, notes."""
    texts = [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip()]
    texts = [t for t in texts if t.axes is None or t.axes.get_visible()]
    return [t for t in texts if _drawn(t)]


def _drawn(text):
    """
    Leave out tick labels outside the axis, which are not drawn, and all of an axis that is switched
    off.
    """
    if text.axes is None:
        return True
    for axis in (text.axes.xaxis, text.axes.yaxis):
        for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
            if text in (tick.label1, tick.label2):
                low, high = sorted(axis.get_view_interval())
                return text.axes.axison and low <= tick.get_loc() <= high
    return True


def _inside(box, page):
    return box.x0 >= page.x0 and box.x1 <= page.x1 and box.y0 >= page.y0 and box.y1 <= page.y1


def _overlap(first, second):
    wide = min(first.x1, second.x1) - max(first.x0, second.x0)
    tall = min(first.y1, second.y1) - max(first.y0, second.y0)
    return wide > TOUCH and tall > LETTERS


def _on(box, line):
    """Tell whether a text covers a mark of a line of values, or what joins two."""
    at = line.get_transform().transform(np.column_stack(line.get_data()).astype(float))
    if line.get_linestyle() != "None":
        steps = np.linspace(0, 1, 50)
        at = np.concatenate([at, *(at[:-1] + step * np.diff(at, axis=0) for step in steps)])
    within = (at > [box.x0, box.y0 + LETTERS]) & (at < [box.x1, box.y1 - LETTERS])
    return bool(within.all(axis=1).any())


def _cut(line, ax):
    """Find the points of a line whose marks reach past the axes that cut it."""
    if not line.get_clip_on() or not line.get_transform().contains_branch(ax.transData):
        return []
    points = np.column_stack(line.get_data()).astype(float)
    points = points[np.isfinite(points).all(axis=1)]
    reach = (
        line.get_markersize() / 2 * ax.figure.dpi / 72
        if line.get_marker() not in (None, "None", "")
        else 0
    )
    at = line.get_transform().transform(points)
    box = ax.bbox
    past = np.maximum([box.x0, box.y0] - (at - reach), (at + reach) - [box.x1, box.y1]).max(
        axis=1, initial=-np.inf
    )
    return [tuple(point) for point, over in zip(points.tolist(), past, strict=True) if over > TOUCH]


def _in_limits(bar, ax):
    box, limits = bar.get_window_extent(), ax.bbox
    return not bar.get_clip_on() or _inside(box.padded(-TOUCH), limits) or not bar.get_visible()
