"""What there is, as tables for readers: claims, sectors, partners, products, CBS tables and snapshots."""

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import pandas as pd

from nltrade import registry, wording
from nltrade.cbs.snapshot import Origin, Snapshot
from nltrade.presentation.figures import first
from nltrade.presentation.words import known
from nltrade.printed import Block, Printed
from nltrade.registry.entries import Claim, Lang, Sector
from nltrade.registry.sectors import KINDS

# Of each listing: the title, its columns and their heads. `name` stands for the name in the language asked for.
LISTINGS = {
    "eu_from": (
        "partners-title",
        {"id": "code", "name": "name", "kind": "kind", "eu_from": "eu-from", "eu_until": "eu-until"},
    ),
    "level": ("products-title", {"id": "code", "name": "name", "kind": "kind", "level": "level"}),
    "concept": (
        "tables-title",
        {"id": "code", "name": "name", "kind": "kind", "concept": "concept", "span": "span", "unit": "unit"},
    ),
}


def claims(listed: Sequence[Claim], lang: Lang) -> Printed:
    """Present reported figures: who wrote what, and what it asserts."""
    heads = ["code", "wording", "asserts", "partner", "year", "document"]
    rows = [
        (
            one.id,
            wording.text("quoted", lang, words=one.wording),
            one.text(lang),
            registry.partner(one.partner).name(lang),
            str(one.year),
            f"{one.document.publisher}, {wording.when(one.document.date, lang)}: {one.document.title}",
        )
        for one in listed
    ]
    return _one("claims-title", heads, rows, lang)


def sectors(listed: Sequence[Sector], lang: Lang) -> Printed:
    """Present sectors with their classes, how well these cover them, and what they leave out."""
    heads = ["sector", "named-under", *KINDS, "about"]
    rows = []
    for one in listed:
        classes = [
            f"{' '.join(one.codes(kind))} ({wording.label(one.coverage(kind), lang)})" if one.codes(kind) else "–"
            for kind in KINDS
        ]
        rows.append((one.text(lang), one.group.text(lang), *classes, one.about(lang)))
    return _one("sectors-title", heads, rows, lang)


def origins(listed: Sequence[Origin], lang: Lang) -> Printed:
    """Present where snapshots come from."""
    heads = ["cbs-table", "name", "modified", "retrieved", "selection", "via", "hash"]
    rows = [
        (o.table, o.title, o.modified, wording.when(o.retrieved, lang), o.selection, o.via, o.sha256) for o in listed
    ]
    return _one("origins-title", heads, rows, lang, [f"{o.attribution}, {o.licence}" for o in listed])


def snapshots(listed: Sequence[Snapshot], lang: Lang) -> Printed:
    """Present snapshots: where they lie, and where they come from."""
    table = origins([one.origin for one in listed], lang)
    (block,) = table.blocks
    folders = {wording.label("folder", lang): [str(one.folder) for one in listed]}
    whole = pd.concat([block.table, pd.DataFrame(folders)], axis=1)
    return Printed([Block(block.title, whole)], table.sources, lang)


def listing(rows: Any, lang: Lang) -> Printed:
    """Present the frames of partners, products and tables: codes, names in one language, labels for kinds."""
    native = rows.to_native()
    if isinstance(native, pd.DataFrame) and native.index.name == "id":
        native = native.reset_index()
        rows = nw.from_native(native)
    frame = first(rows, len(rows)).rename(columns={lang: "name"})
    if "first" in frame.columns:
        frame["span"] = frame["first"] + "–" + frame["last"]
    title, columns = next(about for column, about in LISTINGS.items() if column in frame.columns)
    labelled = {head: [_cell(name, value, lang) for value in frame[name]] for name, head in columns.items()}
    return _one(title, list(labelled), list(zip(*labelled.values(), strict=True)), lang)


def _cell(name: str, value: Any, lang: Lang) -> str:
    return "" if pd.isna(value) else known(value, lang) if name in {"kind", "concept"} else str(value)


def _one(
    title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], lang: Lang, sources: Sequence[str] = ()
) -> Printed:
    table = pd.DataFrame(rows, columns=[wording.label(head, lang) for head in heads], dtype=str)
    return Printed([Block(wording.label(title, lang), table)], sources, lang)
