"""What `--fetch` does: bring what the sectors of a partner and year need, or go on without it."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

import nltrade
from nltrade import registry
from nltrade.errors import NltradeError
from nltrade.registry.entries import Sector
from nltrade.sources.comtrade import PARTNER_REPORTS, other_side

FetchOption = Annotated[
    bool,
    typer.Option("--fetch", help="First bring what the sectors need; without a network, go on."),
]
TRIES = 3  # the command goes on without them: nobody waits for a minute
DETAILED = "7137shih"  # CBS's table with the classes of the sectors, to 2017


def bring_sectors(partner: str, year: int, sectors: Mapping[str, Sector]) -> None:
    """
    Ask CBS and UN Comtrade for the sectors of a partner in a year and the one before.

    Without sectors only for what the partner itself reported, which every document has room for.
    Each is told before it is asked. What cannot be had is one sentence, and no error: the command
    goes on with what is here.
    """
    about = registry.country(partner)
    years = f"{year - 1}:{year}"
    for table, asked in _wanted(about.id, year, sectors).items():
        names = ", ".join(asked.get("product", ["chapters of the HS"]))
        typer.echo(f"Asking for {table}, {about.named()}, {years}: {names}.", err=True)
        try:
            nltrade.fetch(table, partner=about.id, years=years, tries=TRIES, **asked)
        except NltradeError as error:
            typer.echo(f"Going on without it: {error}", err=True)


def _wanted(partner: str, year: int, sectors: Mapping[str, Sector]) -> dict[str, dict[str, Any]]:
    """Say what is not here: CBS's classes of the sectors, and the partner's own report."""
    wanted: dict[str, dict[str, Any]] = {}
    codes = list(dict.fromkeys(code for sector in sectors.values() for code in sector.goods))
    detailed = registry.table(DETAILED)
    covered = detailed.covers(str(year - 1)) and detailed.covers(str(year))
    if codes and covered and registry.partner(partner) in registry.partner_keys(DETAILED).values():
        wanted[DETAILED] = {"product": codes}

    reported = other_side(partner).trade
    if not reported["period"].eq(str(year)).any():
        wanted[PARTNER_REPORTS] = {}
    return wanted
