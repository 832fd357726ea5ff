"""Figures: one a module, each a function from a tidy frame (or from verdicts) to a `Chart`."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, cast

import pandas as pd

from nltrade.charts.chart import Chart
from nltrade.charts.composition import draw_composition
from nltrade.charts.coverage import draw_coverage
from nltrade.charts.fuels import draw_fuels
from nltrade.charts.names import FIGURES, NAMES
from nltrade.charts.over_time import draw_over_time
from nltrade.charts.partners_over_time import draw_partners_over_time
from nltrade.charts.ranking import draw_ranking
from nltrade.charts.reported import draw_reported
from nltrade.charts.sectors import draw_sectors
from nltrade.charts.sectors_over_time import draw_sectors_over_time
from nltrade.charts.services import draw_services
from nltrade.charts.suppliers import draw_suppliers
from nltrade.charts.two_sides import draw_two_sides
from nltrade.claims import Verdict
from nltrade.errors import UnknownName, close_to
from nltrade.registry.entries import Lang, Sector
from nltrade.sources.comtrade import OtherSide

__all__ = [
    "NAMES",
    "Chart",
    "draw",
    "draw_composition",
    "draw_coverage",
    "draw_fuels",
    "draw_over_time",
    "draw_partners_over_time",
    "draw_ranking",
    "draw_reported",
    "draw_sectors",
    "draw_sectors_over_time",
    "draw_services",
    "draw_suppliers",
    "draw_two_sides",
]


def __dir__() -> list[str]:
    return __all__


def draw(
    name: str,
    frame: pd.DataFrame,
    verdicts: Sequence[Verdict],
    *,
    partner: str,
    period: str | int,
    lang: Lang,
    sectors: Mapping[str, Sector] | None = None,
    other_side: OtherSide | None = None,
) -> Chart:
    """
    Draw a figure by its name: what each shows stands with the function that draws it alone.

    Parameters
    ----------
    name : str
        One of `NAMES`.
    frame : pandas.DataFrame
        Tidy frame of CBS's tables.
    verdicts : sequence of Verdict
        Checked claims, for the figure ``"reported"``.
    partner : str
        ISO code, slug or name.
    period : str or int
        Year that is told, and marked where others are drawn.
    lang : {"en", "nl"}
        Language.
    sectors : mapping of str to Sector, optional
        For the figures of sectors; those of the mission of 2013 by default, and
        `nltrade.sectors(file)` reads your own.
    other_side : OtherSide, optional
        What partners reported, as `nltrade.other_side` gives it; nothing by default.

    Returns
    -------
    Chart

    Raises
    ------
    UnknownName
        No figure has that name, or no partner.
    NoData
        There is nothing to draw; each function says when.
    """
    if name not in FIGURES:
        raise UnknownName(
            f"No figure {name!r}.{close_to(name, NAMES)} Figures are {', '.join(NAMES)}."
        )
    given = {
        "frame": frame,
        "verdicts": verdicts,
        "partner": partner,
        "period": period,
        "sectors": sectors,
        "other_side": other_side,
    }
    wanted: dict[str, Any] = {each: given[each] for each in FIGURES[name]}
    drawn_by = getattr(import_module(f"nltrade.charts.{name}"), f"draw_{name}")

    return cast(Chart, drawn_by(**wanted, lang=lang))
