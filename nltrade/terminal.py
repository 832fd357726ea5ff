"""How results look in a terminal, and as JSON for another program."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import pandas as pd
import typer
from rich.console import Console
from rich.padding import Padding
from rich.table import Table as Grid

from nltrade import registry
from nltrade.claims import Verdict
from nltrade.claims.base_of_trade import Base
from nltrade.claims.elsewhere import Checked
from nltrade.claims.revisions import Touched
from nltrade.figures import Comparison
from nltrade.registry.entries import Lang, Sector
from nltrade.report import Report
from nltrade.sources.plan import Plan
from nltrade.sources.snapshot import Snapshot
from nltrade.tables import claims as judged
from nltrade.tables import show
from nltrade.words import Words


def new_console() -> Console:
    """Make a console as wide as the terminal, or 140 columns for a file or a pipe."""
    return Console(width=None if sys.stdout.isatty() else 140, highlight=False, markup=False)


def print_json(value: Any) -> None:
    """Print a value as JSON, indented."""
    typer.echo(msgspec.json.format(msgspec.json.encode(value)).decode())


def as_json(verdict: Verdict, lang: Lang) -> dict[str, Any]:
    """Give a verdict as plain data: every reading with the cells it used, and the hash of their table."""
    sources = [
        {"table": o.table, "modified": o.modified, "sha256": o.sha256} for o in verdict.sources
    ]
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
    say = Words(lang)
    console = new_console()
    console.print(judged.verdicts_report(verdicts, lang))
    for one in verdicts:
        why = judged.why_table(one, lang, f"{one.claim.text(lang)}: {say.label(one.verdict)}")
        readings = [judged.readings_table(one, lang)] if one.claim.measure == "place" else []
        console.print(Report([why, *readings], [], lang))


def print_cells(changed: pd.DataFrame, top: int, lang: Lang, console: Console) -> None:
    """Print the cells that differ most between two snapshots."""
    say = Words(lang)
    grid = Grid(
        "change",
        "flow",
        "partner",
        "product",
        "period",
        "old",
        "new",
        "%",
        box=None,
        header_style="bold",
    )
    largest = changed.assign(size=changed["difference_meur"].abs()).sort_values(
        "size", ascending=False, kind="stable"
    )
    for row in largest.head(top).itertuples():
        amounts = ["" if pd.isna(v) else say.number(v) for v in (row.old_meur, row.new_meur)]
        percent = "" if pd.isna(row.difference_pct) else say.signed(row.difference_pct)
        grid.add_row(row.change, row.flow, row.partner, row.product, row.period, *amounts, percent)
    if len(changed):
        console.print(grid)


def print_touched(touched: Iterable[Touched], lang: Lang, console: Console) -> None:
    """Print the claims that read otherwise with the newer snapshots: before and now."""
    say = Words(lang)
    for one in touched:
        console.print(f"{one.new.claim.text(lang)}, {say.label('revised')}:", style="bold")
        for when, verdict in (("before", one.old), ("now", one.new)):
            said = f"{verdict.says(lang)}, {say.label(verdict.verdict)}"
            console.print(f"  {say.label(when)}: {said}")


def print_tables(here: Mapping[str, list[Snapshot]], lang: Lang) -> None:
    """Print the registered tables with the snapshots that are here, and their age."""
    say = Words(lang)
    console = new_console()
    for id, parts in here.items():
        table = registry.table(id)
        console.print(f"{id}  {table.text(lang)}", style="bold")
        console.print(
            Padding(
                f"{table.kind}, {table.concept}, {table.unit}; {table.first}-{table.last}",
                (0, 0, 0, 2),
            )
        )
        console.print(Padding(f"{table.detail}; {table.status}", (0, 0, 0, 2)))
        for part in parts:
            age = say.text("age", modified=part.origin.modified)
            console.print(Padding(f"{age}: {part.origin.selection}", (0, 0, 0, 2)), style="green")
        if not parts:
            console.print(Padding(say.text("not-here", table=id), (0, 0, 0, 2)), style="yellow")


def print_sectors(found: pd.DataFrame, known: Mapping[str, Sector], lang: Lang) -> None:
    """Print imports, exports and balance of each sector, and say why a figure is not there."""
    new_console().print(show(found, lang, sectors=known))


def print_base(found: Sequence[Base], lang: Lang) -> None:
    """Print for each sector that is called a base of the trade whether it is."""
    new_console().print("", judged.bases_report(found, lang), sep="\n")


def print_published(found: Iterable[Checked], partner: str, year: str, lang: Lang) -> None:
    """Print what others reported of a partner and year, next to what CBS says where that is here."""
    about = [
        one for one in found if one.figure.partner == partner and one.figure.period[:4] == year
    ]
    if about:
        new_console().print("", judged.published_report(about, lang), sep="\n")


def print_changes(checked: Comparison, lang: Lang) -> None:
    """Print which figures would change and why, files of a figure with the same reasons together."""
    say = Words(lang)
    console = new_console()
    alike: dict[tuple[str, str], list[str]] = {}
    for file, reasons in checked.changes:
        figure, _, format = file.rpartition(".")
        why = "; ".join(say.text(reason.id, **reason.values) for reason in reasons)
        alike.setdefault((figure, why), []).append(format)
    for (figure, why), formats in alike.items():
        console.print(f"{figure} ({', '.join(formats)}): {why}")
    count = len(checked.changes)
    console.print(say.text("changes" if count else "changes-none", count=count), style="bold")
    if checked.outdated and not count:
        console.print(say.label("changes-outdated"))


def print_plans(plans: Iterable[Plan]) -> None:
    """Print what would be asked of CBS, question by question."""
    for plan in plans:
        typer.echo(plan.says)
        for piece in plan.pieces:
            typer.echo(f"  {piece.rows:>9,} rows: {piece.filter or 'the whole table'}")
