"""The sectors of one partner and period as tables for readers, in English and Dutch."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pandas as pd

from nltrade import registry
from nltrade.claims.reading import sentence
from nltrade.errors import UnknownName
from nltrade.questions.sectors import REMAINDER, most_detailed, why_missing
from nltrade.questions.trade import VALUE
from nltrade.registry import sectors as named
from nltrade.registry.entries import Kind, Lang, Sector
from nltrade.report import Report, Table
from nltrade.sources.comtrade import NOTE
from nltrade.tables.cells import first, in_words, numbers_of, source_lines, status_remarks
from nltrade.words import Words

FLOWS = ("import", "export")
Rate = tuple[str, Callable[[Words, float], str]]
SHARES: dict[str, Rate] = {
    "share_pct": ("share", Words.pct),
    "growth_pct": ("growth", Words.change),
}

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
    known = named.sectors() if sectors is None else sectors
    found = first(rows, 10_000)
    _require_one(found, known)

    tables, shown = [], []
    for kind in named.KINDS:
        of_kind = most_detailed(found, kind)
        ids = [id for id, one in known.items() if one.codes(kind)]
        if len(of_kind) and ids:
            rates = SHARES if growth else {"share_pct": SHARES["share_pct"]}
            tables.append(_table(of_kind, kind, [*ids, REMAINDER], known, rates, say, every=every))
            shown.append(of_kind)

    table = _reported(found, known, say)
    if table is not None:
        tables.append(table)
        shown.append(found[found["table"].isin(_others())])

    unseen = [one for one in known.values() if not one.goods and not one.services]
    if unseen and every:
        listed = [f"{one.text(lang)}: {one.about(lang)}" for one in unseen]
        tables.append(Table(f"{say.label('classes')}: {say.label('none')}", remarks=listed))
    sources = source_lines(pd.concat(shown), lang) if shown else []
    return Report(tables, sources, lang)


def _others() -> list[str]:
    return [table.id for table in registry.all_tables().values() if table.source != "CBS"]


def _reported(found: pd.DataFrame, known: Mapping[str, Sector], say: Words) -> Table | None:
    """Put what the partner reported that it bought in a table; count sectors with a figure."""
    rows = found[found["table"].isin(_others()) & found["flow"].eq("export")]
    rows = rows[rows["sector"].isin(list(known)) & rows["high_meur"].notna()]
    if rows.empty:
        return None

    rows = rows.sort_values(VALUE, ascending=False)
    sectors = [known[id] for id in rows["sector"]]
    records = rows.to_dict("records")
    head = say.label("export")
    texts = {
        say.label("sector"): [sector.text(say.lang) for sector in sectors],
        head: [_amount(row, say) for row in records],
        f"{head}, {say.label('share')}": [
            "" if pd.isna(row["share_pct"]) else say.pct(row["share_pct"]) for row in records
        ],
        say.label("coverage"): [say.label(sector.hs_coverage) for sector in sectors],
        say.label("classes"): [_span(sector.hs) for sector in sectors],
    }
    numbers = {head: numbers_of(rows[VALUE], say.label("million-euro"))}

    partner, year = str(rows["partner"].iloc[0]), str(rows["period"].iloc[0])
    with_figure = set(found.loc[found[VALUE].notna(), "sector"]) & set(known)
    remarks = [
        say.text("sectors-counted", count=len(with_figure), all=len(known), year=year),
        say.text("rate-of-year", rate=say.number(registry.rates()[year], 4), year=year),
        say.note(NOTE),
    ]
    title = say.text("sectors-reported-title", partner=partner, year=year)
    return Table(title, pd.DataFrame(texts), remarks, numbers)


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
    ids: Iterable[str],
    known: Mapping[str, Sector],
    rates: Mapping[str, Rate],
    say: Words,
    *,
    every: bool,
) -> Table:
    """Put the sectors of one kind in a table: those with a figure, and why the others have none."""
    cells = {(row["sector"], row["flow"]): row for row in of_kind.to_dict("records")}
    of_sector, gaps = [], dict[str, list[str]]()
    reasons: dict[str, None] = {}
    for id in ids:
        sector = known.get(id)
        name = sector.text(say.lang) if sector else say.label(id)
        missing = [why_missing(cells[id, flow], sector) for flow in FLOWS] if sector else []
        told = [_told(reason, values, say) for reason, values in missing if reason]
        if told:
            gaps.setdefault("; ".join(dict.fromkeys(told)), []).append(name)
        reasons |= dict.fromkeys(REST[reason] for reason, _ in missing if reason)
        if every or any(_known(cells[id, flow]) for flow in FLOWS):
            of_sector.append((id, name, sector))

    texts: dict[str, list[str]] = {say.label("sector"): [name for _, name, _ in of_sector]}
    if every:
        texts[say.label("coverage")] = [
            say.label(sector.coverage(kind)) if sector else "" for *_, sector in of_sector
        ]
        texts[say.label("classes")] = [
            " ".join(sector.codes(kind)) if sector else "" for *_, sector in of_sector
        ]
    numbers = {}
    for flow in (*FLOWS, "balance"):
        of_flow = [cells[id, flow] for id, *_ in of_sector]
        head = say.label(flow)
        texts[head] = [_amount(row, say) for row in of_flow]
        numbers[head] = numbers_of((row[VALUE] for row in of_flow), say.label("million-euro"))
        for column, (label, write) in rates.items() if flow in FLOWS else []:
            values = [row[column] for row in of_flow]
            head = f"{say.label(flow)}, {say.label(label)}"
            texts[head] = ["" if pd.isna(rate) else write(say, rate) for rate in values]
            numbers[head] = numbers_of(values, "%")

    title = [in_words(name, of_kind, say)[0] for name in ("kind", "partner", "period", "table")]
    rest = "remainder-holds" if reasons else "remainder-alone"
    remarks = [say.text(rest, gaps=list(reasons))]
    remarks += [sentence(f"{say.several(names)}: {why}.") for why, names in gaps.items()]
    remarks += status_remarks(of_kind, say.lang)
    title.append(say.label("million-euro"))
    return Table(", ".join(title), pd.DataFrame(texts), remarks, numbers)


def _known(row: Mapping[str, Any]) -> bool:
    """Tell whether there is a value, or bounds of what CBS withholds."""
    return not (pd.isna(row[VALUE]) and pd.isna(row["high_meur"]))


def _amount(row: Mapping[str, Any], say: Words) -> str:
    """Write a value, or the bounds of what CBS withholds; a dash where there is neither."""
    if not pd.isna(row[VALUE]):
        return say.number(row[VALUE])
    if pd.isna(row["high_meur"]):
        return "–"
    if row["high_meur"] < LITTLE:
        return say.label("under-half-a-million")
    low = 0.0 if pd.isna(row["low_meur"]) else row["low_meur"]
    return say.text("sector-bounds", low=low, high=row["high_meur"])


def withheld(low: float, high: float, say: Words) -> str:
    """Say that CBS withholds a value, and between which amounts it lies."""
    id = "sector-withheld-little" if high < LITTLE else "sector-withheld"
    return say.text(id, low=low, high=high)


def _told(reason: str, values: Mapping[str, Any], say: Words) -> str:
    return (
        withheld(**values, say=say) if reason == "sector-withheld" else say.text(reason, **values)
    )
