"""The headline findings on the trade with a partner in a year: a sentence for each thing that the data carry."""

from typing import Any

import pandas as pd

from nltrade import registry
from nltrade.charts import Chart
from nltrade.charts.provenance import year_label
from nltrade.claims.reading import Placed, place_range
from nltrade.questions import trade
from nltrade.questions.trade import VALUE
from nltrade.registry.entries import Flow, Lang
from nltrade.words import Words

HARDLY = 1.0  # percent: a smaller change is called hardly one
SMALL = 50.0  # million euro: of less, the rounding of cells to a million alone changes a rate by a percent
TELLING = 0.05  # percent: a smaller share would be written as nothing
FLOWS: tuple[Flow, Flow] = ("import", "export")


def findings(
    frame: pd.DataFrame, charts: dict[str, Chart], *, partner: str, year: str, lang: Lang
) -> list[str]:
    """
    Say what the figures of a year say.

    Parameters
    ----------
    frame : pandas.DataFrame
        Tidy frame.
    charts : dict of str to Chart
        The figures of the document by name: place and composition are told from theirs.
    partner : str
        ISO code of a country.
    year : str
        Year.
    lang : {"en", "nl"}
        Language.

    Returns
    -------
    list of str
        Sentences. What CBS does not publish is said to be not published, and is never a zero.

    Examples
    --------
    >>> import nltrade as nl
    >>> findings(nl.load(), {}, partner="RU", year="2012", lang="en")[0]
    'Imports of goods from Russia rose by 19.9% to €20.3bn in 2012.'
    """
    say = Words(lang)
    told = _goods(frame, partner, year, say)
    if "ranking" in charts:
        told.append(_place(charts["ranking"].data, partner, say))
    if "composition" in charts and charts["composition"].data[VALUE].any():
        told.append(_sentence(charts["composition"].headline))
    return [*told, *_services(frame, partner, year, say)]


def _goods(frame: pd.DataFrame, partner: str, year: str, say: Words) -> list[str]:
    """Say imports and exports with their change, which were larger, their shares, and the other concept's values."""
    about: dict[str, Any] = {"partner": partner}
    goods = frame[(frame["kind"] == "goods") & (frame["level"] == 0) & (frame["freq"] == "A")]
    table = trade.main_table(goods, kind="goods", period=year, partner=partner)
    rows = goods[(goods["table"] == table) & (goods["partner"] == partner)]
    amount = _amounts(rows, year)
    if not amount:
        return [say.text("year-not-published", year=year, **about)]
    grown = trade.growth(rows)
    grown = grown[grown["period"] == year].set_index("flow")
    about["year"] = year_label(frame, table, year, say.lang)
    told = [_flow(flow, amount.get(flow), grown, about, say) for flow in FLOWS]
    told += _reason(grown, table, year, say)
    if len(amount) == len(FLOWS) and any(amount.values()):
        gap = amount["export"] - amount["import"]
        id = "finding-surplus" if gap > 0 else "finding-deficit" if gap < 0 else "finding-balanced"
        told.append(say.text(id, gap=abs(gap), **about))
    world = _amounts(goods[(goods["table"] == table) & (goods["partner"] == "WORLD")], year)
    shares = {flow: 100 * amount[flow] / world[flow] for flow in amount if world.get(flow)}
    if shares and min(shares.values()) >= TELLING:
        listed = [
            say.text("finding-share-of", flow=flow, share=share) for flow, share in shares.items()
        ]
        told.append(say.text("finding-shares", listed=say.several(listed)))
    concept = registry.table(table).concept
    told.append(say.text("finding-concept", concept=concept, table=table))
    return [*told, *_other_concept(goods[goods["partner"] == partner], table, year, say)]


def _amounts(rows: pd.DataFrame, year: str) -> dict[str, float]:
    """Give the published values of imports and exports in a year."""
    found = rows[(rows["period"] == year) & rows["flow"].isin(FLOWS)].dropna(subset=[VALUE])
    return dict(zip(found["flow"], found[VALUE], strict=True))


def _flow(
    flow: Flow, amount: float | None, grown: pd.DataFrame, about: dict[str, Any], say: Words
) -> str:
    """Say one flow: how it changed where that may be said, else its value, else that there is none."""
    values = {**about, "what": f"{flow}-goods", "value": amount}
    if amount is None:
        return say.text("finding-not-published", **values)
    if amount == 0:
        return say.text("finding-zero", **values)
    rate = grown.loc[flow, "growth_pct"]
    if pd.isna(rate) or min(amount, grown.loc[flow, "previous_meur"]) < SMALL:
        return say.text("finding-level", **values)
    id = "hardly" if abs(rate) < HARDLY else "rose" if rate > 0 else "fell"
    return say.text(f"finding-{id}", change=rate, by=abs(rate), **values)


def _reason(grown: pd.DataFrame, table: str, year: str, say: Words) -> list[str]:
    """Say why no change is given, where the method or a part-year forbids it."""
    before = str(int(year) - 1)
    if grown["growth_note"].eq("part-year").any():
        return [say.text("finding-part-year", before=before)]
    crossed = [gap.note for gap in registry.table(table).breaks if gap.after == year]
    return [say.text("finding-break", before=before, note=say.note(id)) for id in crossed]


def _other_concept(rows: pd.DataFrame, table: str, year: str, say: Words) -> list[str]:
    """Say the values of a table of another concept, where there is one."""
    concept = registry.table(table).concept
    told = []
    for other in rows.loc[rows["concept"] != concept, "table"].unique():
        amount = _amounts(rows[rows["table"] == other], year)
        if not amount:
            continue
        values = {
            "concept": registry.table(other).concept,
            "table": other,
            "year": year_label(rows, other, year, say.lang),
        }
        listed = [
            say.text("finding-amount", flow=flow, value=value) for flow, value in amount.items()
        ]
        told.append(say.text("finding-other-concept", listed=say.several(listed), **values))
    return told


def _place(data: pd.DataFrame, partner: str, say: Words) -> str:
    """Say the place in total trade, imports and exports, with the EU of the time."""
    own = data[
        (data["partner"] == partner)
        & data["what"].isin(["total trade", *FLOWS])
        & (data["members"] != "today")
    ]
    listed = [
        say.text(
            "finding-place-in",
            place=row["place"],
            what=row["what"],
            range=place_range(Placed.of(row), say.lang),
        )
        for row in own.to_dict("records")
    ]
    where = "inside-eu" if data["among"].iloc[0] == "inside EU" else "outside-eu"
    values = {"partner": partner, "where": where, "listed": say.several(listed)}
    return _sentence(say.text("finding-place", **values))


def _services(frame: pd.DataFrame, partner: str, year: str, say: Words) -> list[str]:
    """Say exports and imports of services in the year, in the newest table that has it."""
    rows = frame[(frame["kind"] == "services") & (frame["level"] == 0) & (frame["period"] == year)]
    if rows.empty:
        return [say.text("finding-services-no-table", year=year)]
    own = rows[rows["partner"] == partner].dropna(subset=[VALUE])
    if own.empty:
        return [say.text("finding-services-none", partner=partner, year=year)]
    table = own["table"].iloc[-1]
    amount = _amounts(own[own["table"] == table], year)
    listed = [say.text("finding-amount", flow=flow, value=value) for flow, value in amount.items()]
    values = {"partner": partner, "year": year_label(frame, table, year, say.lang), "table": table}
    return [say.text("finding-services", listed=say.several(listed), **values)]


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."
