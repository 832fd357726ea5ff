"""The command line: `nltrade check`, `rank`, `figures`, `briefing`, `tables`, `diff`."""

import gc
import sys
from pathlib import Path
from typing import Annotated, Any

import msgspec
import pandas as pd
import typer
from rich.table import Table as Grid

from nltrade import registry, trade, wording
from nltrade.cbs import snapshot
from nltrade.cbs.tidy import load
from nltrade.errors import NltradeError, NoData
from nltrade.ranking import rank_partners
from nltrade.registry import reported
from nltrade.registry.entries import LANGS, Lang
from nltrade.terminal import as_json, new_console, print_cells, print_json, print_sources, print_verdicts
from nltrade.trade import VALUE
from nltrade.verdicts import check_claims
from nltrade.verdicts.reading import Placed, place_range

app = typer.Typer(
    help="Reported figures on Dutch trade, next to what CBS publishes.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
)

PartnerOption = Annotated[str, typer.Option(help="ISO code, slug or name of the partner.")]
YearOption = Annotated[int, typer.Option(help="Year.")]
LangOption = Annotated[Lang, typer.Option(help="Language.")]
LangsOption = Annotated[Lang | None, typer.Option(help="Language; both by default.")]
ClaimsOption = Annotated[Path | None, typer.Option(help="Your own claims file (TOML); the shipped claims by default.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for another program.")]
OutOption = Annotated[Path, typer.Option(help="Folder for the files.")]


def main() -> None:
    """Run the command line; an error of ours is a sentence on standard error and an exit code."""
    gc.freeze()  # what is imported stays: not looking through it again saves a tenth of the time
    try:
        app()
    except NltradeError as error:
        typer.echo(f"nltrade: {error}", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.exit(0)  # the reader, such as `head`, has seen enough
    except OSError as error:
        where = error.filename or "the output"
        typer.echo(f"nltrade: cannot write or read {where}: {error.strerror}. Choose another place.", err=True)
        sys.exit(3)


@app.command(epilog="Example: nltrade check --claims my_claims.toml --lang nl")
def check(
    claims: ClaimsOption = None,
    lang: LangOption = "en",
    json: JsonOption = False,
) -> None:
    """
    Check reported figures against CBS. Exit code 1 if one is contradicted.
    """
    asked = reported.claims(claims)
    verdicts = check_claims(claims=asked)
    if json:
        print_json([as_json(v, lang) for v in verdicts])
    else:
        print_verdicts(verdicts, lang)
    raise typer.Exit(int(any(v.verdict == "contradicted" for v in verdicts)))


@app.command(epilog="Example: nltrade rank --year 2012 --flow export --top 5")
def rank(
    year: YearOption = 2012,
    flow: Annotated[
        str, typer.Option(help="total trade, import, export, re-export or domestic export.")
    ] = "total trade",
    among: Annotated[str, typer.Option(help="outside EU, inside EU or all.")] = "outside EU",
    table: Annotated[str | None, typer.Option(help="CBS table; needed where two cover the year.")] = None,
    top: Annotated[int, typer.Option(help="How many partners to show.", min=1)] = 10,
    lang: LangOption = "en",
    json: JsonOption = False,
) -> None:
    """
    Rank the partners of a year, with the best and the worst place possible.
    """
    frame = load()
    ranked = rank_partners(frame, period=year, flow=flow, among=among, table=table)  # type: ignore[arg-type]
    rows = ranked.head(top).to_dict("records")
    if json:
        plain = [{name: None if pd.isna(value) else value for name, value in row.items()} for row in rows]
        print_json(plain)
        return
    used = table or trade.main_table(frame, kind="goods", period=year)
    grid = Grid("", "", wording.label("million-euro", lang), "", box=None, header_style="bold")
    for column in (0, 2):
        grid.columns[column].justify = "right"
    for row in rows:
        name = wording.partner(row["partner"], lang)
        grid.add_row(str(row["place"]), name, wording.number(row[VALUE], lang), place_range(Placed.of(row), lang))
    console = new_console()
    of_year = frame[(frame["table"] == used) & (frame["period"] == str(year))]
    part = "" if of_year["complete"].all() else f" ({wording.label('part-year', lang)})"
    console.print(f"{wording.label(flow, lang)}, {wording.label(among.replace(' ', '-').lower(), lang)}, {year}{part}")
    console.print(grid)
    print_sources([used], console)


@app.command(epilog="Example: nltrade figures ranking --partner China --year 2019 --lang en --out charts")
def figures(
    names: Annotated[list[str] | None, typer.Argument(help="Figures to draw; all by default.")] = None,
    partner: PartnerOption = "RU",
    year: YearOption = 2012,
    claims: ClaimsOption = None,
    lang: LangsOption = None,
    out: OutOption = Path("figures"),
) -> None:
    """
    Draw figures as PNG, SVG and PDF, each with the CSV of what it draws.
    """
    charts = _charts()
    frame = load()
    about = registry.country(partner)
    own = reported.claims(claims) if claims else None
    verdicts = check_claims(frame, reported.claims_about(about.id, year, own))
    for name in names or charts.NAMES:
        for one in [lang] if lang else LANGS:
            try:
                drawn = charts.draw(name, frame, verdicts, partner=about.id, period=year, lang=one)
            except NoData as error:
                if names:
                    raise
                typer.echo(f"{name}: {error}", err=True)
                break
            for path in drawn.save(out):
                typer.echo(path)


@app.command(epilog="Example: nltrade briefing --partner RU --year 2012 --lang nl --out briefing")
def briefing(
    partner: PartnerOption = "RU",
    year: YearOption = 2012,
    claims: ClaimsOption = None,
    lang: LangsOption = None,
    out: OutOption = Path("figures"),
) -> None:
    """
    Write a briefing as one HTML page: verdicts, figures, notes, sources.
    """
    _charts()
    from nltrade.documents import briefing as write_briefing

    own = reported.claims(claims) if claims else None
    for one in [lang] if lang else LANGS:
        typer.echo(write_briefing(partner=partner, year=year, lang=one, out=out, claims=own))


@app.command(epilog="Example: nltrade tables --lang nl")
def tables(lang: LangOption = "en", json: JsonOption = False) -> None:
    """
    List the CBS tables at hand: what they count, over which years, from which snapshot.
    """
    found = {id: snapshot.find(id).origin for id in registry.tables()}
    if json:
        listed = [{**msgspec.to_builtins(registry.table(id)), "snapshot": o} for id, o in found.items()]
        print_json(listed)
        return
    console = new_console()
    for id, origin in found.items():
        table = registry.table(id)
        console.print(f"{id}  {table.text(lang)}", style="bold")
        console.print(f"  {table.kind}, {table.concept}; {table.first}-{table.last}; {table.detail}")
        console.print(f"  {table.status}; snapshot modified {origin.modified}: {origin.selection}")


@app.command(epilog="Example: nltrade diff 83028NED --old 2023-01-04 --top 5")
def diff(
    table: Annotated[str, typer.Argument(help="CBS table.")],
    old: Annotated[str | None, typer.Option(help="Modification date; the last but one by default.")] = None,
    new: Annotated[str | None, typer.Option(help="Modification date; the last by default.")] = None,
    top: Annotated[int, typer.Option(help="How many cells to show, the largest differences first.", min=1)] = 20,
    lang: LangOption = "en",
    json: JsonOption = False,
) -> None:
    """
    Compare two snapshots of a table: cells revised, and the claims that it touches.
    """
    from nltrade.revisions import claims_touched, compare_snapshots

    dates = snapshot.dates(table)
    if len(dates) < 2:
        here = ", ".join(dates) or "none"
        raise NoData(f"Two snapshots of {table} are needed to compare; here: {here}. See `nltrade tables`.")
    others = [id for id in registry.tables() if id != table]
    before, after = load(table, snapshot=old or dates[-2]), load(table, snapshot=new or dates[-1])
    changed = compare_snapshots(before, after)
    rest = load(*others)
    touched = claims_touched(pd.concat([before, rest]), pd.concat([after, rest]))
    if json:
        cells = changed.astype(object).where(changed.notna(), None).to_dict("records")
        claims = [{"old": as_json(t.old, lang), "new": as_json(t.new, lang)} for t in touched]
        print_json({"cells": cells, "claims": claims})
        return
    console = new_console()
    counts = changed["change"].value_counts()
    console.print(f"{table}: {old or dates[-2]} -> {new or dates[-1]}; {len(changed)} cells differ", style="bold")
    console.print("  " + (", ".join(f"{count} {change}" for change, count in counts.items()) or "nothing changed"))
    print_cells(changed, top, lang, console)
    for claim in touched:
        console.print(f"{claim.new.claim.text(lang)}:", style="bold")
        for verdict in (claim.old, claim.new):
            console.print(f"  {verdict.says(lang)}, {wording.label(verdict.verdict, lang)}")
    if len(changed) and not touched:
        console.print("No claim reads otherwise.")


def _charts() -> Any:
    try:
        from nltrade import charts
    except ModuleNotFoundError as error:
        missing = f"Drawing needs {error.name}. Install it with: pip install 'nltrade[briefing]'"
        raise NltradeError(missing) from None
    return charts
