"""Commands that bring data and compare what CBS changed: fetch, diff."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
import pandas as pd
import typer

import nltrade
from nltrade import registry
from nltrade.claims.revisions import claims_touched, compare_snapshots, within
from nltrade.cli.options import JsonOption, LangOption, TablesOption, only_one
from nltrade.cli.output import (
    Output,
    emit,
    patience,
    print_json,
    print_path,
    print_text,
    rows_of,
    verdict_as_json,
)
from nltrade.errors import NltradeError, NoData, SourceError, UnknownName
from nltrade.sources import snapshot, store
from nltrade.sources.asked import Questions, plan_of
from nltrade.sources.plan import Plan
from nltrade.sources.tidy import load
from nltrade.tables.claims import changes_report

app = typer.Typer()
opt = typer.Option
Many = list[str] | None

PartnersOption = Annotated[Many, opt(help="Partner, as often as needed; all by default.")]
ProductsOption = Annotated[Many, opt(help="SITC code or class of services; all by default.")]
YearsOption = Annotated[str | None, opt(help="2012, or first and last: 2008:2014; all by default.")]
FreqsOption = Annotated[Many, opt(help="A (years, the default), Q (quarters), M (months).")]
ByOption = Annotated[str, opt(help="Of UN Comtrade: HS (chapters, the default) or SITC (groups).")]
AcceptOption = Annotated[
    bool, opt("--accept", help="Keep it although much of what was here is gone.")
]
RawOption = Annotated[
    bool, opt("--raw", help="Any CBS table as it is; read it with nltrade.load_raw.")
]
FileOption = Annotated[
    Path | None, opt("--from", help="A file saved by hand: StatLine's CSV, CBS's ZIP, or JSON.")
]


@app.command(epilog="Example: nltrade fetch 7137shih --partner RU --partner US --years 2008:2014")
def fetch(
    table: Annotated[str | None, typer.Argument(help="CBS table.")] = None,
    partner: PartnersOption = None,
    product: ProductsOption = None,
    years: YearsOption = None,
    freq: FreqsOption = None,
    by: ByOption = "HS",
    plan: Annotated[bool, typer.Option("--plan", help="Only say what would be asked.")] = False,
    every: Annotated[bool, typer.Option("--all", help="All tables that nltrade knows.")] = False,
    accept: AcceptOption = False,
    raw: RawOption = False,
    file: FileOption = None,
    tables: TablesOption = None,
    source: Annotated[
        str, typer.Option(help="v3, v4 (CBS's newer service), or auto: v4 where v3 is silent.")
    ] = "auto",
    timeout: Annotated[float, typer.Option(help="Seconds for one answer.", min=1)] = 60.0,
    tries: Annotated[int, typer.Option(help="How often one answer is asked for.", min=1)] = 6,
    json: JsonOption = False,
) -> None:
    """
    Bring a CBS table, or a part of it, from CBS.

    Needs a network, and goes on where it was interrupted.
    """
    if every == (table is not None):
        raise UnknownName(
            "Name one table, or write --all for all of them, not both. `nltrade tables` lists them."
        )
    only_one({"--from": file, "--raw": raw, "--plan": plan})
    if raw or file:  # either is a whole table, as it is
        part = {"--partner": partner, "--product": product, "--years": years, "--freq": freq}
        way = {"--by": by != "HS", "--source": source != "auto", "--all": every}
        way["--accept"] = raw and accept
        only_one({"--raw" if raw else "--from": True, **part, **way})
    if tables is not None:
        registry.use_tables(tables)

    how = {"timeout": timeout, "tries": tries}
    if table is not None and (raw or file):
        _fetch_whole(table, file, how, accept=accept, json=json)
        return

    asked: dict[str, Any] = {"partner": partner, "product": product, "years": years}
    asked |= {"freq": freq or "A", "by": by, "source": source}
    plans = _plans(list(registry.tables()) if table is None else [table], asked, skip=every)
    if plan:
        _print_plans(plans, json=json)
        return
    asked |= {**how, "accept": accept}
    found = [_fetched(one, asked, go_on=every, json=json) for one in plans]
    if json:
        plain = [_as_json(one) for one in found if one is not None]
        print_json(plain if every else plain[0])
    raise typer.Exit(SourceError.exit_code if None in found else 0)


def _fetch_whole(
    table: str, file: Path | None, how: dict[str, Any], *, accept: bool, json: bool
) -> None:
    """Take a table from a file, or from CBS as it is, and say what came and where it lies."""
    if file is None:
        from nltrade.sources.raw import fetch_raw

        found = fetch_raw(table, **how)
        head = f"{found.origin.rows:,} figures, as CBS has them,"
    else:
        from nltrade.sources.download import fetch_file

        found = fetch_file(table, file, accept=accept)
        head = f"{found.origin.selection}, of {found.origin.modified},"
    if json:
        print_json(_as_json(found))
    else:
        _print_found(found, head)


def _plans(ids: list[str], asked: dict[str, Any], *, skip: bool) -> list[Plan | Questions]:
    """Plan what is asked of each table; one that cannot answer is an error, or left out."""
    found = []
    for id in ids:
        try:
            found.append(plan_of(id, **asked))
        except NoData as error:
            if not skip:
                raise
            typer.echo(f"nltrade: left out: {error}", err=True)
    return found


def _print_plans(plans: list[Plan | Questions], *, json: bool) -> None:
    """Say what would be asked."""
    if json:
        planned = []
        for one in plans:
            sizes = {"pages": one.pages, "rows": one.rows} if isinstance(one, Plan) else {}
            planned.append({**msgspec.to_builtins(one), **sizes})
        print_json(planned)
        return
    for one in plans:
        print_text(one.says)
        for question in one.questions if isinstance(one, Questions) else ():
            print_text(f"  {question.says}")


def _fetched(
    plan: Plan | Questions, asked: dict[str, Any], *, go_on: bool, json: bool
) -> snapshot.Snapshot | None:
    """Bring one table and say where it lies; None where that failed and others are to come."""
    if not json:
        print_text(plan.says)
    try:
        found = nltrade.fetch(plan.request.table, **asked)
    except NltradeError as error:
        if not go_on:
            raise
        typer.echo(f"nltrade: {error}", err=True)
        return None
    except KeyboardInterrupt:
        typer.echo(
            "nltrade: interrupted. What came is kept: the same command goes on from there.",
            err=True,
        )
        raise

    if json:
        return found
    if isinstance(plan, Plan):
        _print_found(found, f"{found.origin.rows:,} rows, modified {found.origin.modified},")
        _print_use(found)
    else:
        _print_found(found, f"{found.origin.rows:,} rows")
    return found


def _as_json(found: snapshot.Snapshot) -> dict[str, Any]:
    """Give what came, and where it lies, as plain data."""
    return {"folder": str(found.folder), **msgspec.to_builtins(found.origin)}


def _print_found(found: snapshot.Snapshot, head: str) -> None:
    """Say what came and where it lies."""
    typer.echo(f"{head} in:")
    print_path(found.folder)


def _print_use(found: snapshot.Snapshot) -> None:
    """Say where a snapshot is not the one in use, and else what shows what CBS changed."""
    table, date = found.origin.table, found.origin.modified
    used = store.find(table)[0].origin.modified
    if used < date:
        typer.echo(
            f"This is a part: the version of {used} has more and stays in use. Fetch all of it to "
            f'replace that, or read this one in Python with nltrade.load("{table}", '
            f'snapshot="{date}").'
        )
    elif len(store.dates(table)) > 1:
        typer.echo(f"What CBS revised since the version before: nltrade diff {table}")


@app.command(epilog="Example: nltrade diff 83028NED --old 2023-01-04 --top 5")
def diff(
    table: Annotated[str, typer.Argument(help="CBS table.")],
    old: Annotated[
        str | None, typer.Option(help="Modification date; the last but one by default.")
    ] = None,
    new: Annotated[str | None, typer.Option(help="Modification date; the last by default.")] = None,
    top: Annotated[
        int, typer.Option(help="How many figures to show, the largest differences first.", min=1)
    ] = 20,
    lang: LangOption = "en",
    json: JsonOption = False,
) -> None:
    """
    Tell what CBS revised in a table, and which claims it touches.
    """
    dates = store.dates(table)
    if len(dates) < 2:
        here = ", ".join(dates) or "none"
        raise NoData(
            f"Two versions of {table} are needed to compare; here: {here}. `nltrade fetch {table}` "
            "brings the one of today."
        )

    pair = (old or dates[-2], new or dates[-1])
    with patience("Comparing"):
        before, after = (load(table, snapshot=date) for date in pair)
        asked = [[part.origin for part in store.find(table, date)] for date in pair]
        changed = within(compare_snapshots(before, after), *asked)
        rest = load(*(id for id in store.here() if id != table))
        touched = claims_touched(pd.concat([before, rest]), pd.concat([after, rest]))

    def plain() -> Any:
        claims = [
            {"old": verdict_as_json(one.old, lang), "new": verdict_as_json(one.new, lang)}
            for one in touched
        ]
        return {"cells": rows_of(changed), "claims": claims}

    emit(
        lambda: changes_report(changed, touched, [*asked[0], *asked[1]], lang, top=top),
        plain,
        Output(lang, json),
    )
