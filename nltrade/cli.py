"""The command line: `nltrade check`, `rank`, `figures`, `briefing`, `sectors`, `tables`, `fetch`, `diff`."""

import gc
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import msgspec
import pandas as pd
import typer

import nltrade
from nltrade import registry
from nltrade.claims import check_claims
from nltrade.claims.base_of_trade import base_of_trade
from nltrade.claims.elsewhere import check_published
from nltrade.claims.revisions import claims_revised, claims_touched, compare_snapshots, within
from nltrade.errors import NltradeError, NoData, SourceError, UnknownName
from nltrade.figures import Question, check_figures, draw_figures
from nltrade.questions import trade
from nltrade.questions.ranking import rank_partners
from nltrade.questions.trade import VALUE
from nltrade.registry import claims as reported
from nltrade.registry.entries import LANGS, Lang
from nltrade.sources import snapshot
from nltrade.sources.plan import Plan, ask, make_plan, registered_keys
from nltrade.sources.tidy import load
from nltrade.tables import show_ranking
from nltrade.terminal import (
    as_json,
    new_console,
    print_base,
    print_cells,
    print_changes,
    print_json,
    print_plans,
    print_published,
    print_sectors,
    print_tables,
    print_touched,
    print_verdicts,
)
from nltrade.words import Words

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
ClaimsOption = Annotated[
    Path | None, typer.Option(help="Your own claims file (TOML); the shipped claims by default.")
]
SectorsOption = Annotated[
    Path | None, typer.Option(help="Your own sector file (TOML); the mission's by default.")
]
StyleOption = Annotated[
    Path | None, typer.Option(help="A matplotlib style file to draw in, in the place of ours.")
]
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
        typer.echo(
            f"nltrade: cannot write or read {where}: {error.strerror}. Choose another place.",
            err=True,
        )
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
    touched = claims_revised(asked)
    if json:
        before = {one.old.claim.id: as_json(one.old, lang) for one in touched}
        print_json([as_json(v, lang) | {"before": before.get(v.claim.id)} for v in verdicts])
    else:
        print_verdicts(verdicts, lang)
        print_touched(touched, lang, new_console())
    raise typer.Exit(int(any(v.verdict == "contradicted" for v in verdicts)))


@app.command(epilog="Example: nltrade rank --year 2012 --flow export --top 5")
def rank(
    year: YearOption = 2012,
    flow: Annotated[
        str, typer.Option(help="total trade, import, export, re-export or domestic export.")
    ] = "total trade",
    among: Annotated[str, typer.Option(help="outside EU, inside EU or all.")] = "outside EU",
    table: Annotated[
        str | None, typer.Option(help="CBS table; needed where two cover the year.")
    ] = None,
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
        plain = [
            {name: None if pd.isna(value) else value for name, value in row.items()} for row in rows
        ]
        print_json(plain)
        return
    new_console().print(
        show_ranking(frame, period=year, flow=flow, among=among, table=table, top=top, lang=lang)  # type: ignore[arg-type]
    )


@app.command(
    epilog="Example: nltrade figures ranking --partner China --year 2019 --lang en --out charts"
)
def figures(
    names: Annotated[
        list[str] | None, typer.Argument(help="Figures to draw; all by default.")
    ] = None,
    partner: PartnerOption = "RU",
    year: YearOption = 2012,
    claims: ClaimsOption = None,
    lang: LangsOption = None,
    format: Annotated[
        str, typer.Option(help="png, svg, pdf, csv; the last has the numbers.")
    ] = "png,svg,csv",
    size: Annotated[str, typer.Option(help="page, column, slide or phone.")] = "page",
    style: Annotated[
        Path | None, typer.Option(help="A matplotlib style file in the place of ours.")
    ] = None,
    out: OutOption = Path("figures"),
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Write nothing: say which files would change and why. Exit code 1 if any, not if only the manifest.",
        ),
    ] = False,
    json: JsonOption = False,
) -> None:
    """
    Draw figures, and write down in manifest.json what they are made of.
    """
    question = Question(
        names=list(dict.fromkeys(names or ())),
        partner=partner,
        year=year,
        langs=[lang] if lang else LANGS,
        formats=list(dict.fromkeys(each.strip() for each in format.split(","))),
        size=size,
        claims=claims,
        style=style,
    )
    workers = os.cpu_count() or 1
    if check:
        checked = check_figures(question, out, workers=workers)
        if json:
            changes = {
                change.file: [{"id": id, **values} for id, values in change.reasons]
                for change in checked.changes
            }
            print_json({"changes": changes, "outdated": checked.outdated})
        else:
            print_changes(checked, lang or "en")
        raise typer.Exit(int(bool(checked.changes)))
    drawn = draw_figures(question, out, workers=workers)
    if json:
        print_json({"files": [str(path) for path in drawn.paths], "without": drawn.without})
        return
    for path in drawn.paths:
        typer.echo(path)
    for name, why in {
        figure.partition(".")[0]: why for figure, why in drawn.without.items()
    }.items():
        typer.echo(f"{name}: {why}", err=True)
    for path in drawn.left:
        typer.echo(Words(lang or "en").text("change-left", file=path), err=True)


@app.command(
    epilog="Example: nltrade briefing --partner RU --year 2012 --lang nl --format docx,pdf"
)
def briefing(
    partner: PartnerOption = "RU",
    year: YearOption = 2012,
    claims: ClaimsOption = None,
    sectors: SectorsOption = None,
    lang: LangsOption = None,
    format: Annotated[
        str, typer.Option(help="html, docx, pptx, pdf or txt, or several: html,pdf.")
    ] = "html,docx,pptx,pdf",
    style: StyleOption = None,
    out: OutOption = Path("briefing"),
) -> None:
    """
    Write a briefing on the trade with a partner: a page, a Word file, slides and a PDF file.
    """
    paths = nltrade.briefing(
        partner=partner,
        year=year,
        lang=[lang] if lang else LANGS,
        formats=[one.strip() for one in format.split(",")],
        out=out,
        claims=reported.claims(claims) if claims else None,
        sectors=nltrade.sectors(sectors) if sectors else None,
        style=style,
        workers=os.cpu_count() or 1,
    )
    for path in paths:
        typer.echo(path)


@app.command(epilog="Example: nltrade sectors --partner RU --year 2012 --lang nl")
def sectors(
    partner: PartnerOption = "RU",
    year: YearOption = 2012,
    sectors: SectorsOption = None,
    lang: LangOption = "en",
    json: JsonOption = False,
) -> None:
    """
    Show the trade of each sector that the mission named, and what CBS does not publish of it.
    """
    known = nltrade.sectors(sectors)
    frame = load(partner=partner)
    trade.select(frame, partner=partner, period=year)  # says what there is instead of nothing
    found = nltrade.sector_trade(frame, partner, year, sectors=known)
    reported_figures, base = check_published(frame), base_of_trade(frame, partner, sectors=known)
    if json:
        rows = found.astype(object).where(found.notna(), None).to_dict("records")
        checked = [
            {
                "figure": one.figure,
                "verdict": one.verdict,
                VALUE: one.value_meur,
                "table": one.table,
            }
            for one in reported_figures
        ]
        print_json({"sectors": rows, "base": base, "published": checked})
        return
    print_sectors(found, known, lang)
    print_base(base, lang)
    print_published(reported_figures, registry.partner(partner).id, str(year), lang)


@app.command(epilog="Example: nltrade tables --search dienstverlening")
def tables(
    search: Annotated[
        str | None, typer.Option(help="A word to look for in the titles of all CBS tables.")
    ] = None,
    lang: LangOption = "en",
    json: JsonOption = False,
) -> None:
    """
    List the registered CBS tables, and what of them is here; or search all tables of CBS (needs a network).
    """
    if search is not None:
        nltrade.fetch  # noqa: B018 (says what to install where what reaches CBS is not)
        from nltrade.sources.cbs_v3 import find_tables

        found = find_tables(search)
        if json:
            print_json(found)
        for row in [] if json else found:
            when = f"({row['Period']}), modified {row['Modified'][:10]}"
            typer.echo(f"{row['Identifier']}  {row['Title'].strip()} {when}")
        return
    here = {id: snapshot.find(id) if id in snapshot.here() else [] for id in registry.tables()}
    if json:
        listed = [
            {
                **msgspec.to_builtins(registry.table(id)),
                "snapshots": [part.origin for part in parts],
            }
            for id, parts in here.items()
        ]
        print_json(listed)
    else:
        print_tables(here, lang)


@app.command(epilog="Example: nltrade fetch 7137shih --partner RU --partner US --years 2008:2014")
def fetch(
    table: Annotated[str | None, typer.Argument(help="CBS table.")] = None,
    partner: Annotated[
        list[str] | None, typer.Option(help="Partner, as often as needed; all by default.")
    ] = None,
    product: Annotated[
        list[str] | None, typer.Option(help="SITC code or class of services; all by default.")
    ] = None,
    years: Annotated[
        str | None, typer.Option(help="2012, or first and last: 2008:2014; all by default.")
    ] = None,
    freq: Annotated[
        list[str] | None, typer.Option(help="A (years, the default), Q (quarters), M (months).")
    ] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Only say what would be asked.")] = False,
    all: Annotated[bool, typer.Option("--all", help="All registered tables.")] = False,
    json: JsonOption = False,
) -> None:
    """
    Bring a CBS table, or a part of it, from the CBS service (needs a network; goes on where it was interrupted).
    """
    if all == (table is not None):
        raise UnknownName(
            "Name one table, or write --all for every registered one. `nltrade tables` lists them."
        )
    asked: dict[str, Any] = {
        "partner": partner,
        "product": product,
        "years": years,
        "freq": freq or "A",
    }
    plans = _plans(list(registry.tables()) if table is None else [table], asked, skip=all)
    if plan and json:
        print_json(
            [{**msgspec.to_builtins(one), "pages": one.pages, "rows": one.rows} for one in plans]
        )
    elif plan:
        print_plans(plans)
    else:
        failed = [one for one in plans if not _fetched(one, asked, go_on=all, json=json)]
        raise typer.Exit(SourceError.exit_code if failed else 0)


def _plans(ids: list[str], asked: dict[str, Any], *, skip: bool) -> list[Plan]:
    """Plan what is asked of each table; one that cannot answer is an error, or left out with its reason."""
    found = []
    for id in ids:
        try:
            request = ask(id, **asked)
            found.append(make_plan(request, registered_keys(request)))
        except NoData as error:
            if not skip:
                raise
            typer.echo(f"nltrade: left out: {error}", err=True)
    return found


def _fetched(plan: Plan, asked: dict[str, Any], *, go_on: bool, json: bool) -> bool:
    """Bring one table and say where it lies; False where that failed and others are to come."""
    table = plan.request.table
    if not json:
        typer.echo(plan.says)
    try:
        found = nltrade.fetch(table, **asked)
    except NltradeError as error:
        if not go_on:
            raise
        typer.echo(f"nltrade: {error}", err=True)
        return False
    except KeyboardInterrupt:
        typer.echo(
            "nltrade: interrupted. What came is kept: the same command goes on from there.",
            err=True,
        )
        raise typer.Exit(130) from None
    if json:
        print_json({"folder": str(found.folder), **msgspec.to_builtins(found.origin)})
        return True
    rows = found.origin.files[found.origin.observations].rows
    typer.echo(f"{rows:,} rows, modified {found.origin.modified}, in {found.folder}")
    used = snapshot.find(table)[0].origin.modified
    if used < found.origin.modified:
        typer.echo(
            f"This is a part: the snapshot of {used} has more and stays in use. Fetch all of it to replace that, "
            f'or read this one with nltrade.load("{table}", snapshot="{found.origin.modified}").'
        )
    elif len(snapshot.dates(table)) > 1:
        typer.echo(f"What CBS revised since the snapshot before: nltrade diff {table}")
    return True


@app.command(epilog="Example: nltrade diff 83028NED --old 2023-01-04 --top 5")
def diff(
    table: Annotated[str, typer.Argument(help="CBS table.")],
    old: Annotated[
        str | None, typer.Option(help="Modification date; the last but one by default.")
    ] = None,
    new: Annotated[str | None, typer.Option(help="Modification date; the last by default.")] = None,
    top: Annotated[
        int, typer.Option(help="How many cells to show, the largest differences first.", min=1)
    ] = 20,
    lang: LangOption = "en",
    json: JsonOption = False,
) -> None:
    """
    Compare two snapshots of a table: cells revised, and the claims that it touches.
    """
    dates = snapshot.dates(table)
    if len(dates) < 2:
        here = ", ".join(dates) or "none"
        raise NoData(
            f"Two snapshots of {table} are needed to compare; here: {here}. See `nltrade tables`."
        )
    others = [id for id in snapshot.here() if id != table]
    before, after = load(table, snapshot=old or dates[-2]), load(table, snapshot=new or dates[-1])
    asked = [
        [part.origin for part in snapshot.find(table, date)]
        for date in (old or dates[-2], new or dates[-1])
    ]
    changed = within(compare_snapshots(before, after), *asked)
    rest = load(*others)
    touched = claims_touched(pd.concat([before, rest]), pd.concat([after, rest]))
    if json:
        cells = changed.astype(object).where(changed.notna(), None).to_dict("records")
        claims = [{"old": as_json(t.old, lang), "new": as_json(t.new, lang)} for t in touched]
        print_json({"cells": cells, "claims": claims})
        return
    console = new_console()
    counts = changed["change"].value_counts()
    console.print(
        f"{table}: {old or dates[-2]} -> {new or dates[-1]}; {len(changed)} cells differ",
        style="bold",
    )
    console.print(
        "  "
        + (", ".join(f"{count} {change}" for change, count in counts.items()) or "nothing changed")
    )
    print_cells(changed, top, lang, console)
    print_touched(touched, lang, console)
    if len(changed) and not touched:
        console.print("No claim reads otherwise.")
