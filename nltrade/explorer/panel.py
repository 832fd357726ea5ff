"""The widgets of the panel: what is chosen in them goes to a view, and the view into them."""

from functools import partial
from html import escape
from typing import Any

from nltrade import registry
from nltrade.errors import UnknownName
from nltrade.explorer.at_hand import ALL, FLOWS, AtHand, Choice
from nltrade.registry.entries import Lang
from nltrade.words import Words

LANGUAGES: dict[str, Lang] = {"English": "en", "Nederlands": "nl"}
LABELS = {
    "partner": "partner",
    "beside": "explorer-beside",
    "first": "explorer-first",
    "year": "explorer-last",
    "flow": "flow",
    "sector": "sector",
    "lang": "explorer-language",
}
WHOLE_NAME = {"description_width": "initial"}  # of a field, not cut
# JupyterLab takes arrows and letters for commands of its own ("d", "d" deletes a cell) wherever the
# focus is in a notebook and no text is typed, so in a list of years too, unless the field says no.
OWN_KEYS = """document.addEventListener("focusin", event => {
    if (event.target.closest(".nltrade-explorer"))
        event.target.setAttribute("data-lm-suppress-shortcuts", "true");
});"""


class Explorer:
    """
    The panel that `explore` gives: `partner`, `beside`, `first`, `year`, `flow`, `sector` and
    `lang` are its widgets, `view` what it shows.

    Where a frontend has no widgets (a page made of a notebook), the picture, the table and the call
    stand there as they were when the cell ran.
    """

    def __init__(self, at_hand: AtHand, choice: Choice) -> None:
        self._at_hand, self.choice = at_hand, choice
        self._make_fields()
        self._make_answer()
        self.panel = self._laid_out()
        self._show(choice)
        for field in self._chosen.values():
            field.observe(self._changed, "value")

    def _make_fields(self) -> None:
        """Make what is chosen in, with partners that are typed and lists of all else."""
        import ipywidgets as widgets

        typed = {"continuous_update": False, "placeholder": "…"}
        self.partner, self.beside = widgets.Combobox(**typed), widgets.Combobox(**typed)
        years = self._at_hand.years
        self.first, self.year = widgets.Dropdown(options=years), widgets.Dropdown(options=years)
        self.flow, self.sector = widgets.Dropdown(), widgets.Dropdown()
        self.lang = widgets.Dropdown(options=LANGUAGES)

        self._chosen = {name: getattr(self, name) for name in LABELS}
        for name, field in self._chosen.items():
            field.style, field.layout = WHOLE_NAME, {"width": "auto", "max_width": "100%"}
            field.add_class(f"nltrade-{name}")

    def _make_answer(self) -> None:
        """Make what an answer stands in: what is seen or wrong, the files, and the call."""
        import ipywidgets as widgets

        self.seen, self.links, self.wrong = widgets.HTML(), widgets.HTML(), widgets.HBox()
        self.download = widgets.Button(layout={"width": "auto"})
        self.download.add_class("nltrade-download")
        self.download.on_click(self._make_files)

        below = {"width": "auto", "flex_flow": "column", "align_items": "stretch"}
        self.call = widgets.Textarea(style=WHOLE_NAME, layout=below, continuous_update=False)
        self.call.add_class("nltrade-call")

    def _laid_out(self) -> Any:
        """Put fields and answer below each other."""
        import ipywidgets as widgets

        row = {"layout": {"flex_flow": "row wrap", "grid_gap": "0 1em"}}
        chosen = widgets.HBox(list(self._chosen.values()), **row)
        files = widgets.HBox([self.download, self.links], **row)
        script = {"output_type": "display_data", "data": {"application/javascript": OWN_KEYS}}
        keys = widgets.Output(outputs=[{**script, "metadata": {}}])
        parts = [chosen, self.wrong, self.seen, files, self.call, keys]
        return widgets.VBox(parts).add_class("nltrade-explorer")

    def _changed(self, change: dict[str, Any]) -> None:
        """Follow a choice of the user; what the panel fills in itself is none."""
        if self._filling:
            return
        try:
            choice = self._read()
        except UnknownName:
            self._offer(change["owner"])
        else:
            self._show(choice)

    def _read(self) -> Choice:
        """Read what is chosen; of two years in the wrong order, the one just chosen counts."""
        typed = [self.partner.value, self.beside.value]
        ids = [registry.country(text).id for text in typed if text.strip()]
        first, year = self.first.value, self.year.value
        if first > year:
            first = year = year if first == self.choice.first else first
        return Choice(
            tuple(dict.fromkeys(ids)) or self.choice.partners[:1],
            first,
            year,
            self.flow.value,
            self.sector.value,
            self.lang.value,
        )

    def _show(self, choice: Choice) -> None:
        """Fill in all that follows from a choice."""
        self._filling = True
        say, at_hand = Words(choice.lang), self._at_hand
        for name, widget in self._chosen.items():
            widget.description = say.start(LABELS[name])
        self.download.description = say.start("explorer-download")
        self.call.description = say.label("explorer-call")

        self.partner.options = self.beside.options = at_hand.names(choice.year, choice.lang)
        self.flow.options = [(say.label(flow), flow) for flow in FLOWS]
        self.sector.options = self._sectors(choice)
        names = [*map(say.partner, choice.partners), ""]
        self.partner.value, self.beside.value = names[:2]
        for name in ("first", "year", "flow", "sector", "lang"):
            self._chosen[name].value = getattr(choice, name)

        self.choice, self.view = choice, at_hand.view(choice)
        self.seen.value, self.call.value = self.view.seen, self.view.call
        self.call.rows = self.view.call.count("\n") + 2
        self.links.value, self.wrong.children = "", ()
        self._filling = False

    def _sectors(self, choice: Choice) -> list[tuple[str, str]]:
        """List all goods, and the sectors with figures; one chosen before stays, and says so."""
        say, known = Words(choice.lang), self._at_hand.sectors
        there = self._at_hand.with_figures(choice)
        listed = [(registry.product("TOTAL").text(choice.lang), ALL)]
        listed += [(known[id].text(choice.lang), id) for id in there]
        if choice.sector not in ("", *there):
            name = known[choice.sector].text(choice.lang)
            listed.append((say.text("explorer-without", name=name), choice.sector))
        return listed

    def _offer(self, field: Any) -> None:
        """Say that no partner has the name that was typed, and offer those that are like it."""
        import ipywidgets as widgets

        said = Words(self.choice.lang).text("explorer-unknown", name=field.value.strip())
        buttons = []
        for name in self._at_hand.near(field.value, self.choice.lang):
            button = widgets.Button(description=name, layout={"width": "auto"})
            button.on_click(partial(self._take, field))
            buttons.append(button)
        self.wrong.children = [widgets.HTML(f'<span role="alert">{escape(said)}</span>'), *buttons]

    def _take(self, field: Any, button: Any) -> None:
        field.value = button.description

    def _make_files(self, _: Any) -> None:
        self.links.value = self.view.links

    def __repr__(self) -> str:
        return repr(self.view)

    def _repr_mimebundle_(self, **asked: Any) -> dict[str, Any]:
        widget = self.panel._repr_mimebundle_(**asked)
        return {**widget, "text/plain": repr(self), "text/html": self.view._repr_html_()}
