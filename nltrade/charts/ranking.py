"""The place of a partner in total trade: the first partners, and the subject among them."""

from datetime import date
from functools import partial
from typing import Any, Literal

import pandas as pd

from nltrade import registry
from nltrade.charts import style
from nltrade.charts.canvas import TEXT, Canvas, text_width, unit_of, wrap
from nltrade.charts.chart import Chart, headline_of
from nltrade.charts.provenance import footer, year_label
from nltrade.charts.series import Series
from nltrade.claims.reading import Placed, place_range
from nltrade.errors import NoData
from nltrade.questions import trade
from nltrade.questions.ranking import Among, rank_partners
from nltrade.questions.trade import VALUE
from nltrade.registry.entries import Flow, Lang
from nltrade.words import Words

# What the headline says.
HEADLINES = {
    "total trade": "ranking-total-trade",
    "import": "ranking-import",
    "export": "ranking-export",
}
SHOWN = 6
ROW, BAR = 0.29, 0.66  # inches of a bar with its room; the part of it that is bar


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
    frame : pandas.DataFrame
        Tidy frame.
    partner : str
        ISO code, slug or name of the partner in colour.
    period : str or int
        Year.
    flow : str
        What is ranked: ``"total trade"``, ``"import"`` or ``"export"``.
    lang : {"en", "nl"}
        Language.

    Returns
    -------
    Chart

    Raises
    ------
    UnknownName
        No such partner.
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
    rows = of_year[of_year["table"] == table]
    data = _data(rows, partner, flow, among, table, year)
    own = data[data["partner"] == partner]
    if own.empty:
        name = registry.partner(partner).name()
        raise NoData(
            f"{name} ({partner}) is not published separately in {table} for {year}; not zero."
        )

    about = {
        "partner": partner,
        "where": among.replace(" ", "-").lower(),
        "year": year_label(frame, table, year, lang),
        "place": int(own["place"].iloc[0]),
        "what": flow,
        "unit": unit_of(data[[VALUE]]).label,
    }
    return Chart(
        "ranking",
        lang,
        "bars",
        headline_of(say.text(HEADLINES[flow], **about), say.text("ranking-short", **about)),
        say.text("ranking-subtitle" if flow == "total trade" else "ranking-subtitle-flow", **about),
        footer(frame, [table], say, year=year),
        [Series(say.label(flow), _values(data, say))],
        data,
        partial(_paint, data=data, partner=partner, say=say),
        _notes(rows, own.iloc[0], among, flow, say),
    )


def _data(
    rows: pd.DataFrame, partner: str, flow: Flow, among: Among, table: str, year: str
) -> pd.DataFrame:
    """Keep the first partners, and the one that was asked for."""
    ranked = rank_partners(rows, period=year, flow=flow, among=among, table=table)
    ranked = ranked[ranked["flow"] == flow]
    further = ranked[SHOWN:]
    data = pd.concat([ranked[:SHOWN], further[further["partner"] == partner]])
    about = {"what": flow, "members": year, "table": table, "among": among}
    ours = [name for name in data if "table" in name or "modified" in name or name in about]
    data = data.drop(columns=["flow", *ours]).reset_index(drop=True)
    for at, (name, value) in enumerate(about.items()):
        data.insert(at, name, value)
    whole_numbers = dict.fromkeys(["place", "best", "worst", "hidden"], "Int64")
    return data.astype({name: kind for name, kind in whole_numbers.items() if name in data})


def _values(data: pd.DataFrame, say: Words) -> dict[str, float | str | None]:
    return dict(zip([say.partner(id) for id in data["partner"]], data[VALUE], strict=True))


def _notes(
    rows: pd.DataFrame, own: "pd.Series[float]", among: Among, flow: Flow, say: Words
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
    of_groups = rows[rows["partner"].isin(groups)]
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
    names, most = [], (0.42 if canvas.narrow else 0.3) * canvas.width
    for row in data.itertuples():
        words = say.text("ranking-name", place=row.place, partner=row.partner)
        names.append(wrap(words, most, TEXT, "bold" if row.partner == partner else "normal"))
    left = max(text_width(line, TEXT, "bold") for name in names for line in name.split("\n"))
    left += 0.1
    tall = [ROW + 0.15 * name.count("\n") for name in names]
    # a partner further down stands a little apart from the first ones
    apart = len(data) > SHOWN and data["place"].iloc[-1] > data["place"].iloc[-2] + 1
    gap = 0.12 if apart else 0.0

    (ax,) = canvas.open(sum(tall) + gap, ticks=False).axes(left=left)
    labels = [say.number(value / unit.meur, int(unit.meur > 1)) for value in data[VALUE]]
    widest = max(text_width(label, TEXT, "bold") for label in labels) + 0.12
    high = data[VALUE].max() or 1.0
    ax.set(xlim=(0, high / (1 - widest / (canvas.width - left))), ylim=(sum(tall) + gap, 0))
    top = 0.0
    for row, name, label, height in zip(data.itertuples(), names, labels, tall, strict=True):
        own = row.partner == partner
        if apart and own:
            ax.axhline(top + gap / 2, color=style.RULE, linewidth=0.8, linestyle=(0, (2, 2)))
            top += gap
        at = top + height / 2
        value = row.value_meur
        ax.barh(at, value, height=ROW * BAR, color=style.SUBJECT if own else style.PALE)
        look: dict[str, Any] = {
            "va": "center",
            "fontsize": TEXT,
            "weight": "bold" if own else "normal",
            "color": style.readable(style.SUBJECT if own else style.INK),
            "linespacing": 1.1,
        }
        ax.annotate(label, (value, at), xytext=(4, 0), textcoords="offset points", **look)
        ax.annotate(
            name, (0, at), xytext=(-left * 72, 0), textcoords="offset points", ha="left", **look
        )
        top += height
    ax.set(xticks=[], yticks=[])
    ax.grid(False)
    ax.spines["bottom"].set_visible(False)
    ax.spines["left"].set_visible(True)
