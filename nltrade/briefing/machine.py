"""What machines read of a briefing: a review of each claim, and the data (schema.org)."""

from collections.abc import Sequence
from typing import Any

from nltrade import registry
from nltrade.briefing.blocks import Link
from nltrade.claims import Verdict
from nltrade.sources.snapshot import Origin
from nltrade.words import Words

CONTEXT = "https://schema.org"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
CBS = {
    "@type": "Organization",
    "name": "Centraal Bureau voor de Statistiek",
    "url": "https://www.cbs.nl/",
}
# As schema.org has it: from worst to best.
RATING = {"contradicted": 1, "depends": 2, "supported": 3}


def linked_data(
    verdicts: Sequence[Verdict], origins: Sequence[Origin], say: Words
) -> list[dict[str, Any]]:
    """
    Give the claims and the data as JSON-LD.

    Parameters
    ----------
    verdicts : sequence of Verdict
        Checked claims.
    origins : sequence of Origin
        Sources.
    say : Words
        Language.

    Returns
    -------
    list of dict
        A ``ClaimReview`` for each claim, a ``Dataset`` for each source.
    """
    return [*(_review(one, say) for one in verdicts), *(_dataset(one, say) for one in origins)]


def citation(origin: Origin, say: Words) -> str:
    """Cite a table as its publisher asks: who, when, what, in which state."""
    return say.text(
        "citation",
        publisher=origin.publisher,
        year=origin.modified[:4],
        title=registry.table(origin.table).text(say.lang),
        table=origin.table,
        modified=say.when(origin.modified),
        retrieved=say.when(origin.retrieved),
    )


def _review(one: Verdict, say: Words) -> dict[str, Any]:
    claim = one.claim
    rating: dict[str, Any] = {"@type": "Rating", "alternateName": say.label(one.verdict)}
    if one.verdict in RATING:
        rating |= {"ratingValue": RATING[one.verdict], "worstRating": 1, "bestRating": 3}

    appearances = []
    for document in [claim.document, *claim.also]:
        work = {"@type": "CreativeWork", "name": document.title, "datePublished": document.date}
        if document.address and Link("", document.address).safe:
            work["url"] = document.address
        appearances.append(work)

    return {
        "@context": CONTEXT,
        "@type": "ClaimReview",
        "claimReviewed": claim.text(say.lang),
        "inLanguage": say.lang,
        "author": {"@type": "Organization", "name": "nltrade"},
        "reviewRating": rating,
        "itemReviewed": {
            "@type": "Claim",
            "text": claim.wording,
            "author": {"@type": "Organization", "name": claim.document.by(say.lang)},
            "appearance": appearances,
        },
    }


def _dataset(origin: Origin, say: Words) -> dict[str, Any]:
    name = registry.table(origin.table).text(say.lang)
    return {
        "@context": CONTEXT,
        "@type": "Dataset",
        "name": name,
        "description": say.text("dataset", title=name, modified=say.when(origin.modified)),
        "identifier": origin.table,
        "url": origin.link,
        "creator": CBS,
        "license": LICENCE,
        "dateModified": origin.modified,
        "version": f"sha256:{origin.sha256}",
        "citation": citation(origin, say),
    }
