"""
A panel to look through the figures: choose partner, year, flow and sector; picture, table and the
call follow.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from importlib.util import find_spec
from typing import Any

import pandas as pd

from nltrade import registry
from nltrade.charts import Chart, draw_over_time, draw_sectors_over_time
from nltrade.errors import NltradeError, UnknownName, close_to
from nltrade.questions import trade
from nltrade.questions.moves import side_of
from nltrade.questions.sectors import sector_trade
from nltrade.registry.entries import Lang, Sector, known_lang
from nltrade.registry.sectors import sectors as read_sectors
from nltrade.report import Report
from nltrade.sources.tidy import load
from nltrade.tables import show, show_ranking
from nltrade.words import Words

FLOWS = ("total trade", "import", "export")
ALL = ""  # no sector: all goods
LARGEST = 10  # partners that stand before the alphabet


@dataclass(frozen=True, repr=False)
class View:
    """
    What the panel shows of one choice, and all that is left of it where there are no widgets.

    Attributes
    ----------
    picture : Chart or None
        The trade with the partner up to the year; None where there is nothing to draw.
    table : Report or None
        The places of the year, or the sector in it.
    says : tuple of str
        Why there is no picture or no table.
    call : str
        The lines of Python that make both.
    lang : {"en", "nl"}
        Language.
    """

    picture: Chart | None
    table: Report | None
    says: tuple[str, ...]
    call: str
    lang: Lang

    def __repr__(self) -> str:
        parts = [
            self.picture.alt if self.picture else "",
            *self.says,
            repr(self.table) if self.table else "",
            self.call,
        ]
        return "\n\n".join(part for part in parts if part)

    def _repr_html_(self) -> str:
        return f"{self.seen()}<pre><code>{escape(self.call)}</code></pre>"

    def seen(self) -> str:
        """Give picture and table, or why they are not there, as HTML."""
        picture = self.picture._repr_html_() if self.picture else ""
        # A picture has a width of its own; beside the table it must shrink, not be cut.
        picture = picture.replace("<img ", '<img style="max-width: 100%; height: auto" ')
        says = "".join(f'<p role="alert">{escape(sentence)}</p>' for sentence in self.says)
        table = self.table._repr_html_() if self.table else ""
        name = escape(Words(self.lang).label("explorer-name"))
        about = f'lang="{self.lang}" role="group" aria-label="{name}"'
        sides = "".join(
            f'<div style="flex: 1 1 24rem; min-width: 0; overflow-x: auto">{side}</div>'
            for side in (picture, table)
            if side
        )
        beside = f'<div style="display: flex; flex-wrap: wrap; gap: 1rem">{sides}</div>'
        return f'<div class="nltrade-seen" {about}>{says}{beside if sides else ""}</div>'


class Explorer:
    """
    The panel that `explore` gives: `partner`, `year`, `flow` and `sector` are its widgets, `view`
    what it shows.

    Where a frontend has no widgets (a page made of a notebook), the picture, the table and the call
    stand there as they were when the cell ran.
    """

    def __init__(
        self, look: Callable[[str, str, str, str], View], choices: Mapping[str, Any], lang: Lang
    ) -> None:
        say = Words(lang)
        import ipywidgets

        wide = {"style": {"description_width": "initial"}}
        self._look = look
        chosen = {}
        for name, (options, value) in choices.items():
            head = say.label(name)
            description = head[:1].upper() + head[1:]
            chosen[name] = ipywidgets.Dropdown(
                options=options, value=value, description=description, **wide
            )
            chosen[name].add_class(f"nltrade-{name}")
            chosen[name].observe(self._changed, "value")
        self.partner, self.year, self.flow, self.sector = chosen.values()
        self.seen = ipywidgets.HTML()
        layout = ipywidgets.Layout(width="auto")
        self.call = ipywidgets.Textarea(
            description=say.label("explorer-call"),
            rows=8,
            layout=layout,
            continuous_update=False,
            **wide,
        )
        self.call.add_class("nltrade-call")
        row = ipywidgets.HBox(list(chosen.values()), layout=ipywidgets.Layout(flex_flow="row wrap"))
        self.panel = ipywidgets.VBox([row, self.seen, self.call]).add_class("nltrade-explorer")
        self._changed()

    def _changed(self, _: Any = None) -> None:
        self.view = self._look(
            *(widget.value for widget in (self.partner, self.year, self.flow, self.sector))
        )
        self.seen.value, self.call.value = self.view.seen(), self.view.call

    def __repr__(self) -> str:
        return repr(self.view)

    def _repr_mimebundle_(self, **asked: Any) -> dict[str, Any]:
        widget = self.panel._repr_mimebundle_(**asked)
        return {**widget, "text/plain": repr(self), "text/html": self.view._repr_html_()}


def explore(
    frame: pd.DataFrame | None = None,
    *,
    partner: str = "RU",
    year: str | int = 2012,
    flow: str = "total trade",
    sector: str | None = None,
    sectors: Mapping[str, Sector] | None = None,
    lang: Lang = "en",
) -> Explorer | View:
    """
    Open a panel to look through the figures, in a notebook and without a network.

    The picture is the trade with the partner up to the year; the table has the places of the year
    or, where a sector is chosen, the sector in it. The call that makes both stands in a field, to
    be copied. What CBS does not publish is said in a sentence.

    Parameters
    ----------
    frame : pandas.DataFrame, optional
        Tidy frame with all partners; the figures at hand by default.
    partner : str
        ISO code or name of the country to begin with.
    year : str or int
        The year to begin with.
    flow : {"total trade", "import", "export"}
        The flow to begin with.
    sector : str, optional
        The sector to begin with, by its id in the sector file; all goods by default.
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
    >>> panel.partner.value = "NO"
    >>> "Norway" in panel.view.picture.headline
    True
    """
    say = Words(lang)
    known_lang(lang)
    cells = load() if frame is None else frame
    known = read_sectors() if sectors is None else sectors
    goods = trade.select(cells, kind="goods", product="TOTAL")
    goods = goods[goods["freq"] == "A"]
    years = sorted(goods["period"].unique())
    names = {
        say.partner(id): id
        for id in goods.loc[goods["partner_kind"] == "country", "partner"].unique()
    }
    said = {one.text(lang): id for id, one in known.items()}
    choices = {
        "partner": (_largest_first(names, goods, str(year)), registry.country(partner).id),
        "year": (years, str(year)),
        "flow": ([(say.label(each), each) for each in FLOWS], flow),
        "sector": ([(registry.product("TOTAL").text(lang), ALL), *said.items()], sector or ALL),
    }
    for name, (options, value) in choices.items():
        there = [option[1] if isinstance(option, tuple) else option for option in options]
        if value not in there:
            listed = ", ".join(there if len(there) < 40 else [*there[:12], "…"])
            raise UnknownName(
                f"No {name} {value!r} to look at.{close_to(str(value), there)} There are {listed}."
            )

    begin = "import nltrade as nl\n\n" + ("trade = nl.load()\n" if frame is None else "")

    def look(partner: str, year: str, flow: str, sector: str) -> View:
        if not sector:
            return _look(cells, partner, year, flow, {}, lang, begin)
        read = "sectors = nl.sectors()\n" if sectors is None else ""
        return _look(cells, partner, year, flow, {sector: known[sector]}, lang, begin + read)

    if find_spec("ipywidgets") is None:
        return look(*(value for _, value in choices.values()))
    return Explorer(look, choices, lang)


def _largest_first(
    names: Mapping[str, str], goods: pd.DataFrame, year: str
) -> list[tuple[str, str]]:
    """Order partners by name, but for the largest of the year, which come first."""
    traded = goods[(goods["period"] == year) & goods["flow"].isin(["import", "export"])]
    # Tables overlap in some years: of each flow one amount counts.
    amounts = traded.groupby(["partner", "flow"])["value_meur"].max().groupby("partner").sum()
    there = amounts[amounts.index.isin(list(names.values()))]
    largest = list(there.nlargest(LARGEST).index)

    by_name = sorted(names.items())
    first = sorted(
        (item for item in by_name if item[1] in largest), key=lambda item: largest.index(item[1])
    )
    return first + [item for item in by_name if item[1] not in largest]


def _look(
    frame: pd.DataFrame,
    partner: str,
    year: str,
    flow: str,
    one: Mapping[str, Sector],
    lang: Lang,
    begin: str,
) -> View:
    """Make the picture and the table of a choice, and the call that makes them."""
    seen = frame[frame["period"].str[:4] <= year]
    chosen = f'seen = trade[trade["period"].str[:4] <= "{year}"]'
    if flow != FLOWS[0]:
        seen = seen[seen["flow"] == flow]
        chosen += f'\nseen = seen[seen["flow"] == "{flow}"]'
    among = side_of(partner, year)
    tell = f'partner="{partner}", lang="{lang}"'
    if one:
        (id,) = one
        chosen += f'\none = {{"{id}": sectors["{id}"]}}'
        draw = f"draw_sectors_over_time(seen, sectors=one, {tell})"
        found = f'nl.sector_trade(trade, "{partner}", "{year}", sectors=one)'
        table = f'nl.show({found}, "{lang}", sectors=one)'
        drawn = _tried(
            lambda: draw_sectors_over_time(seen, partner=partner, sectors=one, lang=lang)
        )
        listed = _tried(lambda: show(_sector(frame, partner, year, one), lang, sectors=one))
    else:
        draw = f"draw_over_time(seen, period={year}, {tell})"
        table = f'nl.show_ranking(trade, period="{year}", flow="{flow}", among="{among}", {tell})'
        drawn = _tried(lambda: draw_over_time(seen, partner=partner, period=year, lang=lang))
        listed = _tried(
            lambda: show_ranking(
                frame, period=year, flow=flow, among=among, partner=partner, lang=lang
            )
        )
    call = f"{begin}{chosen}\ndisplay(nl.charts.{draw})\ndisplay({table})"
    says = tuple(
        dict.fromkeys(str(result) for result in (drawn, listed) if isinstance(result, NltradeError))
    )
    picture = drawn if isinstance(drawn, Chart) else None
    return View(picture, listed if isinstance(listed, Report) else None, says, call, lang)


def _sector(
    frame: pd.DataFrame, partner: str, year: str, one: Mapping[str, Sector]
) -> pd.DataFrame:
    trade.select(frame, partner=partner, period=year)  # says what there is instead of nothing
    return sector_trade(frame, partner, year, sectors=one)


def _tried(make: Callable[[], Any]) -> Any:
    """Make something, or give the error that says why it is not there."""
    try:
        return make()
    except NltradeError as error:
        return error
