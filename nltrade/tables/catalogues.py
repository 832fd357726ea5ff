"""What there is, as tables for readers: claims, sectors, partners, products, snapshots."""

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw
import pandas as pd

from nltrade import registry
from nltrade.registry.entries import Claim, Lang, Sector
from nltrade.registry.sectors import KINDS
from nltrade.report import Nothing, Report, Table, presents
from nltrade.sources.snapshot import Origin, Snapshot
from nltrade.tables.cells import first, known
from nltrade.words import Words

# Of each listing: the title, its columns and their heads; `name` is that in one language.
LISTINGS = {
    "eu_from": (
        "partners-title",
        {
            "id": "code",
            "name": "name",
            "kind": "kind",
            "eu_from": "eu-from",
            "eu_until": "eu-until",
        },
    ),
    "level": ("products-title", {"id": "code", "name": "name", "kind": "kind", "level": "level"}),
    "concept": (
        "tables-title",
        {
            "id": "code",
            "name": "name",
            "kind": "kind",
            "concept": "concept",
            "span": "span",
            "unit": "unit",
        },
    ),
}


@presents(Claim)
def claims_report(listed: Sequence[Claim], lang: Lang) -> Report:
    """Present reported figures: who wrote what, and what it asserts."""
    say = Words(lang)
    heads = ["code", "wording", "asserts", "partner", "year", "document"]
    rows = [
        (
            one.id,
            say.text("quoted", words=one.wording),
            one.text(lang),
            registry.partner(one.partner).name(lang),
            str(one.year),
            f"{one.document.publisher}, {say.when(one.document.date)}: {one.document.title}",
        )
        for one in listed
    ]
    return _one("claims-title", heads, rows, say)


@presents(Sector)
def sectors_listed(listed: Sequence[Sector], lang: Lang) -> Report:
    """Present sectors with their classes, how well these cover them, and what they leave out."""
    say = Words(lang)
    heads = ["sector", "named-under", *KINDS, "about"]
    rows = []
    for one in listed:
        classes = [
            f"{' '.join(one.codes(kind))} ({say.label(one.coverage(kind))})"
            if one.codes(kind)
            else "–"
            for kind in KINDS
        ]
        rows.append((one.text(lang), one.group.text(lang), *classes, one.about(lang)))
    return _one("sectors-title", heads, rows, say)


@presents(Origin)
def origins_report(listed: Sequence[Origin], lang: Lang) -> Report:
    """Present where snapshots come from."""
    say = Words(lang)
    heads = ["cbs-table", "name", "modified", "retrieved", "selection", "via", "hash"]
    rows = [
        (
            o.table,
            o.title,
            o.modified,
            say.when(o.retrieved),
            o.selection,
            o.via,
            o.sha256,
        )
        for o in listed
    ]
    return _one("origins-title", heads, rows, say, [o.cite() for o in listed])


@presents(Snapshot)
def snapshots_report(listed: Sequence[Snapshot], lang: Lang) -> Report:
    """Present snapshots: where they lie, and where they come from."""
    say = Words(lang)
    report = origins_report([one.origin for one in listed], lang)
    (table,) = report.tables
    folders = {say.label("folder"): [str(one.folder) for one in listed]}
    whole = pd.concat([table.frame, pd.DataFrame(folders)], axis=1)
    return Report([Table(table.title, whole)], report.sources, lang)


@presents(Nothing)
def nothing(_: Sequence[Nothing], lang: Lang) -> Report:
    """Say that there is nothing."""
    return Report([Table(Words(lang).label("nothing"))], [], lang)


def tables_report(here: Mapping[str, Sequence[Snapshot]], lang: Lang) -> Report:
    """Present the registered tables: what they count, and which snapshots are here, how old."""
    say = Words(lang)
    listed = []
    for id, parts in here.items():
        table = registry.table(id)
        concept = known(table.concept, lang)
        detail = table.detail_nl if lang == "nl" and table.detail_nl else table.detail
        remarks = [f"{say.label(table.kind)}, {concept}, {table.first}–{table.last}; {detail}"]
        for part in parts:
            age = say.text("age", modified=part.origin.modified)
            remarks.append(f"{age}: {part.origin.selection}")
        remarks.append(parts[0].origin.link if parts else say.text("not-here", table=id))
        listed.append(Table(f"{id}  {table.text(lang)}", remarks=remarks))
    return Report(listed, [], lang)


def listing(rows: Any, lang: Lang) -> Report:
    """Present the frames of partners, products and tables: codes, names, labels for kinds."""
    say = Words(lang)
    native = rows.to_native()
    if isinstance(native, pd.DataFrame) and native.index.name == "id":
        native = native.reset_index()
        rows = nw.from_native(native)
    frame = first(rows, len(rows)).rename(columns={lang: "name"})
    if "first" in frame.columns:
        frame["span"] = frame["first"] + "–" + frame["last"]
    title, columns = next(about for column, about in LISTINGS.items() if column in frame.columns)
    labelled = {
        head: [_cell(name, value, lang) for value in frame[name]] for name, head in columns.items()
    }
    return _one(title, list(labelled), list(zip(*labelled.values(), strict=True)), say)


def _cell(name: str, value: Any, lang: Lang) -> str:
    return (
        "" if pd.isna(value) else known(value, lang) if name in {"kind", "concept"} else str(value)
    )


def _one(
    title: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    say: Words,
    sources: Sequence[str] = (),
) -> Report:
    table = pd.DataFrame(rows, columns=[say.label(head) for head in heads], dtype=str)
    return Report([Table(say.label(title), table)], sources, say.lang)
