"""What `draw_sectors_over_time` says beside its panels: headline and footer."""

from collections.abc import Mapping

import pandas as pd

from nltrade import registry
from nltrade.charts.small_panels import FLOWS
from nltrade.questions.trade import VALUE
from nltrade.registry import sectors as named
from nltrade.registry.entries import Lang, Sector
from nltrade.words import Words


def not_drawn(
    data: pd.DataFrame, found: pd.DataFrame, known: Mapping[str, Sector], partner: str, lang: Lang
) -> list[str]:
    """Say how many sectors are not drawn, and for which a table that can be fetched has the classes."""
    say = Words(lang)
    none = sum(not sector.goods and not sector.services for sector in known.values())
    count = len(known) - data["sector"].nunique()
    says = [say.text("not-drawn", count=count, all=len(known), none=none)]
    drawn = set(zip(data["kind"], data["sector"], strict=True))
    here = found[found["absent"] == 0]
    at_hand = set(zip(here["table"], here["sector"], strict=True))
    for kind in named.KINDS:
        able = {}
        for table in registry.tables_with(partner=registry.partner(partner)):
            classes = {product.id for product in registry.product_keys(table.id).values()}
            able[table.id] = [
                id for id, sector in known.items()
                if sector.codes(kind) and classes.issuperset(sector.codes(kind))
                and (kind, id) not in drawn and (table.id, id) not in at_hand
            ]  # fmt: skip
        best = max(able, key=lambda id: (len(able[id]), registry.tables()[id].last), default="")
        if best and able[best]:
            says.append(say.text("fetch-adds", table=best, kind=kind, count=len(able[best])))
    return says


def notes(data: pd.DataFrame, known: Mapping[str, Sector], lang: Lang) -> list[str]:
    """Explain what is drawn: proxies, tables, breaks, concepts."""
    say = Words(lang)
    proxies = any(
        known[id].coverage(kind) == "proxy"
        for id, kind in zip(data["sector"], data["kind"], strict=True)
    )
    says = [say.label("proxy-meaning")] if proxies else []
    says += [say.label(id) for id in ("sectors-overlap", "one-table")]
    years = {str(table): set(rows["period"]) for table, rows in data.groupby("table", sort=False)}
    breaks = [(gap, years[table]) for table in years for gap in registry.tables()[table].breaks]
    crossed = [gap.note for gap, drawn in breaks if {gap.before, gap.after} <= drawn]
    if crossed:
        listed = "; ".join(say.note(id) for id in dict.fromkeys(crossed))
        says.append(say.text("breaks", breaks=listed))
    if data.loc[data["kind"] == "goods", "concept"].nunique() > 1:
        says.append(say.label("concepts"))
    return says


def headline_of(data: pd.DataFrame, known: Mapping[str, Sector], partner: str, lang: Lang) -> str:
    """Name the sectors with the highest imports and exports of a year."""
    say = Words(lang)
    highest = {}
    for flow in FLOWS:
        if len(rows := data[data["flow"] == flow]):
            top = rows.loc[rows[VALUE].idxmax()]
            name = known[top["sector"]].text(lang)
            values = {
                "sector": name,
                "kind": top["kind"],
                "value": top[VALUE],
                "year": top["period"],
            }
            highest[flow] = say.text("highest", **values)
    says = {"drawn": data["sector"].nunique(), "all": len(known), "partner": partner}
    says |= {f"{flow}s": words for flow, words in highest.items()}
    return say.text("-".join(["over-time-sectors", *highest]), **says)
