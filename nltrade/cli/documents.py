"""Commands that write files: figures, briefing, new."""

import os
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import nltrade
from nltrade.briefing import sectors_of_mission
from nltrade.claims import check_claims
from nltrade.claims.summary import summary
from nltrade.cli.bring import FetchOption, bring_sectors
from nltrade.cli.mission import write_mission
from nltrade.cli.options import (
    ClaimsOption,
    JsonOption,
    LangsOption,
    PartnerOption,
    SectorsOption,
    StyleOption,
    YearOption,
    several,
    subject,
)
from nltrade.cli.output import patience, print_json, print_note, print_path, print_text
from nltrade.registry import claims as reported
from nltrade.registry.entries import LANGS, Lang
from nltrade.sources.tidy import load
from nltrade.words import Words

if TYPE_CHECKING:
    from nltrade.figures import Comparison, Drawn

app = typer.Typer()

OutOption = Annotated[Path, typer.Option(help="Folder for the files.")]
DRAWN, WRITTEN = ["png,svg,csv"], ["html,docx,pptx,pdf"]  # formats, where none is asked for
FEW = 8  # files that are listed one by one


@app.command(
    epilog="Example: nltrade figures ranking --partner China --year 2019 --lang en --out charts"
)
def figures(
    names: Annotated[
        list[str] | None, typer.Argument(help="Figures to draw; all by default.")
    ] = None,
    partner: PartnerOption = None,
    year: YearOption = None,
    claims: ClaimsOption = None,
    lang: LangsOption = None,
    format: Annotated[
        list[str],
        typer.Option(help="png, svg, pdf or csv, or several: png,csv; the last has the numbers."),
    ] = DRAWN,
    size: Annotated[str, typer.Option(help="page, column, slide or phone.")] = "page",
    style: StyleOption = None,
    out: OutOption = Path("figures"),
    fetch: FetchOption = False,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Write nothing: say which files would change and why. Exit code 1 if any would.",
        ),
    ] = False,
    json: JsonOption = False,
) -> None:
    """
    Draw figures into a folder, or --check those that lie there.

    What they are made of stands in manifest.json beside them.
    """
    from nltrade.figures import Question, check_figures, draw_figures  # which load matplotlib

    about = subject(partner, year, load())
    if fetch:
        bring_sectors(about.partner, about.year, nltrade.sectors())
    question = Question(
        names=list(dict.fromkeys(names or ())),
        partner=about.partner,
        year=about.year,
        langs=[lang] if lang else LANGS,
        formats=several(format),
        size=size,
        claims=claims,
        style=style,
    )
    workers = os.cpu_count() or 1
    if check:
        with patience("Drawing"):
            checked = check_figures(question, out, workers=workers)
        _print_changes(checked, lang or "en", json=json)
        raise typer.Exit(int(bool(checked.changes)))

    with patience("Drawing"):
        drawn = draw_figures(question, out, workers=workers)
    if json:
        print_json({"files": [str(path) for path in drawn.paths], "without": drawn.without})
        return

    print_note(about.says(lang or "en"))
    _print_drawn(drawn, out, Words(lang or "en"))


def _print_drawn(drawn: "Drawn", out: Path, say: Words) -> None:
    """Print where the figures lie, and on standard error what is without one, and why."""
    if len(drawn.paths) > FEW:
        typer.echo(say.text("cli-files", count=len(drawn.paths)))
    for path in [out] if len(drawn.paths) > FEW else drawn.paths:
        print_path(path)

    reasons = {figure.partition(".")[0]: why for figure, why in drawn.without.items()}
    for name, why in reasons.items():
        typer.echo(f"{name}: {why}", err=True)
    for path in drawn.left:
        typer.echo(say.text("change-left", file=path), err=True)


def _print_changes(checked: "Comparison", lang: Lang, *, json: bool) -> None:
    """Print which figures would change and why, files with the same reasons together."""
    if json:
        changes = {
            change.file: [{"id": id, **values} for id, values in change.reasons]
            for change in checked.changes
        }
        print_json({"changes": changes, "outdated": checked.outdated})
        return

    say = Words(lang)
    alike: dict[tuple[str, str], list[str]] = {}
    for file, reasons in checked.changes:
        figure, _, format = file.rpartition(".")
        why = "; ".join(say.text(reason.id, **reason.values) for reason in reasons)
        alike.setdefault((figure, why), []).append(format)
    for (figure, why), formats in alike.items():
        typer.echo(f"{figure} ({', '.join(formats)}): {why}")

    count = len(checked.changes)
    typer.echo(say.text("changes" if count else "changes-none", count=count))
    if checked.outdated and not count:
        typer.echo(say.label("changes-outdated"))


@app.command(epilog="Example: nltrade briefing --partner DE --lang nl --format docx,pdf --open")
def briefing(
    partner: PartnerOption = None,
    year: YearOption = None,
    claims: ClaimsOption = None,
    sectors: SectorsOption = None,
    lang: LangsOption = None,
    format: Annotated[
        list[str], typer.Option(help="html, docx, pptx, pdf, xlsx or txt, or several: html,pdf.")
    ] = WRITTEN,
    style: StyleOption = None,
    template: Annotated[
        list[Path] | None, typer.Option(help="A Word or PowerPoint file to take the styles of.")
    ] = None,
    out: OutOption = Path("briefing"),
    fetch: FetchOption = False,
    show: Annotated[
        bool, typer.Option("--open", help="Open the first file when it is written.")
    ] = False,
) -> None:
    """
    Write a briefing: a page, a Word file, slides and PDF.

    On the trade with one partner in one year, in both languages.
    """
    frame = load()
    about = subject(partner, year, frame)
    own = reported.claims(claims) if claims else None
    chosen = reported.claims(own, partner=about.partner, year=about.year)
    if sectors:
        named = nltrade.sectors(sectors)
    else:
        named = sectors_of_mission(about.partner, about.year, own)
    if fetch:
        bring_sectors(about.partner, about.year, named)
        frame = load()
    with patience("Writing the briefing"):
        paths = nltrade.briefing(
            partner=about.partner,
            year=about.year,
            lang=[lang] if lang else LANGS,
            formats=several(format),
            out=out,
            frame=frame,
            claims=own,
            sectors=named,
            style=style,
            template=template or (),
            workers=os.cpu_count() or 1,
        )

    print_note(about.says(lang or "en"))
    if chosen:
        print_text(summary(check_claims(frame, chosen), lang or "en"))
    for path in paths:
        print_path(path)
    if show:
        webbrowser.open(paths[0].resolve().as_uri())


@app.command(epilog="Example: nltrade new --partner VN --year 2019")
def new(
    partner: Annotated[str, typer.Option(help="ISO code or name of a country.")],
    year: Annotated[int | None, typer.Option(help="Year; the last whole one by default.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder; mission-VN-2019, for example, by default.")
    ] = None,
) -> None:
    """
    Begin a mission of your own: a folder with all it takes.

    Claims and sectors with every field explained and examples from the partner's own figures, a
    notebook, and a Makefile that writes the briefing. All of it runs at once.
    """
    frame = load()
    about = subject(partner, year, frame)
    folder = out or Path(f"mission-{about.partner}-{about.year}")
    for path in write_mission(frame, about.partner, about.year, folder):
        print_path(path)
    typer.echo(f"Next: cd {folder} && make")
