"""The headline findings on the trade with a partner in a year: a sentence for each thing that the data carry."""

from typing import Any

import pandas as pd

from nltrade import registry, trade, wording
from nltrade.charts import Chart
from nltrade.charts.provenance import year_label
from nltrade.registry.entries import Flow, Lang
from nltrade.trade import VALUE
from nltrade.verdicts.reading import Placed, place_range

HARDLY = 1.0  # percent: a smaller change is called hardly one
SMALL = 50.0  # million euro: of less, the rounding of cells to a million alone changes a rate by a percent
TELLING = 0.05  # percent: a smaller share would be written as nothing
FLOWS: tuple[Flow, Flow] = ("import", "export")


def findings(frame: pd.DataFrame, charts: dict[str, Chart], *, partner: str, year: str, lang: Lang) -> list[str]:
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
    told = _goods(frame, partner, year, lang)
    if "ranking" in charts:
        told.append(_place(charts["ranking"].data, partner, lang))
    if "composition" in charts and charts["composition"].data[VALUE].any():
        told.append(_sentence(charts["composition"].headline))
    return [*told, *_services(frame, partner, year, lang)]


def _goods(frame: pd.DataFrame, partner: str, year: str, lang: Lang) -> list[str]:
    """Say imports and exports with their change, which were larger, their shares, and the other concept's values."""
    about: dict[str, Any] = {"partner": partner}
    goods = frame[(frame["kind"] == "goods") & (frame["level"] == 0) & (frame["freq"] == "A")]
    table = trade.main_table(goods, kind="goods", period=year, partner=partner)
    rows = goods[(goods["table"] == table) & (goods["partner"] == partner)]
    amount = _amounts(rows, year)
    if not amount:
        return [wording.text("year-not-published", lang, year=year, **about)]
    grown = trade.growth(rows)
    grown = grown[grown["period"] == year].set_index("flow")
    about["year"] = year_label(frame, table, year, lang)
    told = [_flow(flow, amount.get(flow), grown, about, lang) for flow in FLOWS]
    told += _reason(grown, table, year, lang)
    if len(amount) == len(FLOWS) and any(amount.values()):
        gap = amount["export"] - amount["import"]
        id = "finding-surplus" if gap > 0 else "finding-deficit" if gap < 0 else "finding-balanced"
        told.append(wording.text(id, lang, gap=abs(gap), **about))
    world = _amounts(goods[(goods["table"] == table) & (goods["partner"] == "WORLD")], year)
    shares = {flow: 100 * amount[flow] / world[flow] for flow in amount if world.get(flow)}
    if shares and min(shares.values()) >= TELLING:
        listed = [wording.text("finding-share-of", lang, flow=flow, share=share) for flow, share in shares.items()]
        told.append(wording.text("finding-shares", lang, listed=wording.several(listed, lang)))
    concept = registry.table(table).concept
    told.append(wording.text("finding-concept", lang, concept=concept, table=table))
    return [*told, *_other_concept(goods[goods["partner"] == partner], table, year, lang)]


def _amounts(rows: pd.DataFrame, year: str) -> dict[str, float]:
    """Give the published values of imports and exports in a year."""
    found = rows[(rows["period"] == year) & rows["flow"].isin(FLOWS)].dropna(subset=[VALUE])
    return dict(zip(found["flow"], found[VALUE], strict=True))


def _flow(flow: Flow, amount: float | None, grown: pd.DataFrame, about: dict[str, Any], lang: Lang) -> str:
    """Say one flow: how it changed where that may be said, else its value, else that there is none."""
    values = {**about, "what": f"{flow}-goods", "value": amount}
    if amount is None:
        return wording.text("finding-not-published", lang, **values)
    if amount == 0:
        return wording.text("finding-zero", lang, **values)
    rate = grown.loc[flow, "growth_pct"]
    if pd.isna(rate) or min(amount, grown.loc[flow, "previous_meur"]) < SMALL:
        return wording.text("finding-level", lang, **values)
    id = "hardly" if abs(rate) < HARDLY else "rose" if rate > 0 else "fell"
    return wording.text(f"finding-{id}", lang, change=rate, by=abs(rate), **values)


def _reason(grown: pd.DataFrame, table: str, year: str, lang: Lang) -> list[str]:
    """Say why no change is given, where the method or a part-year forbids it."""
    before = str(int(year) - 1)
    if grown["growth_note"].eq("part-year").any():
        return [wording.text("finding-part-year", lang, before=before)]
    crossed = [gap.note for gap in registry.table(table).breaks if gap.after == year]
    return [wording.text("finding-break", lang, before=before, note=wording.note(id, lang)) for id in crossed]


def _other_concept(rows: pd.DataFrame, table: str, year: str, lang: Lang) -> list[str]:
    """Say the values of a table of another concept, where there is one."""
    concept = registry.table(table).concept
    told = []
    for other in rows.loc[rows["concept"] != concept, "table"].unique():
        amount = _amounts(rows[rows["table"] == other], year)
        if not amount:
            continue
        values = {"concept": registry.table(other).concept, "table": other, "year": year_label(rows, other, year, lang)}
        listed = [wording.text("finding-amount", lang, flow=flow, value=value) for flow, value in amount.items()]
        told.append(wording.text("finding-other-concept", lang, listed=wording.several(listed, lang), **values))
    return told


def _place(data: pd.DataFrame, partner: str, lang: Lang) -> str:
    """Say the place in total trade, imports and exports, with the EU of the time."""
    own = data[(data["partner"] == partner) & data["what"].isin(["total trade", *FLOWS]) & (data["members"] != "today")]
    listed = [
        wording.text(
            "finding-place-in", lang, place=row["place"], what=row["what"], range=place_range(Placed.of(row), lang)
        )
        for row in own.to_dict("records")
    ]
    where = "inside-eu" if data["among"].iloc[0] == "inside EU" else "outside-eu"
    values = {"partner": partner, "where": where, "listed": wording.several(listed, lang)}
    return _sentence(wording.text("finding-place", lang, **values))


def _services(frame: pd.DataFrame, partner: str, year: str, lang: Lang) -> list[str]:
    """Say exports and imports of services in the year, in the newest table that has it."""
    rows = frame[(frame["kind"] == "services") & (frame["level"] == 0) & (frame["period"] == year)]
    if rows.empty:
        return [wording.text("finding-services-no-table", lang, year=year)]
    own = rows[rows["partner"] == partner].dropna(subset=[VALUE])
    if own.empty:
        return [wording.text("finding-services-none", lang, partner=partner, year=year)]
    table = own["table"].iloc[-1]
    amount = _amounts(own[own["table"] == table], year)
    listed = [wording.text("finding-amount", lang, flow=flow, value=value) for flow, value in amount.items()]
    values = {"partner": partner, "year": year_label(frame, table, year, lang), "table": table}
    return [wording.text("finding-services", lang, listed=wording.several(listed, lang), **values)]


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."
