"""Commands that answer a question about trade: check, rank, sectors."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import pandas as pd
import typer

import nltrade as nl
from nltrade import registry
from nltrade.claims.base_of_trade import Base
from nltrade.claims.elsewhere import Checked
from nltrade.claims.revisions import claims_revised
from nltrade.claims.summary import summary
from nltrade.claims.verdict import Verdict
from nltrade.cli import options, output
from nltrade.cli.bring import FetchOption, bring_sectors
from nltrade.questions.moves import side_of
from nltrade.registry.entries import Lang, Sector
from nltrade.report import Report
from nltrade.tables import claims as judged
from nltrade.tables.places import chosen_table
from nltrade.tables.sectors import sectors_report
from nltrade.words import Words

app = typer.Typer()


@app.command(epilog="Example: nltrade check --claims my_claims.toml --lang nl --why")
def check(
    claims: options.ClaimsOption = None,
    why: Annotated[bool, typer.Option("--why", help="Give the reasons of each verdict.")] = False,
    readings: Annotated[
        bool, typer.Option("--readings", help="Show every way of counting each claim.")
    ] = False,
    lang: options.LangOption = "en",
    json: options.JsonOption = False,
    csv: options.CsvOption = None,
    xlsx: options.XlsxOption = None,
) -> None:
    """
    Check reported figures against CBS. Exit code 1 if one is wrong.

    First how many hold, then one line for each; --why and --readings give the rest.
    """
    to = output.Output(lang, json, csv, xlsx)
    asked = nl.claims(claims)
    with output.patience("Checking"):
        verdicts = nl.check_claims(claims=asked)
        touched = claims_revised(asked)

    def report() -> Report:
        if not to.to_read:
            return judged.verdicts_report(verdicts, lang)
        whole = judged.check_report(verdicts, touched, lang, why=why, readings=readings)
        return judged.joined([whole, *_second_opinions(verdicts, lang)]) if why else whole

    def plain() -> Any:
        before = {one.old.claim.id: output.verdict_as_json(one.old, lang) for one in touched}
        return [
            output.verdict_as_json(one, lang) | {"before": before.get(one.claim.id)}
            for one in verdicts
        ]

    if to.to_read:
        output.print_text(f"{summary(verdicts, lang)}\n")
    output.emit(report, plain, to)
    if to.to_read and not (why or readings):
        output.print_note("\n" + Words(lang).label("cli-check-more"))
    raise typer.Exit(int(any(one.verdict == "contradicted" for one in verdicts)))


def _second_opinions(checked: Iterable[Verdict | Checked], lang: Lang) -> list[Report]:
    """Present what partners reported of the same things, beside the answers and no part of them."""
    opinions = nl.second_opinions(checked, nl.other_side())
    return [judged.opinions_report(opinions, lang)] if opinions else []


@app.command(epilog="Example: nltrade rank --partner Vietnam --flow exports")
def rank(
    partner: options.PartnerOption = None,
    year: options.YearOption = None,
    flow: Annotated[
        str,
        typer.Option(help="total trade, imports, exports, re-exports or domestic export."),
    ] = "total trade",
    among: Annotated[
        str | None,
        typer.Option(help="outside EU, inside EU or all; by default the partner's side."),
    ] = None,
    table: options.TableOption = None,
    top: Annotated[int, typer.Option(help="How many partners to show.", min=1)] = 10,
    lang: options.LangOption = "en",
    json: options.JsonOption = False,
    csv: options.CsvOption = None,
    xlsx: options.XlsxOption = None,
) -> None:
    """
    Rank the partners of a year.

    Each place comes with the best and the worst place possible, and the partner named is shown
    wherever it stands.
    """
    to = output.Output(lang, json, csv, xlsx)
    table = registry.table(table).id if table else None
    frame = nl.load()
    about = options.subject(partner, year, frame)
    flow = options.flow_named(flow)
    side: Any = among or side_of(about.partner, str(about.year))
    asked: dict[str, Any] = {"period": about.year, "flow": flow, "among": side}

    def report() -> Report:
        named: dict[str, Any] = {"partner": about.partner, "top": top, "lang": lang}
        return nl.show_ranking(frame, **asked, table=table, **named)

    def plain() -> Any:
        used = table or chosen_table(frame, period=about.year, partner=about.partner)
        ranked = nl.rank_partners(frame, **asked, table=used)
        shown = ranked[(ranked.index < top) | (ranked["partner"] == about.partner)]
        cells = frame[(frame["table"] == used) & (frame["period"] == str(about.year))]
        sources = output.sources_as_json(nl.origins(cells))
        return {"table": used, **asked, "rows": output.rows_of(shown), "sources": sources}

    if to.to_read:
        output.print_note(about.says(lang))
    output.emit(report, plain, to)


@app.command(epilog="Example: nltrade sectors --partner CN --year 2019 --lang nl")
def sectors(
    partner: options.PartnerOption = None,
    year: options.YearOption = None,
    sectors: options.SectorsOption = None,
    every: Annotated[
        bool, typer.Option("--all", help="Show the sectors without a figure too.")
    ] = False,
    fetch: FetchOption = False,
    lang: options.LangOption = "en",
    json: options.JsonOption = False,
    csv: options.CsvOption = None,
    xlsx: options.XlsxOption = None,
) -> None:
    """
    Show the trade of each sector that a mission named.

    Those with a figure, and under them why the others have none; --all shows every sector, with
    its classes and growth.
    """
    to = output.Output(lang, json, csv, xlsx)
    known = nl.sectors(sectors)
    frame = nl.load()
    about = options.subject(partner, year, frame)
    if fetch:
        bring_sectors(about.partner, about.year, known)
        frame = nl.load()
    frame = frame[frame["partner"].isin([about.partner, "WORLD"])]
    # Says what there is instead of nothing.
    nl.select(frame, partner=about.partner, period=about.year)

    with output.patience("Adding up sectors"):
        found = _both_sides(frame, about, known)
        elsewhere = nl.check_published(frame)
        # What documents called a base is so of the trade with the partner they are about.
        is_of_partner = sectors is not None or about.partner == options.MISSION[0]
        base = nl.base_of_trade(frame, about.partner, sectors=known) if is_of_partner else []

    def report() -> Report:
        if not to.to_read:
            return sectors_report(found, lang, known, every=True)
        whole = sectors_report(found, lang, known, every=every, growth=every)
        told = [one for one in base if every or one.least is not None]
        return judged.joined([whole, *_beside(told, elsewhere, about, lang)])

    def plain() -> Any:
        return {
            "sectors": output.rows_of(found),
            "base": base,
            "published": [output.checked_as_json(one) for one in elsewhere],
            "sources": output.sources_as_json(nl.origins(found)),
        }

    if to.to_read:
        output.print_note(about.says(lang))
    output.emit(report, plain, to)


def _both_sides(
    frame: pd.DataFrame, about: options.Subject, known: Mapping[str, Sector]
) -> pd.DataFrame:
    """Add up the sectors of CBS's figures and, where they are here, of the partner's own."""
    theirs = nl.other_side(about.partner).trade
    sides = [frame]
    if theirs["period"].eq(str(about.year)).any():
        sides.append(theirs)
    found = [nl.sector_trade(side, about.partner, about.year, sectors=known) for side in sides]
    return pd.concat(found, ignore_index=True)


def _beside(
    base: Sequence[Base], elsewhere: Sequence[Checked], about: options.Subject, lang: Lang
) -> list[Report]:
    """Present what is told beside the trade of sectors: bases of it, and figures of others."""
    named = [
        one
        for one in elsewhere
        if one.figure.partner == about.partner and one.figure.period[:4] == str(about.year)
    ]
    found = [judged.bases_report(base, lang)] if base else []
    found += [judged.published_report(named, lang)] if named else []
    return found + _second_opinions(named, lang)
