"""Many figures drawn at once: several pictures of each, in this process or in several beside it."""

import signal
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from itertools import groupby
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from nltrade.charts.chart import Chart
from nltrade.errors import NltradeError

# Pictures for which a process of its own pays: starting it takes as long as drawing a dozen.
SHARE = 16


class Picture(NamedTuple):
    """
    A picture of a figure: its file format, its size, and whether its words are in it.

    Attributes
    ----------
    format, size, framed
        As for `Chart.image`.
    """

    format: str
    size: str = "page"
    framed: bool = True


def pictures(
    charts: Sequence[Chart],
    wanted: Sequence[Iterable[Picture]],
    *,
    style: Path | str | None = None,
    workers: int = 1,
) -> list[dict[Picture, bytes]]:
    """
    Draw figures, each into several pictures.

    Parameters
    ----------
    charts : sequence of Chart
        What to draw.
    wanted : sequence of iterable of Picture
        Which pictures of each chart; those of one size are drawn once, whatever their formats.
    style : path, optional
        A matplotlib style file to use in the place of ours.
    workers : int
        How many processes may draw. More than one is used only for so many pictures that it pays,
        and takes a script with ``if __name__ == "__main__":`` around what it runs, as each process
        reads the script again.

    Returns
    -------
    list of dict of Picture to bytes
        One for each chart, in their order; the same bytes for any number of workers.

    Raises
    ------
    UnknownName
        No such format or size, or the style file cannot be used.
    NltradeError
        A process ended before it was done.

    Examples
    --------
    >>> import nltrade as nl
    >>> chart = nl.charts.draw_composition(nl.load(), partner="RU", period=2012)
    >>> (drawn,) = pictures([chart], [[Picture("png", "column", framed=False), Picture("csv")]])
    >>> drawn[Picture("csv")] == chart.image("csv")
    True
    """
    listed = [list(dict.fromkeys(each)) for each in wanted]
    draw = partial(_draw, style=style)
    drawings = sum(picture.format != "csv" for each in listed for picture in each)
    workers = min(workers, len(charts), drawings // SHARE)
    if workers < 2:
        return list(map(draw, charts, listed))
    spawn = get_context("spawn")  # there on every system, and safe where this process has threads
    # an interrupt reaches every process: this one ends the others
    with ProcessPoolExecutor(workers, spawn, initializer=_leave_interrupts_alone) as pool:
        try:
            return list(pool.map(draw, charts, listed))
        except BrokenProcessPool:
            raise NltradeError(
                "A process that draws figures ended before it was done: out of memory, or started "
                'by a script without `if __name__ == "__main__":` around what it runs. '
                "Draw fewer figures at once, or with workers=1."
            ) from None


def _leave_interrupts_alone() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _draw(
    chart: Chart, wanted: Sequence[Picture], style: Path | str | None
) -> dict[Picture, bytes]:
    drawn: dict[Picture, bytes] = {}
    by_size = sorted(wanted, key=lambda picture: picture[1:])
    for (size, framed), those in groupby(by_size, key=lambda picture: picture[1:]):
        same = list(those)
        contents = chart.images(
            [picture.format for picture in same], size, framed=framed, style=style
        )
        drawn |= zip(same, contents, strict=True)
    return drawn
