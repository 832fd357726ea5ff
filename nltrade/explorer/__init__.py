"""
A panel to look through the figures: choose partners, years, flow and sector; picture, table, files
and the call follow.
"""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec

import pandas as pd

from nltrade import registry
from nltrade.errors import UnknownName, close_to
from nltrade.explorer.at_hand import ALL, FLOWS, AtHand, Choice
from nltrade.explorer.panel import Explorer
from nltrade.explorer.view import View
from nltrade.registry.entries import Lang, Sector, known_lang

__all__ = ["Explorer", "View", "explore"]


def explore(
    frame: pd.DataFrame | None = None,
    *,
    partner: str = "RU",
    beside: str | None = None,
    first: str | int | None = None,
    year: str | int = 2012,
    flow: str = "total trade",
    sector: str | None = None,
    sectors: Mapping[str, Sector] | None = None,
    lang: Lang = "en",
) -> Explorer | View:
    """
    Open a panel to look through the figures, in a notebook and without a network.

    The picture is the trade with one partner or two over the years; the table has the places of
    the last year, the figures of both partners or, where a sector is chosen, the sector in it. A
    partner is found by name or code. Picture and table can be saved as files, and the call that
    makes them stands in a field, to be copied. What CBS does not publish is said in a sentence.

    Parameters
    ----------
    frame : pandas.DataFrame, optional
        Tidy frame with all partners; the figures that are here by default.
    partner : str
        ISO code or name of the country to begin with.
    beside : str, optional
        ISO code or name of a second country, drawn in the same picture; none by default.
    first : str or int, optional
        The first year of the picture; by default the first there is.
    year : str or int
        Its last year, of which the table is.
    flow : {"total trade", "import", "export"}
        The flow to begin with.
    sector : str, optional
        The sector to begin with, by its id in the sector file; all goods by default. The panel
        lists those with figures of the partner and the years.
    sectors : mapping of str to Sector, optional
        The sectors to choose from; those of the mission of 2013 by default.
    lang : {"en", "nl"}
        Language.

    Returns
    -------
    Explorer or View
        The panel or, where ipywidgets is not installed, what it would show: amounts in million
        euro, with status and source.

    Raises
    ------
    UnknownName
        There is no such partner, year, flow or sector to begin with.

    Examples
    --------
    >>> import nltrade as nl
    >>> panel = nl.explore(partner="China", year=2019)
    >>> panel.partner.value = "Noorwegen"
    >>> panel.view.picture.headline
    'Imports from Norway fell to €12.4bn in 2019, exports rose to €4.9bn'
    """
    known_lang(lang)
    at_hand = AtHand(frame, sectors)
    partners = [registry.country(name).id for name in (partner, beside) if name]
    choice = Choice(
        tuple(dict.fromkeys(partners)),
        at_hand.years[0] if first is None else str(first),
        str(year),
        flow,
        sector or ALL,
        lang,
    )
    _require("partner", choice.partners[0], at_hand.partners)
    _require("year", choice.year, at_hand.years)
    _require("first year", choice.first, [each for each in at_hand.years if each <= choice.year])
    _require("flow", flow, FLOWS)
    _require("sector", choice.sector, [ALL, *at_hand.sectors])

    return Explorer(at_hand, choice) if find_spec("ipywidgets") else at_hand.view(choice)


def _require(what: str, value: str, there: Sequence[str]) -> None:
    """Refuse a beginning that is not there."""
    if value not in there:
        listed = ", ".join(there if len(there) < 40 else [*there[:12], "…"])
        raise UnknownName(
            f"No {what} {value!r} to look at.{close_to(value, there)} There are {listed}."
        )
