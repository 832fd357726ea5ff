"""How results look in a terminal, and as JSON for another program."""

import sys
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import pandas as pd
import typer
from rich.console import Console
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from nltrade import registry, wording
from nltrade.by_sector import most_detailed
from nltrade.cbs import snapshot
from nltrade.cbs.plan import Plan
from nltrade.cbs.snapshot import Snapshot
from nltrade.figures import Comparison
from nltrade.registry.entries import Lang, Sector
from nltrade.registry.sectors import KINDS
from nltrade.revisions import Touched
from nltrade.sector_table import sector_table
from nltrade.verdicts import Verdict, verdict_table
from nltrade.verdicts.base import Base
from nltrade.verdicts.published import Checked
from nltrade.verdicts.reading import place_range


def new_console() -> Console:
    """Make a console as wide as the terminal, or 140 columns for a file or a pipe."""
    return Console(width=None if sys.stdout.isatty() else 140, highlight=False, markup=False)


def print_json(value: Any) -> None:
    """Print a value as JSON, indented."""
    typer.echo(msgspec.json.format(msgspec.json.encode(value)).decode())


def as_json(verdict: Verdict, lang: Lang) -> dict[str, Any]:
    """Give a verdict as plain data: every reading with the cells it used, and the hash of their table."""
    sources = [{"table": o.table, "modified": o.modified, "sha256": o.sha256} for o in verdict.sources]
    readings = [
        {key: value for key, value in msgspec.to_builtins(reading).items() if key != "reasons"}
        for reading in verdict.readings
    ]
    return {
        "claim": msgspec.to_builtins(verdict.claim),
        "verdict": verdict.verdict,
        "cbs_says": verdict.says(lang),
        "margin": verdict.margin(lang),
        "why": verdict.why(lang),
        "readings": readings,
        "sources": sources,
    }


def print_verdicts(verdicts: list[Verdict], lang: Lang) -> None:
    """Print each verdict with its reasons, its readings and their sources."""
    console = new_console()
    colours = {"supported": "green", "contradicted": "red"}
    table = verdict_table(verdicts, lang)
    grid = Grid(*table.columns, box=None, header_style="bold", padding=(0, 2, 0, 0))
    for v, (*cells, said) in zip(verdicts, table.itertuples(index=False), strict=True):
        grid.add_row(*cells, Text(said, style=colours.get(v.verdict, "yellow")))
    console.print(grid)
    for v in verdicts:
        console.print(f"\n{v.claim.text(lang)}: {wording.label(v.verdict, lang)}", style="bold")
        for reason in v.why(lang):
            console.print(Padding(f"- {reason}", (0, 0, 0, 2)))
        if v.claim.measure == "place":
            _print_readings(v, lang, console)
    console.print()
    print_sources({o.table for v in verdicts for o in v.sources}, console)


def _print_readings(verdict: Verdict, lang: Lang, console: Console) -> None:
    heads = [wording.label(id, lang) for id in ("reading", "eu", "place-head", "first-five")]
    grid = Grid(*heads, box=None, header_style="bold", padding=(0, 2, 0, 2))
    for reading in verdict.readings:
        members = str(verdict.claim.year) if reading.of_the_time else wording.label("today", lang)
        own = reading.place
        place = f"{own.place} ({place_range(own, lang)})" if own else wording.label("not published", lang)
        first = [
            f"{p.place}. {wording.partner(p.partner, lang)} {wording.number(p.value_meur, lang)}"
            + ("" if p.certain else f" ({p.best or '?'}-{p.worst or '?'})")
            for p in reading.first
        ]
        grid.add_row(reading.label(lang, verdict.in_several), members, place, "; ".join(first))
    console.print(grid)
    console.print(Padding(wording.label("first-five-note", lang), (0, 0, 0, 2)))


def print_sources(tables: Iterable[str], console: Console) -> None:
    """Print where the figures of some tables come from."""
    for origin in snapshot.origins(tables):
        console.print(f"{origin.attribution}, sha256 {origin.sha256[:8]}, {origin.licence}", style="dim")


def print_cells(changed: pd.DataFrame, top: int, lang: Lang, console: Console) -> None:
    """Print the cells that differ most between two snapshots."""
    grid = Grid("change", "flow", "partner", "product", "period", "old", "new", "%", box=None, header_style="bold")
    largest = changed.assign(size=changed["difference_meur"].abs()).sort_values("size", ascending=False, kind="stable")
    for row in largest.head(top).itertuples():
        amounts = ["" if pd.isna(v) else wording.number(v, lang) for v in (row.old_meur, row.new_meur)]
        percent = "" if pd.isna(row.difference_pct) else wording.signed(row.difference_pct, lang)
        grid.add_row(row.change, row.flow, row.partner, row.product, row.period, *amounts, percent)
    if len(changed):
        console.print(grid)


def print_touched(touched: Iterable[Touched], lang: Lang, console: Console) -> None:
    """Print the claims that read otherwise with the newer snapshots: before and now."""
    for one in touched:
        console.print(f"{one.new.claim.text(lang)}, {wording.label('revised', lang)}:", style="bold")
        for when, verdict in (("before", one.old), ("now", one.new)):
            said = f"{verdict.says(lang)}, {wording.label(verdict.verdict, lang)}"
            console.print(f"  {wording.label(when, lang)}: {said}")


def print_tables(here: Mapping[str, list[Snapshot]], lang: Lang) -> None:
    """Print the registered tables with the snapshots that are here, and their age."""
    console = new_console()
    for id, parts in here.items():
        table = registry.table(id)
        console.print(f"{id}  {table.text(lang)}", style="bold")
        console.print(Padding(f"{table.kind}, {table.concept}, {table.unit}; {table.first}-{table.last}", (0, 0, 0, 2)))
        console.print(Padding(f"{table.detail}; {table.status}", (0, 0, 0, 2)))
        for part in parts:
            age = wording.text("age", lang, modified=part.origin.modified)
            console.print(Padding(f"{age}: {part.origin.selection}", (0, 0, 0, 2)), style="green")
        if not parts:
            console.print(Padding(wording.text("not-here", lang, table=id), (0, 0, 0, 2)), style="yellow")


def print_sectors(found: pd.DataFrame, known: Mapping[str, Sector], lang: Lang) -> None:
    """Print imports, exports and balance of each sector, and say why a figure is not there."""
    console = new_console()
    for kind in KINDS:
        rows = sector_table(found, kind, lang, sectors=known)
        if rows.empty:
            continue
        *heads, gaps = rows.columns
        grid = Grid(*(head.rpartition(", ")[2] for head in heads), box=None, header_style="bold")
        for place in range(3, len(heads)):
            grid.columns[place].justify = "right"
        for row in rows.itertuples(index=False):
            grid.add_row(*row[:-1])
        table, period, whole = most_detailed(found, kind)[["table", "period", "complete"]].iloc[0]
        period = period if whole else f"{period} ({wording.label('part-year', lang)})"
        title = [wording.label(kind, lang), table, period, wording.label("million-euro", lang)]
        console.print(", ".join(title), style="bold")
        console.print(grid)
        for gap, names in rows[rows[gaps] != ""].groupby(gaps, sort=False):
            console.print(Padding(f"{gap}: {', '.join(names.iloc[:, 0])}", (0, 0, 0, 2)))
        print_sources([table], console)
    for sector in known.values():
        if not sector.goods and not sector.services:
            console.print(f"{sector.text(lang)}: {sector.about(lang)}")


def print_base(found: Iterable[Base], lang: Lang) -> None:
    """Print for each sector that is called a base of the trade whether it is."""
    console = new_console()
    console.print(wording.label("base-title", lang), style="bold")
    for one in found:
        name = f"{one.sector.text(lang)}, {wording.label(one.flow, lang)} ({wording.label(one.kind, lang)})"
        console.print(Padding(f"{name}: {wording.label(one.verdict, lang)}: {one.why(lang)}", (0, 0, 0, 2)))


def print_published(found: Iterable[Checked], partner: str, year: str, lang: Lang) -> None:
    """Print what others reported of a partner and year, next to what CBS says where that is here."""
    about = [one for one in found if one.figure.partner == partner and one.figure.period[:4] == year]
    console = new_console()
    if about:
        console.print(wording.text("reported-title", lang, partner=partner, year=year), style="bold")
    for one in about:
        what, by = one.figure.text(lang), one.figure.publisher
        by += f" ({one.figure.via})" if one.figure.via != by else ""
        values = {"what": what, "flow": one.figure.flow, "value": one.figure.value_meur, "publisher": by}
        said = wording.text("reported-row", lang, **values)
        when = f" [{one.figure.period}]" if one.figure.period != year else ""
        remark = f" {one.figure.remark(lang)}" if one.figure.remark(lang) else ""
        line = f"{said}{when}: {wording.label(one.verdict, lang)}, {one.why(lang)}.{remark}"
        console.print(Padding(line, (0, 0, 0, 2)))


def print_changes(checked: Comparison, lang: Lang) -> None:
    """Print which figures would change and why, files of a figure with the same reasons together."""
    console = new_console()
    alike: dict[tuple[str, str], list[str]] = {}
    for file, reasons in checked.changes:
        figure, _, format = file.rpartition(".")
        why = "; ".join(wording.text(reason.id, lang, **reason.values) for reason in reasons)
        alike.setdefault((figure, why), []).append(format)
    for (figure, why), formats in alike.items():
        console.print(f"{figure} ({', '.join(formats)}): {why}")
    count = len(checked.changes)
    console.print(wording.text("changes" if count else "changes-none", lang, count=count), style="bold")
    if checked.outdated and not count:
        console.print(wording.label("changes-outdated", lang))


def print_plans(plans: Iterable[Plan]) -> None:
    """Print what would be asked of CBS, question by question."""
    for plan in plans:
        typer.echo(plan.says)
        for piece in plan.pieces:
            typer.echo(f"  {piece.rows:>9,} rows: {piece.filter or 'the whole table'}")
