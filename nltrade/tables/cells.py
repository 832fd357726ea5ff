"""Tidy frames as tables for readers, and the words that all tables share."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import narwhals as nw
import pandas as pd

from nltrade import registry
from nltrade.claims.reading import Placed, place_range
from nltrade.questions.trade import VALUE
from nltrade.registry import members
from nltrade.registry.entries import Lang
from nltrade.report import Numbers, Report, Table
from nltrade.sources import snapshot
from nltrade.sources.snapshot import Origin
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


# Why there is no growth rate, and the text that says it.
NO_RATE = {
    "not known to be a whole year": "not-known-to-be-a-whole-year",
    "year before not in the frame": "year-before-not-in-the-frame",
    "year before not published": "year-before-not-published",
    "year before not above zero": "year-before-not-above-zero",
    "less than 50 million euro": "too-small-for-a-rate",
}


def cells_table(rows: Any, lang: Lang) -> Report:
    """Present the first rows of a tidy frame; what is the same in all goes into the title."""
    say = Words(lang)
    frame = first(rows, ROWS + 1)
    shown = frame.head(ROWS)

    names = [name for name in NAMED if name in shown.columns]
    named = pd.DataFrame({name: in_words(name, shown, say) for name in names})
    same = [name for name in names if named[name].nunique() == 1] if len(shown) else []
    title = ", ".join(named[name].iloc[0] for name in same)

    table = named.drop(columns=same)
    table.columns = [say.label(HEADS.get(name, name)) for name in table.columns]
    numbers = {}
    for column, head in AMOUNTS.items():
        if column in shown.columns:
            table[say.label(head)] = _amounts(shown, column, say)
            numbers[say.label(head)] = numbers_of(shown[column])
    for column, (head, write) in RATES.items():
        if column in shown.columns:
            rates = shown[column]
            table[say.label(head)] = ["–" if pd.isna(rate) else write(say, rate) for rate in rates]
            numbers[say.label(head)] = numbers_of(rates, "%")

    if "growth_note" in shown.columns and shown["growth_note"].any():
        table[say.label("growth-note")] = [_growth_note(note, say) for note in shown["growth_note"]]
    if {"place", "best", "worst"} <= set(shown.columns):
        places = shown["place"]
        table[say.label("place-head")] = ["–" if pd.isna(one) else str(one) for one in places]
        table[say.label("certainty")] = [certainty(row, lang) for row in shown.to_dict("records")]

    remarks = status_remarks(shown, lang)
    if _is_of_mixed_years(shown):
        remarks.append(say.note("eu-of-2013-and-2020"))
    if len(frame) > ROWS:
        remarks.append(say.text("first-rows", count=ROWS))
    return Report([Table(title, table, remarks, numbers)], source_lines(shown, lang), lang)


def _is_of_mixed_years(shown: pd.DataFrame) -> bool:
    """Tell whether goods of the EU, or on a side of its border, are of a year with two EUs."""
    if not {"kind", "partner", "period"} <= set(shown.columns):
        return False
    is_mixed = shown["period"].str[:4].isin(members.MIXED_YEARS) & (shown["kind"] == "goods")
    return bool(shown.loc[is_mixed, "partner"].isin(members.sided()).any())


def _amounts(shown: pd.DataFrame, column: str, say: Words) -> list[str]:
    """Write amounts; where there is none, why, which is known of the value itself only."""
    if column == VALUE and "missing" in shown.columns:
        reasons = shown["missing"].fillna("").replace("", "not published")
    else:
        reasons = pd.Series("not published" if column == VALUE else "–", index=shown.index)
    return [
        known(why, say.lang) if pd.isna(value) else amount(value, say.lang)
        for value, why in zip(shown[column], reasons, strict=True)
    ]


def first(rows: Any, count: int) -> pd.DataFrame:
    """Bring the first rows of a frame of any engine."""
    rows = nw.from_native(rows).head(count)
    found = (rows.collect() if hasattr(rows, "collect") else rows).to_pandas()
    return found.reset_index(drop=True)


def numbers_of(column: Iterable[Any], unit: str = "") -> Numbers:
    """Keep the numbers that a column of text writes."""
    return Numbers([None if pd.isna(value) else float(value) for value in column], unit)


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


def known(id: str, lang: Lang) -> str:
    """Give the label of a code, or the code where it is of a frame of the user's own."""
    say = Words(lang)
    return say.label(id) if id in registry.texts() else str(id)


def certainty(row: Mapping[Any, Any], lang: Lang) -> str:
    """Say how certain the place of a row is; nothing where it has none."""
    return "" if pd.isna(row["place"]) else place_range(Placed.of({VALUE: 0.0, **row}), lang)


def source_lines(frame: pd.DataFrame, lang: Lang) -> list[str]:
    """Say where the numbers of a frame come from, as the frame itself says."""
    found = snapshot.origins(frame)
    told = {origin.table for origin in found}
    own = [str(table) for table in frame["table"].unique() if table not in told]

    lines = [source_line(found, lang)] if found else []
    if own:
        lines.append(Words(lang).text("source-own", tables=", ".join(own)))
    return lines


def source_line(origins: Sequence[Origin], lang: Lang, *, short: bool = False) -> str:
    """Name the sources of some figures in one line: tables, dates, hashes, licence."""
    say = Words(lang)
    known = registry.all_tables()
    own = [o for o in origins if o.table not in known or known[o.table].source == "CBS"]
    line, table, between = "source-line", "source-table", "; "
    if short:
        line, table, between = "source-line-short", "source-table-short", ", "
    each = dict.fromkeys(
        say.text(table, table=o.table, modified=o.modified, hash=o.sha256[:8]) for o in own
    )
    licences = say.several(list(dict.fromkeys(o.licence for o in own)))
    told = between.join(each)
    lines = [say.text(line, tables=told, licence=licences)] if own else []
    others = [o.attribution for o in origins if o not in own]
    return " ".join([*lines, *others])


def status_remarks(rows: pd.DataFrame, lang: Lang) -> list[str]:
    """Explain the marks of status, and list tables and periods of which CBS gives none."""
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


def in_words(name: str, rows: pd.DataFrame, say: Words) -> list[str]:
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
    if note.startswith("other members "):
        return say.text("other-members", years=note.removeprefix("other members "))
    return known(NO_RATE.get(note, note), say.lang) if note else ""
