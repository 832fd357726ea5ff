"""The sectors of one partner and period as tables for readers, in English and Dutch."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import pandas as pd

from nltrade import registry
from nltrade.claims.reading import is_cbs, sentence
from nltrade.errors import UnknownName
from nltrade.questions.sectors import most_detailed, why_missing
from nltrade.questions.trade import VALUE
from nltrade.registry import sectors as named
from nltrade.registry.entries import Kind, Lang, Sector
from nltrade.registry.sectors import REMAINDER
from nltrade.report import Report, Table
from nltrade.sources.comtrade import NOTE
from nltrade.tables.cells import RATES, first, in_words, source_lines, status_remarks
from nltrade.tables.columns import NONE, Column, Columns, no_rows, table_of, written
from nltrade.words import Words

FLOWS = ("import", "export")
LITTLE = 0.5  # million euro: CBS rounds less to zero

# What the remainder can hold beside goods of no sector, by why a sector has no value.
REST = {
    "sector-fetch": "not-on-this-machine",
    "sector-absent": "rest-not-in-the-table",
    "sector-withheld": "not published",
    "sector-unbounded": "not published",
}


def sectors_report(
    rows: Any,
    lang: Lang,
    sectors: Mapping[str, Sector] | None = None,
    *,
    every: bool = False,
    growth: bool = True,
) -> Report:
    """
    Present the sectors of one partner and period, goods and services apart.

    A row for each sector with a figure, or for every one; under it, why there is none of the
    others. What a partner reported has a table of its own.
    """
    say = Words(lang)
    known = named.sectors(sectors)
    found = first(rows, 10_000)
    if found.empty:
        return no_rows(say)
    _require_one(found, known)

    rates = ["share_pct", "growth_pct"] if growth else ["share_pct"]
    about = found[["partner", "period"]].iloc[0].to_dict()
    tables, shown, lacking = [], [], []
    for kind in named.KINDS:
        of_kind = most_detailed(found, kind)
        asked = {id: one for id, one in known.items() if one.codes(kind)}
        here = {id: one for id, one in asked.items() if id in set(of_kind["sector"])}
        if here:
            tables.append(_table(of_kind, kind, here, rates, say, every=every))
            shown.append(of_kind)
        elif not set(found["sector"]).isdisjoint(asked):
            lacking.append(Table(say.text("sectors-none-of", kind=kind, **about)))
    if shown:
        tables += lacking

    theirs = found[~found["table"].map(is_cbs).astype(bool)]
    bought = theirs[theirs["flow"].eq("export") & theirs["high_meur"].notna()]
    bought = bought[bought["sector"].isin(list(known))]
    if len(bought):
        with_figure = set(found.loc[found[VALUE].notna(), "sector"]) & set(known)
        tables.append(_reported(bought, known, len(with_figure), say))
        shown.append(theirs)

    unseen = [one for one in known.values() if not one.goods and not one.services]
    if unseen and every:
        listed = [f"{one.text(lang)}: {one.about(lang)}" for one in unseen]
        tables.append(Table(f"{say.label('classes')}: {say.label('none')}", remarks=listed))
    sources = source_lines(pd.concat(shown), lang) if shown else []
    return Report(tables, sources, lang)


def _reported(rows: pd.DataFrame, known: Mapping[str, Sector], count: int, say: Words) -> Table:
    """Put what the partner reported that it bought in a table; say how many have a figure."""
    rows = rows.sort_values(VALUE, ascending=False)
    sectors = [known[id] for id in rows["sector"]]
    columns: Columns = {
        "sector": [sector.text(say.lang) for sector in sectors],
        "export": _amounts(rows, say),
        f"{say.label('export')}, {say.label('share')}": written(
            rows["share_pct"], say.pct, "%", none=""
        ),
        "coverage": [say.label(sector.hs_coverage) for sector in sectors],
        "classes": [_span(sector.hs) for sector in sectors],
    }

    partner, year = str(rows["partner"].iloc[0]), str(rows["period"].iloc[0])
    remarks = [
        say.text("sectors-counted", count=count, all=len(known), year=year),
        say.text("rate-of-year", rate=say.number(registry.rates()[year], 4), year=year),
        say.note(NOTE),
    ]
    title = say.text("sectors-reported-title", partner=partner, year=year)
    return table_of(title, columns, say, remarks)


def _span(chapters: list[str]) -> str:
    """Write chapters, three or more in a row as a span."""
    numbers = [code.removeprefix("HS") for code in chapters]
    whole = [f"{number:02}" for number in range(int(numbers[0]), int(numbers[-1]) + 1)]
    if len(numbers) > 2 and numbers == whole:
        return f"HS {numbers[0]}–{numbers[-1]}"
    return f"HS {' '.join(numbers)}"


def _require_one(found: pd.DataFrame, known: Mapping[str, Sector]) -> None:
    """Refuse sectors without a definition, and more than one partner or period."""
    if strange := sorted(set(found["sector"]) - set(known) - {REMAINDER}):
        raise UnknownName(
            f"The frame has sectors that are not among those given: {', '.join(strange)}. Give the "
            "ones it was made of: nltrade.show(found, sectors=nltrade.sectors(file))."
        )
    for column in ("partner", "period"):
        if found[column].nunique() > 1:
            listed = ", ".join(sorted(found[column].unique())[:5])
            raise UnknownName(
                f"Sectors are shown for one {column} at a time; the frame has {listed}… Choose one "
                "with nltrade.sector_trade(frame, partner, period)."
            )


def _table(
    of_kind: pd.DataFrame,
    kind: Kind,
    sectors: Mapping[str, Sector],
    rates: Iterable[str],
    say: Words,
    *,
    every: bool,
) -> Table:
    """Put the sectors of one kind in a table: those with a figure, and why the others have none."""
    cells = of_kind.set_index(["flow", "sector"])
    names = {id: sector.text(say.lang) for id, sector in sectors.items()}
    names[REMAINDER] = say.label(REMAINDER)
    is_known = cells[[VALUE, "high_meur"]].notna().any(axis=1)
    shown = [id for id in names if every or any(is_known[flow, id] for flow in FLOWS)]

    columns: Columns = {"sector": [names[id] for id in shown]}
    if every:  # and last the remainder, which has neither
        listed = sectors.values()
        columns["coverage"] = [*(say.label(one.coverage(kind)) for one in listed), ""]
        columns["classes"] = [*(" ".join(one.codes(kind)) for one in listed), ""]
    for flow in (*FLOWS, "balance"):
        rows = cells.loc[flow].loc[shown]
        columns[flow] = _amounts(rows, say)
        for column in rates if flow in FLOWS else ():
            label, write = RATES[column]
            head = f"{say.label(flow)}, {say.label(label)}"
            columns[head] = written(rows[column], partial(write, say), "%", none="")

    named = [in_words(name, of_kind, say)[0] for name in ("kind", "partner", "period", "table")]
    remarks = [*_why_missing(cells, sectors, say), *status_remarks(of_kind, say.lang)]
    title = ", ".join([*named, say.label("million-euro")])
    if not shown:  # nor is there a rest, which is what the first remark tells
        return Table(title, remarks=remarks[1:])
    return table_of(title, columns, say, remarks)


def _why_missing(cells: pd.DataFrame, sectors: Mapping[str, Sector], say: Words) -> list[str]:
    """Say what the remainder can hold, and of each reason which sectors have no value for it."""
    rest: dict[str, None] = {}
    gaps: dict[str, list[str]] = {}
    for id, sector in sectors.items():
        missing = [why_missing(cells.loc[(flow, id)], sector) for flow in FLOWS]
        told = [_told(reason, values, say) if reason else "" for reason, values in missing]
        rest |= dict.fromkeys(REST[reason] for reason, _ in missing if reason)
        if any(told):
            gaps.setdefault(_of_flows(told, say), []).append(sector.text(say.lang))

    holds = say.text("remainder-holds" if rest else "remainder-alone", gaps=list(rest))
    return [holds, *(sentence(f"{say.several(names)}: {why}.") for why, names in gaps.items())]


def _of_flows(told: list[str], say: Words) -> str:
    """Say once what holds of imports and exports alike, else of each with its name."""
    if len(set(told)) == 1:
        return told[0]
    named = zip(FLOWS, told, strict=True)
    return "; ".join(f"{why} ({say.label(flow)})" for flow, why in named if why)


def _amounts(rows: pd.DataFrame, say: Words) -> Column:
    """Write values, or the bounds of what CBS withholds; a dash where there is neither."""
    bounds = zip(rows["low_meur"], rows["high_meur"], strict=True)
    instead = [_bounds(low, high, say) for low, high in bounds]
    return written(rows[VALUE], say.number, say.label("million-euro"), instead)


def _bounds(low: float, high: float, say: Words) -> str:
    if pd.isna(high):
        return NONE
    if high < LITTLE:
        return say.label("under-half-a-million")
    return say.text("sector-bounds", low=0.0 if pd.isna(low) else low, high=high)


def withheld(low: float, high: float, say: Words) -> str:
    """Say that CBS withholds a value, and between which amounts it lies."""
    id = "sector-withheld-little" if high < LITTLE else "sector-withheld"
    return say.text(id, low=low, high=high)


def _told(reason: str, values: Mapping[str, Any], say: Words) -> str:
    if reason == "sector-withheld":
        return withheld(**values, say=say)
    return say.text(reason, **values)
