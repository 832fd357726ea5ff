"""Whether a reader can read a figure: no text over another, none cut off."""

from itertools import combinations

from matplotlib.text import Text

from nltrade.charts.style import styled


def assert_legible(figure):
    with styled():
        figure.draw_without_rendering()
        renderer = figure.canvas.get_renderer()
        texts = [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip()]
        texts = [t for t in texts if t.axes is None or t.axes.get_visible()]
        boxes = {t.get_text(): t.get_window_extent(renderer) for t in texts if _drawn(t)}
    page = figure.bbox
    for text, box in boxes.items():
        assert box.x0 >= page.x0 and box.x1 <= page.x1, f"{text!r} is cut"  # noqa: PT018
        assert box.y0 >= page.y0 and box.y1 <= page.y1, f"{text!r} is cut"  # noqa: PT018
    extents = [(t, t.get_window_extent(renderer)) for t in texts if _drawn(t)]
    for (one, first), (other, second) in combinations(extents, 2):
        wide = min(first.x1, second.x1) - max(first.x0, second.x0)
        tall = min(first.y1, second.y1) - max(first.y0, second.y0)
        # lines of text reach a little above and below their letters
        assert wide <= 1 or tall <= 3, f"{one.get_text()!r} overlaps {other.get_text()!r}"


def _drawn(text):
    """Leave out tick labels outside the axis, which are not drawn."""
    if text.axes is None:
        return True
    for axis in (text.axes.xaxis, text.axes.yaxis):
        for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
            if text in (tick.label1, tick.label2):
                low, high = sorted(axis.get_view_interval())
                return low <= tick.get_loc() <= high and text.get_visible()
    return True
