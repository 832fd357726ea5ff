"""Whether a page can be used by everyone: axe-core, by the rules of WCAG 2 A and AA."""

from axe_playwright_python.sync_playwright import Axe

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "resultTypes": ["violations"]}


def assert_accessible(page, file=None, without=()):
    """
    Assert that axe finds nothing in a page, or in an HTML file that is opened in it.

    `without` names rules that are left out; say beside them why.
    """
    if file is not None:
        page.goto(file.as_uri())
    options = RULES | {"rules": {rule: {"enabled": False} for rule in without}}
    found = Axe().run(page, options=options).response["violations"]
    places = [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found
        for node in one["nodes"]
    ]
    assert not places, "\n".join([page.url, *places])
