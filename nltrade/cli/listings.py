"""Commands that list what there is: tables, partners, products."""

from typing import Annotated

import msgspec
import pandas as pd
import typer

import nltrade
from nltrade import registry
from nltrade.cli import options, output
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
    tables: options.TablesOption = None,
    lang: options.LangOption = "en",
    json: options.JsonOption = False,
) -> None:
    """
    List the CBS tables that nltrade knows, and what is here.

    With --search all tables of CBS are looked through, which needs a network.
    """
    options.only_one(
        {"--search": search, "--check": check, "--downloads": downloads, "--remove": remove}
    )
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

    here = {id: snapshot.at_hand(id) for id in asked}
    listed = [
        {**msgspec.to_builtins(registry.table(id)), "snapshots": [part.origin for part in parts]}
        for id, parts in here.items()
    ]
    output.emit(lambda: tables_report(here, lang), lambda: listed, output.Output(lang, json))


def _check(ids: list[str], *, json: bool) -> None:
    """Hold the registered tables against those that CBS serves."""
    nltrade.fetch  # noqa: B018 (says what to install where what reaches CBS is not)
    from nltrade.sources.fitting import fitting

    with output.patience("Asking CBS"):
        found = fitting(ids)
    if json:
        output.print_json([msgspec.to_builtins(fit) for fit in found])
    for fit in [] if json else found:
        typer.echo(fit.says)
    if any(fit.faults for fit in found):
        raise typer.Exit(SourceError.exit_code)


def _downloads(*, json: bool) -> None:
    """List what lies in the folder for downloads, and how much room it takes."""
    found = snapshot.downloads()
    sizes = [sum(path.stat().st_size for path in part.folder.iterdir()) for part in found]
    if json:
        about = [{"folder": str(part.folder)} | msgspec.to_builtins(part.origin) for part in found]
        output.print_json([one | {"bytes": size} for one, size in zip(about, sizes, strict=True)])
        return
    for part, size in zip(found, sizes, strict=True):
        name = f"{part.origin.table}/{part.folder.name}"
        typer.echo(f"{name}  {size / 1e6:.1f} MB  {part.origin.selection}")
    if not found:
        typer.echo(f"No downloads in {snapshot.own_folder()}.")


def _search(word: str, *, json: bool) -> None:
    """Look for a word in the titles of all tables of CBS."""
    nltrade.fetch  # noqa: B018 (says what to install where what reaches CBS is not)
    from nltrade.sources.cbs_v3 import find_tables

    with output.patience("Asking CBS"):
        found = find_tables(word)
    if json:
        output.print_json(found)
        return
    for row in found:
        when = f"({row['Period']}), modified {row['Modified'][:10]}"
        typer.echo(f"{row['Identifier']}  {row['Title'].strip()} {when}")


@app.command(epilog="Example: nltrade partners emirates")
def partners(
    word: WordArgument = None,
    lang: options.LangOption = "en",
    json: options.JsonOption = False,
    csv: options.CsvOption = None,
    xlsx: options.XlsxOption = None,
) -> None:
    """
    List the partners, groups and residuals with their codes.
    """
    _list(nltrade.partners(), word, "partners", output.Output.of(lang, json, csv, xlsx))


@app.command(epilog="Example: nltrade products fuels")
def products(
    word: WordArgument = None,
    lang: options.LangOption = "en",
    json: options.JsonOption = False,
    csv: options.CsvOption = None,
    xlsx: options.XlsxOption = None,
) -> None:
    """
    List the products: SITC codes and classes of services.
    """
    _list(nltrade.products(), word, "products", output.Output.of(lang, json, csv, xlsx))


def _list(listed: pd.DataFrame, word: str | None, what: str, to: output.Output) -> None:
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
    output.emit(lambda: show(listed, to.lang), lambda: output.rows_of(listed.reset_index()), to)
