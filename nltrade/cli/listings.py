"""Commands that list what there is: tables, partners, products."""

from typing import Annotated

import msgspec
import pandas as pd
import typer

import nltrade
from nltrade import registry
from nltrade.cli.options import (
    CsvOption,
    JsonOption,
    LangOption,
    TablesOption,
    XlsxOption,
    only_one,
)
from nltrade.cli.output import Output, emit, patience, print_json, rows_of
from nltrade.errors import NoData, SourceError, close_to
from nltrade.sources import snapshot
from nltrade.tables import show
from nltrade.tables.catalogues import tables_report

app = typer.Typer()

WordArgument = Annotated[str | None, typer.Argument(help="Part of a name or a code.")]


@app.command(epilog="Example: nltrade tables --search dienstverlening")
def tables(
    names: Annotated[list[str] | None, typer.Argument(help="CBS tables; all by default.")] = None,
    search: Annotated[
        str | None, typer.Option(help="A word to look for in the titles of all CBS tables.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Ask CBS whether they still are as nltrade knows them.")
    ] = False,
    downloads: Annotated[bool, typer.Option("--downloads", help="What was downloaded.")] = False,
    remove: Annotated[
        str | None, typer.Option(help="Remove downloads: TABLE, or TABLE/2023-01-04.")
    ] = None,
    tables: TablesOption = None,
    lang: LangOption = "en",
    json: JsonOption = False,
) -> None:
    """
    List the CBS tables, and what of them is on this computer.

    With --search all tables of CBS are looked through, which needs a network.
    """
    only_one({"--search": search, "--check": check, "--downloads": downloads, "--remove": remove})
    if tables is not None:
        registry.use_tables(tables)
    asked = [registry.table(id).id for id in names or registry.tables()]
    if search is not None:
        _search(search, json=json)
        return
    if check:
        _check(asked, json=json)
        return
    if remove is not None:
        table, _, date = remove.partition("/")
        for path in snapshot.remove(table, date or None):
            typer.echo(f"removed {path}")
        return
    if downloads:
        _downloads(json=json)
        return

    here = {id: snapshot.find(id) if snapshot.dates(id) else [] for id in asked}
    listed = [
        {**msgspec.to_builtins(registry.table(id)), "snapshots": [part.origin for part in parts]}
        for id, parts in here.items()
    ]
    emit(lambda: tables_report(here, lang), lambda: listed, Output(lang, json))


def _check(ids: list[str], *, json: bool) -> None:
    """Hold the registered tables against those that CBS serves."""
    nltrade.fetch  # noqa: B018 (says what to install where what reaches CBS is not)
    from nltrade.sources.fitting import fitting

    with patience("Asking CBS"):
        found = fitting(ids)
    if json:
        print_json([msgspec.to_builtins(fit) for fit in found])
    for fit in [] if json else found:
        typer.echo(fit.says)
    if any(fit.faults for fit in found):
        raise typer.Exit(SourceError.exit_code)


def _downloads(*, json: bool) -> None:
    """List what lies in the folder for downloads, and how much room it takes."""
    found = snapshot.downloads()
    sizes = [sum(path.stat().st_size for path in part.folder.iterdir()) for part in found]
    if json:
        pairs = zip(found, sizes, strict=True)
        print_json(
            [
                {"folder": str(part.folder), "bytes": size, **msgspec.to_builtins(part.origin)}
                for part, size in pairs
            ]
        )
        return
    for part, size in zip(found, sizes, strict=True):
        origin = part.origin
        typer.echo(f"{origin.table}/{part.folder.name}  {size / 1e6:.1f} MB  {origin.selection}")
    if not found:
        typer.echo(f"No downloads in {snapshot.own_folder()}.")


def _search(word: str, *, json: bool) -> None:
    """Look for a word in the titles of all tables of CBS."""
    nltrade.fetch  # noqa: B018 (says what to install where what reaches CBS is not)
    from nltrade.sources.cbs_v3 import find_tables

    with patience("Asking CBS"):
        found = find_tables(word)
    if json:
        print_json(found)
        return
    for row in found:
        when = f"({row['Period']}), modified {row['Modified'][:10]}"
        typer.echo(f"{row['Identifier']}  {row['Title'].strip()} {when}")


@app.command(epilog="Example: nltrade partners emirates")
def partners(
    word: WordArgument = None,
    lang: LangOption = "en",
    json: JsonOption = False,
    csv: CsvOption = None,
    xlsx: XlsxOption = None,
) -> None:
    """
    List the partners, groups and residuals with their codes.
    """
    _list(nltrade.partners(), word, "partners", Output.of(lang, json, csv, xlsx))


@app.command(epilog="Example: nltrade products fuels")
def products(
    word: WordArgument = None,
    lang: LangOption = "en",
    json: JsonOption = False,
    csv: CsvOption = None,
    xlsx: XlsxOption = None,
) -> None:
    """
    List the products: SITC codes and classes of services.
    """
    _list(nltrade.products(), word, "products", Output.of(lang, json, csv, xlsx))


def _list(listed: pd.DataFrame, word: str | None, what: str, to: Output) -> None:
    """Give those of a listing with a word in their code or in a name."""
    if word is not None:
        texts = [listed.index.to_series(), listed["en"], listed["nl"]]
        has_word = [text.str.contains(word, case=False, regex=False) for text in texts]
        found = listed[pd.concat(has_word, axis=1).any(axis=1)]
        if found.empty:
            near = close_to(word, [*listed["en"], *listed["nl"]])
            raise NoData(
                f"No {what} with {word!r} in name or code.{near} `nltrade {what}` lists all."
            )
        listed = found
    emit(lambda: show(listed, to.lang), lambda: rows_of(listed.reset_index()), to)
