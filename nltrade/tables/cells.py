"""Tidy frames and the frames of sectors as tables for readers."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from nltrade import registry
from nltrade.errors import UnknownName
from nltrade.questions.sectors import REMAINDER, most_detailed
from nltrade.questions.trade import VALUE
from nltrade.registry import sectors as named
from nltrade.registry.entries import Lang, Sector
from nltrade.report import Report, Table
from nltrade.sources import snapshot
from nltrade.sources.snapshot import Origin
from nltrade.tables.sectors import sector_table
from nltrade.tables.wordings import certainty, known
from nltrade.words import Words

ROWS = 60
MARKS = {"provisional": "*", "revised provisional": "**"}  # those that CBS itself sets
MEANINGS = {"provisional": "provisional-mark", "revised provisional": "revised provisional-mark"}
NEEDED = {"table", "flow", "partner", "period", VALUE}
NAMED = ("kind", "flow", "partner", "product", "period", "table", "among")
HEADS = {"table": "cbs-table"}  # the others are labels themselves
AMOUNTS = {VALUE: "million-euro", "whole_meur": "whole", "previous_meur": "previous"}
RATES: dict[str, tuple[str, Callable[[Words, float], str]]] = {
    "share_pct": ("share", Words.pct),
    "growth_pct": ("growth", Words.change),
}


def tidy(rows: Any, lang: Lang) -> Report:
    """Present the first rows of a tidy frame; what is the same in all of them goes into the title."""
    say = Words(lang)
    frame = first(rows, ROWS + 1)
    shown = frame.head(ROWS)
    named = pd.DataFrame(
        {name: _words(name, shown, say) for name in NAMED if name in shown.columns}
    )
    same = [name for name in named.columns if named[name].nunique() == 1] if len(shown) > 0 else []
    table = named.drop(columns=same)
    table.columns = [say.label(HEADS.get(name, name)) for name in table.columns]
    numbers = {}
    for column, head in AMOUNTS.items():
        if column in shown.columns:
            nothing = "not published" if column == VALUE else "–"
            told = column == VALUE and "missing" in shown.columns
            reasons = shown["missing"].fillna("") if told else [nothing] * len(shown)
            numbers[say.label(head)] = [
                amount(value, lang) if pd.notna(value) else known(why or nothing, lang)
                for value, why in zip(shown[column], reasons, strict=True)
            ]
    for column, (head, write) in RATES.items():
        if column in shown.columns:
            numbers[say.label(head)] = [
                "–" if pd.isna(rate) else write(say, rate) for rate in shown[column]
            ]
    table = table.assign(**numbers)
    if "growth_note" in shown.columns and shown["growth_note"].any():
        table[say.label("growth-note")] = [_growth_note(note, say) for note in shown["growth_note"]]
    if {"place", "best", "worst"} <= set(shown.columns):
        table[say.label("place-head")] = [
            "–" if pd.isna(place) else str(place) for place in shown["place"]
        ]
        table[say.label("certainty")] = [certainty(row, lang) for row in shown.to_dict("records")]
    remarks = [say.text("first-rows", count=ROWS)] if len(frame) > ROWS else []
    title = ", ".join(named[name].iloc[0] for name in same)
    block = Table(title, table, [*status_remarks(shown, lang), *remarks], numbers=list(numbers))
    return Report([block], source_lines(shown, lang), lang)


def of_sectors(rows: Any, lang: Lang, sectors: Mapping[str, Sector] | None = None) -> Report:
    """Present the sectors of one partner and period, goods and services apart, and say why a figure is not there."""
    say = Words(lang)
    known_sectors = named.sectors() if sectors is None else sectors
    found = first(rows, 10_000)
    if strange := sorted(set(found["sector"]) - set(known_sectors) - {REMAINDER}):
        raise UnknownName(
            f"The frame has sectors that are not among those given: {', '.join(strange)}. Give the ones it was made "
            "of: nltrade.show(found, sectors=nltrade.sectors(file))."
        )
    for column in ("partner", "period"):
        if found[column].nunique() > 1:
            listed = ", ".join(sorted(found[column].unique())[:5])
            raise UnknownName(
                f"Sectors are shown for one {column} at a time; the frame has {listed}… Choose one with "
                "nltrade.sector_trade(frame, partner, period)."
            )
    blocks, tables = [], []
    for kind in named.KINDS:
        table = sector_table(found, kind, lang, sectors=known_sectors)
        if table.empty:
            continue
        of_kind = most_detailed(found, kind)
        *heads, gaps = table.columns
        title = [_words(name, of_kind, say)[0] for name in ("kind", "partner", "period", "table")]
        remarks = [
            f"{gap}: {', '.join(rows.iloc[:, 0])}"
            for gap, rows in table.groupby(gaps, sort=False)
            if gap
        ]
        title.append(say.label("million-euro"))
        remarks += status_remarks(of_kind, lang)
        blocks.append(Table(", ".join(title), table[heads], remarks, numbers=heads[3:]))
        tables.append(of_kind)
    unseen = [
        f"{s.text(lang)}: {s.about(lang)}"
        for s in known_sectors.values()
        if not s.goods and not s.services
    ]
    if unseen:
        blocks.append(Table(f"{say.label('classes')}: {say.label('none')}", remarks=unseen))
    sources = source_lines(pd.concat(tables), lang) if tables else []
    return Report(blocks, sources, lang)


def first(rows: Any, count: int) -> pd.DataFrame:
    """Bring the first rows of a frame of any engine."""
    rows = rows.head(count)
    found = (rows.collect() if hasattr(rows, "collect") else rows).to_pandas()
    return found.reset_index(drop=True)


def amount(value: float, lang: Lang) -> str:
    """
    Write an amount of million euro, with decimals only where it is small.

    Examples
    --------
    >>> amount(20332.0, "en"), amount(7.5, "nl"), amount(0.042, "en")
    ('20,332', '7,5', '0.042')
    """
    say = Words(lang)
    digits = 0 if value == round(value) or abs(value) >= 100 else 1 if abs(value) >= 1 else 3
    return say.number(value, digits)


def source_lines(frame: pd.DataFrame, lang: Lang) -> list[str]:
    """Say where the numbers of a frame come from, a line for each download."""
    found = snapshot.origins(frame)
    known = {origin.table for origin in found}
    own = [str(table) for table in frame["table"].unique() if table not in known]
    return [*origin_lines(found, lang), *own_lines(own, lang)]


def origin_lines(origins: Iterable[Origin], lang: Lang) -> list[str]:
    """Write a line for each origin: table, date of modification, hash and licence."""
    say = Words(lang)
    return [
        say.text(
            "source-line", table=o.table, modified=o.modified, hash=o.sha256[:8], licence=o.licence
        )
        for o in origins
    ]


def own_lines(tables: Sequence[str], lang: Lang) -> list[str]:
    """Say of tables that are no snapshot that they are the user's own."""
    return [Words(lang).text("source-own", tables=", ".join(tables))] if tables else []


def status_remarks(rows: pd.DataFrame, lang: Lang) -> list[str]:
    """Explain the marks of status, and list the tables and periods whose status CBS does not give."""
    say = Words(lang)
    if "status" not in rows.columns:
        return []
    remarks = [say.label(id) for status, id in MEANINGS.items() if (rows["status"] == status).any()]
    spans = (
        rows[rows["status"] == "unknown"].groupby("table", sort=False)["period"].agg(["min", "max"])
    )
    listed = [
        f"{table} {low}" + (f"–{high}" if high != low else "")
        for table, low, high in spans.itertuples()
    ]
    return remarks + ([say.text("no-status", listed=", ".join(listed))] if listed else [])


def _words(name: str, rows: pd.DataFrame, say: Words) -> list[str]:
    """Put a column of codes into words."""
    codes = [str(code) for code in rows[name]]
    match name:
        case "period":
            statuses = rows["status"] if "status" in rows.columns else [""] * len(rows)
            wholes = rows["complete"] if "complete" in rows.columns else [True] * len(rows)
            part = f" ({say.label('part-year')})"
            marked = zip(codes, statuses, wholes, strict=True)
            return [
                code + MARKS.get(status, "") + ("" if whole else part)
                for code, status, whole in marked
            ]
        case "table":
            concepts = rows["concept"] if "concept" in rows.columns else map(_concept, codes)
            return [
                f"{c} ({known(concept, say.lang)})" if concept else c
                for c, concept in zip(codes, concepts, strict=True)
            ]
        case "partner":
            names = registry.partners()
            return [names[code].name(say.lang) if code in names else code for code in codes]
        case "product":
            products = registry.products()
            level = {code: products[code].level if code in products else None for code in codes}
            texts = {code: products[code].text(say.lang) for code in codes if code in products}
            return [
                texts.get(code, code) if not level[code] else f"{code} {texts[code]}"
                for code in codes
            ]
        case "among":
            return [say.label(code.replace(" ", "-").lower()) for code in codes]
    return [known(code, say.lang) for code in codes]


def _concept(table: str) -> str:
    return registry.tables()[table].concept if table in registry.tables() else ""


def _growth_note(note: str, say: Words) -> str:
    if note.startswith("method break "):
        return say.text("method-break", years=note.removeprefix("method break "))
    return known(note, say.lang) if note else ""
