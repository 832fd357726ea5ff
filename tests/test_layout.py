"""The house: data flows one way, and each room uses only the rooms below it."""

import ast
import re
from pathlib import Path

import nltrade

PACKAGE = Path(nltrade.__file__).parent
# From the ground up. A module belongs to the room that its folder, or its own name, is.
FLOORS = [
    ["errors", "files", "version", "rounding", "interrupt"],
    ["report"],
    ["registry"],
    ["words"],
    ["sources"],
    ["questions"],
    ["claims"],
    ["tables"],
    ["charts"],
    ["figures"],
    ["briefing"],
    ["nltrade"],  # the public face: it hands on what stands below it
    ["explorer"],
    ["cli"],
    ["__main__"],
]
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
# The face loads these when they are asked for, not when it is imported.
LAZY = {("nltrade", "nltrade.explorer")}
# What a language is belongs to the ground; it stands with the other entries of the registry.
ON_THE_GROUND = {"nltrade.registry.entries"}


def name_of(path):
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


MODULES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def imported(path):
    """List the modules of the package that a file imports, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in MODULES else node.module


def room(module):
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else parts[0]


def floor(module):
    return 0 if module in ON_THE_GROUND else FLOOR[room(module)]


def test_a_module_uses_only_what_stands_below_it_or_in_its_own_room():
    assert len(MODULES) > 50
    upwards = {
        (module, other)
        for module, path in MODULES.items()
        for other in {other for other in imported(path) if other in MODULES}
        if room(other) != room(module)
        and floor(other) >= max(floor(module), 1)
        and (module, other) not in LAZY
    }
    assert upwards == set()


def test_no_module_needs_itself_through_others():
    needs = {
        module: {other for other in imported(path) if other in MODULES} - {module}
        for module, path in MODULES.items()
    }
    for lazy, other in LAZY:
        needs[lazy].discard(other)

    while free := {module for module, others in needs.items() if not others & set(needs)}:
        needs = {module: others for module, others in needs.items() if module not in free}

    assert needs == {}


def test_only_sources_touches_the_network():
    networks = {"requests", "urllib", "urllib3", "http", "socket", "ssl", "cbsodata"}
    users = {
        room(module)
        for module, path in MODULES.items()
        if any(name.partition(".")[0] in networks for name in imported(path))
    }
    assert users == {"sources"}


MAP = (PACKAGE.parent / "docs" / "architecture.md").read_text(encoding="utf-8")
PICTURE = MAP.split("```")[1]


def test_the_map_of_the_house_shows_every_room():
    rooms = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    alone = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__", "__main__"}
    assert rooms <= set(re.findall(r"(\w+)/", PICTURE))
    assert alone <= set(re.findall(r"\w+", PICTURE))


def test_the_picture_shows_the_rooms_in_the_order_of_the_floors():
    rooms = re.findall(r"^(\w+)(?:/|\.py)", PICTURE, flags=re.MULTILINE)
    assert (rooms[0], rooms[-1]) == ("cli", "report")
    assert rooms == sorted(rooms, key=FLOOR.get, reverse=True)
    assert max(map(len, PICTURE.splitlines())) <= 104, "a page of the site shows it whole"


def test_every_file_that_the_map_of_the_house_names_is_there():
    there = [path.relative_to(PACKAGE.parent).as_posix() for path in PACKAGE.rglob("*.*")]
    named = set(re.findall(r"[\w/]+\.(?:py|toml)\b", MAP))
    assert len(named) > 30
    missing = {name for name in named if not any(f"/{path}".endswith(f"/{name}") for path in there)}
    assert missing == {"tests/test_layout.py"}
    for folder in re.findall(r"`([\w/]+)/`", MAP):
        assert (PACKAGE / folder).is_dir() or (PACKAGE.parent / folder).is_dir(), folder


def test_every_module_that_the_picture_puts_in_a_room_is_in_it():
    shown = []
    for room, listed in re.findall(r"^(\w+)/ +(.*?)(?:  |$)", PICTURE, flags=re.MULTILINE):
        names = re.split(r", | -> |; |;", re.sub(r" \([^)]*\)", "", listed))
        shown += [(room, name) for name in names if re.fullmatch(r"\w+", name)]
    assert len(shown) > 25
    assert [pair for pair in shown if not (PACKAGE / pair[0] / f"{pair[1]}.py").is_file()] == []
