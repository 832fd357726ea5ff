"""What the home page of the site shows: the answer of the mission, and briefings to take along."""

from base64 import b64encode
from pathlib import Path
from typing import Any

import nltrade as nl
from nltrade.charts.chart import Chart
from nltrade.charts.style import SIZES
from nltrade.claims.summary import summary
from nltrade.words import Words

PARTNER, YEAR = "RU", 2012
FORMATS = {"pdf": "PDF", "docx": "Word", "pptx": "slides", "xlsx": "Excel", "html": "page"}
LANGS = {"en": "English", "nl": "Nederlands"}
FIGURES = ["reported", "over_time", "ranking"]
OTHERS = {"CN": 2024, "US": 2024, "DE": 2019, "GB": 2019, "TR": 2019}
OTHERS |= {"IN": 2019, "BR": 2019, "VN": 2019, "NO": 2019, "PL": 2019}
ICONS = {"supported": "✓", "contradicted": "✗"}


def home() -> dict[str, Any]:
    """Give what the template of the home page is filled in with."""
    say = Words("en")
    trade = nl.load()
    verdicts = nl.check_claims(trade)
    cards = [
        {
            "verdict": say.label(one.verdict),
            "kind": one.verdict.replace(" ", "-"),
            "icon": ICONS.get(one.verdict, "?"),
            "wording": one.claim.wording,
            "said": one.claim.text("en"),
            "says": one.says("en"),
        }
        for one in verdicts
    ]
    figures = [
        nl.charts.draw(name, trade, verdicts, partner=PARTNER, period=YEAR, lang="en")
        for name in FIGURES
    ]
    return {
        "summary": summary(verdicts, "en"),
        "cards": cards,
        "figures": [_pictures(figure) for figure in figures],
        "stem": f"briefings/briefing-{PARTNER}-{YEAR}",
        "formats": FORMATS,
        "langs": LANGS,
        "others": [(say.partner(id), id, year) for id, year in OTHERS.items()],
    }


def _pictures(figure: Chart) -> dict[str, Any]:
    """Give a figure as a page and as a phone show it, with what it says to who does not see it."""
    sizes = ("page", "phone")
    drawn = {size: b64encode(figure.image("png", size)).decode("ascii") for size in sizes}
    return {"alt": figure.alt, "width": int(SIZES["page"] * 100), **drawn}


def write_briefings(folder: Path) -> None:
    """Write the briefings that the home page points to."""
    trade = nl.load()
    nl.briefing(
        partner=PARTNER, year=YEAR, lang=list(LANGS), formats=list(FORMATS), out=folder, frame=trade
    )
    for id, year in OTHERS.items():
        nl.briefing(
            partner=id, year=year, lang=list(LANGS), formats="html", out=folder, frame=trade
        )
