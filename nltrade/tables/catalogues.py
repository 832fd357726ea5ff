"""What there is, as tables for readers: claims, sectors, partners, products, snapshots."""

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw
import pandas as pd

from nltrade import registry
from nltrade.registry.entries import Claim, Coverage, Lang, Sector
from nltrade.registry.sectors import KINDS
from nltrade.report import Nothing, Report, Table, presents
from nltrade.sources.snapshot import Origin, Snapshot
from nltrade.sources.store import bringing
from nltrade.tables.cells import first
from nltrade.tables.columns import NONE, Columns, known, report_of
from nltrade.words import Words

# Of each listing, by a column that only it has: the title, and the columns with their heads.
ALL = {"id": "code", "name": "name", "kind": "kind"}
LISTINGS = {
    "eu_from": ("partners-title", {**ALL, "eu_from": "eu-from", "eu_until": "eu-until"}),
    "level": ("products-title", {**ALL, "level": "level"}),
    "concept": ("tables-title", {**ALL, "concept": "concept", "span": "span", "unit": "unit"}),
}
CODED = ("kind", "concept")


@presents(Claim)
def claims_report(listed: Sequence[Claim], lang: Lang) -> Report:
    """Present reported figures: who wrote what, and what it asserts."""
    say = Words(lang)
    documents = [one.document for one in listed]
    columns: Columns = {
        "code": [one.id for one in listed],
        "wording": [say.text("quoted", words=one.wording) for one in listed],
        "asserts": [one.text(lang) for one in listed],
        "partner": [say.partner(one.partner) for one in listed],
        "year": [str(one.year) for one in listed],
        "document": [f"{d.publisher}, {say.when(d.date)}: {d.title}" for d in documents],
    }
    return report_of("claims-title", columns, say)


@presents(Sector)
def sectors_listed(listed: Sequence[Sector], lang: Lang) -> Report:
    """Present sectors with their classes, how well these cover them, and what they leave out."""
    say = Words(lang)
    columns: Columns = {
        "sector": [one.text(lang) for one in listed],
        "named-under": [one.group.text(lang) for one in listed],
        **{
            kind: [_classes(one.codes(kind), one.coverage(kind), say) for one in listed]
            for kind in KINDS
        },
        "hs": [_classes(_short(one.hs), one.hs_coverage, say) for one in listed],
        "about": [one.about(lang) for one in listed],
        "hs-about": [one.about_chapters(lang) for one in listed],
    }
    return report_of("sectors-title", columns, say)


def _classes(codes: Sequence[str], coverage: Coverage, say: Words) -> str:
    return f"{' '.join(codes)} ({say.label(coverage)})" if codes else NONE


def _short(chapters: Sequence[str]) -> list[str]:
    return [chapter.removeprefix("HS") for chapter in chapters]


@presents(Origin)
def origins_report(listed: Sequence[Origin], lang: Lang) -> Report:
    """Present where snapshots come from."""
    cited = [origin.cite() for origin in listed]
    return report_of("origins-title", _of_origins(listed, lang), Words(lang), cited)


@presents(Snapshot)
def snapshots_report(listed: Sequence[Snapshot], lang: Lang) -> Report:
    """Present snapshots: where they come from, and where they lie."""
    origins = [one.origin for one in listed]
    columns = _of_origins(origins, lang) | {"folder": [str(one.folder) for one in listed]}
    cited = [origin.cite() for origin in origins]
    return report_of("origins-title", columns, Words(lang), cited)


def _of_origins(listed: Sequence[Origin], lang: Lang) -> Columns:
    return {
        "cbs-table": [origin.table for origin in listed],
        "name": [origin.title for origin in listed],
        "modified": [origin.modified for origin in listed],
        "retrieved": [Words(lang).when(origin.retrieved) for origin in listed],
        "selection": [origin.told(lang) for origin in listed],
        "via": [origin.via for origin in listed],
        "hash": [origin.sha256[:8] for origin in listed],
    }


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
        counts = f"{say.label(table.kind)}, {known(table.concept, say)}"
        detail = (lang == "nl" and table.detail_nl) or table.detail
        remarks = [f"{counts}, {table.first}–{table.last}; {detail}"]
        for origin in (part.origin for part in parts):
            remarks.append(f"{say.text('age', modified=origin.modified)}: {origin.told(lang)}")
        remarks.append(parts[0].origin.link if parts else say.text("not-here", by=bringing(id)))
        listed.append(Table(f"{id}  {table.text(lang)}", remarks=remarks))
    return Report(listed, [], lang)


def listing(rows: Any, lang: Lang) -> Report:
    """Present the frames of partners, products and tables: codes, names, labels for kinds."""
    say = Words(lang)
    native = rows.to_native()
    if isinstance(native, pd.DataFrame) and native.index.name == "id":
        rows = nw.from_native(native.reset_index())

    frame = first(rows, len(rows)).rename(columns={lang: "name"})
    if "first" in frame.columns:
        frame["span"] = frame["first"] + "–" + frame["last"]
    title, heads = next(about for column, about in LISTINGS.items() if column in frame.columns)
    columns: Columns = {
        head: [_cell(name, one, say) for one in frame[name]] for name, head in heads.items()
    }
    return report_of(title, columns, say)


def _cell(name: str, value: Any, say: Words) -> str:
    if pd.isna(value):
        return ""
    return known(value, say) if name in CODED else str(value)
