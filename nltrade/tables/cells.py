"""Tidy frames as tables for readers, and the words that all tables share."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import narwhals as nw
import pandas as pd

from nltrade import registry
from nltrade.claims.reading import Placed, is_cbs, place_range
from nltrade.questions.trade import VALUE
from nltrade.registry import members
from nltrade.registry.entries import Lang
from nltrade.report import Report
from nltrade.sources import provenance
from nltrade.sources.snapshot import Origin
from nltrade.tables.columns import NONE, Columns, amount, amounts, known, table_of, written
from nltrade.words import Words

ROWS = 60
MARKS = {"provisional": "*", "revised provisional": "**"}  # those that CBS itself sets
NEEDED = {"table", "flow", "partner", "period", VALUE}
PLACES = {"place", "best", "worst"}
NAMED = ("kind", "flow", "partner", "product", "period", "table", "among")
HEADS = {"table": "cbs-table"}  # the others are labels themselves
AMOUNTS = {"whole_meur": "whole", "previous_meur": "previous"}
RATES: dict[str, tuple[str, Callable[[Words, float], str]]] = {
    "share_pct": ("share", Words.pct),
    "growth_pct": ("growth", Words.change),
}

# Why there is no growth rate, and the text that says it with the years it is between.
BETWEEN_YEARS = {"method break ": "method-break", "other members ": "other-members"}


def cells_table(rows: Any, lang: Lang) -> Report:
    """Present the first rows of a tidy frame; what is the same in all goes into the title."""
    say = Words(lang)
    frame = first(rows, ROWS + 1)
    shown = frame.head(ROWS)

    named = {name: in_words(name, shown, say) for name in NAMED if name in shown.columns}
    same = [name for name, words in named.items() if len(set(words)) == 1]
    title = ", ".join(named[name][0] for name in same)
    columns: Columns = {
        HEADS.get(name, name): words for name, words in named.items() if name not in same
    }
    columns |= _numbers(shown, say)

    if "growth_note" in shown.columns and shown["growth_note"].any():
        columns["growth-note"] = [_growth_note(note, say) for note in shown["growth_note"]]
    if set(shown.columns) >= PLACES:
        columns["place-head"] = [NONE if pd.isna(one) else str(one) for one in shown["place"]]
        columns["certainty"] = [certainty(row, lang) for row in shown.to_dict("records")]

    remarks = status_remarks(shown, lang)
    if _is_of_mixed_years(shown):
        remarks.append(say.note("eu-of-2013-and-2020"))
    if frame.empty:
        remarks.append(say.label("no-rows"))
    if len(frame) > ROWS:
        remarks.append(say.text("first-rows", count=ROWS))
    return Report([table_of(title, columns, say, remarks)], source_lines(shown, lang), lang)


def _numbers(shown: pd.DataFrame, say: Words) -> Columns:
    """Write the amounts and the rates of a frame; why a value is missing stands in its place."""
    missing = shown.get("missing", pd.Series("", shown.index))
    reasons = missing.fillna("").replace("", "not published")
    found: Columns = {}
    if VALUE in shown.columns:
        why = [known(reason, say) for reason in reasons]
        found["million-euro"] = written(shown[VALUE], partial(amount, say=say), none=why)

    for column, head in AMOUNTS.items():
        if column in shown.columns:
            found[head] = amounts(shown[column], say)
    for column, (head, write) in RATES.items():
        if column in shown.columns:
            found[head] = written(shown[column], partial(write, say), "%")
    return found


def _is_of_mixed_years(shown: pd.DataFrame) -> bool:
    """Tell whether goods of the EU, or on a side of its border, are of a year with two EUs."""
    if not {"kind", "partner", "period"} <= set(shown.columns):
        return False
    is_mixed = shown["period"].str[:4].isin(members.MIXED_YEARS) & (shown["kind"] == "goods")
    return bool(shown.loc[is_mixed, "partner"].isin(members.sided()).any())


def first(rows: Any, count: int) -> pd.DataFrame:
    """Bring the first rows of a frame of any engine."""
    rows = nw.from_native(rows).head(count)
    found = (rows.collect() if hasattr(rows, "collect") else rows).to_pandas()
    return found.reset_index(drop=True)


def certainty(row: Mapping[Any, Any], lang: Lang) -> str:
    """Say how certain the place of a row is; nothing where it has none."""
    return "" if pd.isna(row["place"]) else place_range(Placed.of({VALUE: 0.0, **row}), lang)


def source_lines(frame: pd.DataFrame, lang: Lang) -> list[str]:
    """Say where the numbers of a frame come from, as the frame itself says."""
    found = provenance.origins(frame)
    told = {origin.table for origin in found}
    own = [str(table) for table in frame["table"].unique() if table not in told]

    lines = [source_line(found, lang)] if found else []
    if own:
        lines.append(Words(lang).text("source-own", tables=", ".join(own)))
    return lines


def source_line(origins: Sequence[Origin], lang: Lang, *, short: bool = False) -> str:
    """Name the sources of some figures in one line: tables, dates, hashes, licence."""
    say = Words(lang)
    own = [origin for origin in origins if is_cbs(origin.table)]
    others = [_source_un(origin, say) for origin in origins if origin not in own]
    line, table, between = "source-line", "source-table", "; "
    if short:
        line, table, between = "source-line-short", "source-table-short", ", "

    each = dict.fromkeys(
        say.text(table, table=o.table, modified=o.modified, hash=o.sha256[:8]) for o in own
    )
    licences = say.several(list(dict.fromkeys(o.licence for o in own)))
    told = {"tables": between.join(each), "licence": licences}
    lines = [say.text(line, **told)] if own else []
    return " ".join([*lines, *others])


def _source_un(origin: Origin, say: Words) -> str:
    """Name the source of what was reported to UN Comtrade."""
    concept = known(registry.table(origin.table).concept, say)
    return say.text("source-un", concept=concept, when=say.when(origin.retrieved))


def status_remarks(rows: pd.DataFrame, lang: Lang) -> list[str]:
    """Explain the marks of status, and list tables and periods of which CBS gives none."""
    say = Words(lang)
    if "status" not in rows.columns:
        return []

    there = set(rows["status"])
    remarks = [say.label(f"{status}-mark") for status in MARKS if status in there]
    of_none = rows[rows["status"] == "unknown"].groupby("table", sort=False)["period"]
    spans = of_none.agg(["min", "max"]).itertuples()
    listed = [f"{table} {'–'.join(dict.fromkeys(span))}" for table, *span in spans]
    return remarks + ([say.text("no-status", listed=", ".join(listed))] if listed else [])


def in_words(name: str, rows: pd.DataFrame, say: Words) -> list[str]:
    """Put a column of codes into words."""
    codes = [str(code) for code in rows[name]]
    match name:
        case "period":
            statuses = rows.get("status", [""] * len(rows))
            wholes = rows.get("complete", [True] * len(rows))
            part = f" ({say.label('part-year')})"
            marked = zip(codes, statuses, wholes, strict=True)
            return [
                code + MARKS.get(status, "") + ("" if whole else part)
                for code, status, whole in marked
            ]
        case "table":
            concepts = rows.get("concept", map(_concept, codes))
            return [
                f"{code} ({known(concept, say)})" if concept else code
                for code, concept in zip(codes, concepts, strict=True)
            ]
        case "partner":
            names = registry.partners()
            return [names[code].name(say.lang) if code in names else code for code in codes]
        case "product":
            return [_product(code, say) for code in codes]
        case "among":
            return [say.label(code.replace(" ", "-").lower()) for code in codes]
    return [known(code, say) for code in codes]


def _concept(table: str) -> str:
    return registry.tables()[table].concept if table in registry.tables() else ""


def _product(code: str, say: Words) -> str:
    """Name a product; one that is part of a total goes with its code."""
    one = registry.products().get(code)
    if one is None:
        return code
    return f"{code} {one.text(say.lang)}" if one.level else one.text(say.lang)


def _growth_note(note: str, say: Words) -> str:
    for start, id in BETWEEN_YEARS.items():
        if note.startswith(start):
            return say.text(id, years=note.removeprefix(start))
    return known(note, say) if note else ""
