"""The place of a partner in total trade: the first partners, and the subject among them."""

from datetime import date
from functools import partial
from typing import Literal

import pandas as pd

from nltrade import registry
from nltrade.charts import rows, style
from nltrade.charts.canvas import Canvas, unit_of
from nltrade.charts.chart import Chart, headline_of
from nltrade.charts.provenance import source_of, year_label
from nltrade.charts.series import Series
from nltrade.claims.reading import Placed, place_range
from nltrade.errors import NoData
from nltrade.questions import trade
from nltrade.questions.ranking import Among, rank_partners
from nltrade.questions.trade import VALUE
from nltrade.registry.entries import Flow, Lang
from nltrade.words import Words

SHOWN = 6  # partners, and after them the one that was asked for


def draw_ranking(
    frame: pd.DataFrame,
    *,
    partner: str = "RU",
    period: str | int = 2012,
    flow: Literal["total trade", "import", "export"] = "total trade",
    lang: Lang = "en",
) -> Chart:
    """
    Draw the first partners outside (or, for a member, inside) the EU of that year.

    Parameters
    ----------
    flow : str
        What is ranked: ``"total trade"``, ``"import"`` or ``"export"``.
    frame, partner, period, lang
        As for `draw`.

    Returns
    -------
    Chart

    Raises
    ------
    NoData
        The partner has no figure of its own in that period.

    Examples
    --------
    >>> import nltrade as nl
    >>> drawn = draw_ranking(nl.load(), partner="RU", period=2012)
    >>> drawn.headline
    'Russia was the third-largest trading partner outside the EU in 2012'
    >>> drawn.data.query("partner == 'RU'")[["place", "best", "worst"]].values.tolist()
    [[3, 3, 3]]
    """
    say = Words(lang)
    partner, year = registry.country(partner).id, str(period)
    members = registry.eu_members(date(int(year[:4]), 12, 31))
    among: Among = "inside EU" if partner in members else "outside EU"
    # the whole frame is only for the sentence that says which years there are
    totals = frame["kind"].eq("goods") & frame["level"].eq(0) & frame["period"].eq(year)
    of_year = frame[totals] if totals.any() else frame
    table = trade.main_table(of_year, kind="goods", period=year, partner=partner)
    cells = of_year[of_year["table"] == table]
    data = _data(cells, partner, flow, among, table, year)
    own = data[data["partner"] == partner].iloc[0]

    about = {
        "partner": partner,
        "where": among.replace(" ", "-").lower(),
        "year": year_label(frame, table, year, lang),
        "place": int(own["place"]),
        "what": flow,
        "unit": unit_of(data[[VALUE]]).label,
    }
    id = f"ranking-{flow.replace(' ', '-')}"
    subtitle = "ranking-subtitle" if flow == "total trade" else "ranking-subtitle-flow"
    return Chart(
        "ranking",
        lang,
        "bars",
        headline_of(say, id, "ranking-named", "ranking-short", **about),
        say.text(subtitle, **about) + _range(own, say),
        source_of(frame, [table], say, year=year),
        [Series(say.label(flow), _values(data, say))],
        data,
        partial(_paint, data=data, partner=partner, say=say),
        notes=_notes(cells, own, among, flow, say),
    )


def _data(
    cells: pd.DataFrame, partner: str, flow: Flow, among: Among, table: str, year: str
) -> pd.DataFrame:
    """Keep the first partners, and the one that was asked for."""
    ranked = rank_partners(cells, period=year, flow=flow, among=among, table=table)
    is_own = ranked["partner"] == partner
    if not is_own.any():
        name = registry.partner(partner).name()
        raise NoData(
            f"{name} ({partner}) is not published separately in {table} for {year}; that does not "
            "mean zero."
        )
    data = ranked[(ranked.index < SHOWN) | is_own].reset_index(drop=True)
    about = {"what": flow, "members": year, "table": table, "among": among}
    ours = [name for name in data if "table" in name or "modified" in name or name in about]
    rest = [name for name in data if name not in ("flow", *ours)]
    data = data.assign(**about)[[*about, *rest]]
    whole_numbers = dict.fromkeys(["place", "best", "worst", "hidden"], "Int64")
    return data.astype({name: kind for name, kind in whole_numbers.items() if name in data})


def _values(data: pd.DataFrame, say: Words) -> dict[str, float | str | None]:
    return dict(zip([say.partner(id) for id in data["partner"]], data[VALUE], strict=True))


def _range(own: "pd.Series[float]", say: Words) -> str:
    """Say which other places are possible, where any is: a headline names one alone."""
    placed = Placed.of(own.to_dict())
    if placed.certain:
        return ""
    return say.text("ranking-range", partner=placed.partner, range=place_range(placed, say.lang))


def _notes(
    cells: pd.DataFrame, own: "pd.Series[float]", among: Among, flow: Flow, say: Words
) -> list[str]:
    """Say how sure the place is, and which countries are in no place of their own."""
    placed = Placed.of(own.to_dict())
    sure = place_range(placed, say.lang)
    notes = [
        say.text("ranking-sure", place=placed.place, partner=placed.partner, range=sure),
        say.note("rank-certainty"),
        say.note("eu-membership"),
    ]
    inside = among == "inside EU"
    partners = registry.partners().values()
    groups = [p.id for p in partners if p.holds == "countries" and p.eu == inside]
    of_groups = cells[cells["partner"].isin(groups)]
    of_groups = pd.concat([of_groups, trade.total(of_groups)])
    of_groups = of_groups[of_groups["flow"] == flow].dropna(subset=[VALUE])
    if len(of_groups):
        largest = of_groups.loc[of_groups[VALUE].idxmax()]
        values = {"partner": largest["partner"], "value": largest[VALUE]}
        notes.append(say.text("ranking-group", **values))
    return notes


def _paint(canvas: Canvas, data: pd.DataFrame, partner: str, say: Words) -> None:
    """Draw a bar for each partner, with its place and name before it and its value behind it."""
    unit = unit_of(data[[VALUE]])
    values = data[VALUE].tolist()
    places = zip(data["place"], data["partner"], strict=True)
    names = [say.text("ranking-name", place=place, partner=id) for place, id in places]
    labels = [say.number(value / unit.meur, int(unit.meur > 1)) for value in values]
    colours = [style.SUBJECT if id == partner else style.PALE for id in data["partner"]]
    own = data["partner"].tolist().index(partner)
    ax, laid = rows.bars(canvas, names, labels, values, colours, subject=own)
    # a partner further down stands apart from the first ones
    if len(data) > SHOWN and data["place"].iloc[-1] > data["place"].iloc[-2] + 1:
        ax.axhline(sum(laid.tall) - laid.tall[-1], **style.DASHED)
