"""Imports point down the floors, never in a circle, and never from inside a function."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FLOORS = {
    **{"statuspage.publishing": 0, "statuspage.team": 0, "statuspage.components": 1, "statuspage.subscribers": 2},
    **{"statuspage.incidents": 3, "statuspage.alerts": 4, "postmortems": 4, "statuspage.importers": 5},
    **{"statuspage.api": 5, "statuspage.search": 5},
}
# The project package reaches apps by dotted strings, but for the door that stands before Django.
ALLOWED = {("statuspage.wsgi", "statuspage.publishing.serving")}


def violations(root: Path) -> list[str]:
    """Everything that breaks the rules under a root, as sentences."""
    paths = [path for package in ("statuspage", "postmortems") for path in (root / package).rglob("*.py")]
    modules = {_name(path.relative_to(root)): path for path in paths}
    found, files, folders = [], {}, {}
    for name, path in modules.items():
        own = list(_imports(name, path, modules))
        found += [f"{name} imports {target} inside a function" for target, inside in own if inside]
        found += [f"{name} may not import {target}" for target, _ in own if not _may_import(name, target)]
        files[name] = {target for target, _ in own} - {name}
        folders.setdefault(path.parent, set()).update(
            {modules[target].parent for target in files[name]} - {path.parent}
        )
    return found + _circle(files) + _circle(folders)


def _imports(name, path, modules):
    """Our own modules that a file imports, each with whether that happens inside a function."""
    tree = ast.parse(path.read_text())
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    inside = {id(node) for function in functions for node in ast.walk(function)}
    package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    for node in ast.walk(tree):
        targets = []
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*above, *([node.module] if node.module else [])])
            targets = [f"{source}.{alias.name}" for alias in node.names]
            targets = [target if target in modules else source for target in targets]
        yield from ((target, id(node) in inside) for target in targets if target in modules)


def _may_import(name: str, target: str) -> bool:
    mine, theirs = _app(name), _app(target)
    if mine == theirs or (name, target) in ALLOWED:
        return True
    # The project package stands on no floor: no app may know it, and it may know no app.
    return mine in FLOORS and theirs in FLOORS and FLOORS[theirs] < FLOORS[mine]


def _app(name: str) -> str:
    return next((app for app in FLOORS if f"{name}.".startswith(f"{app}.")), "")


def _name(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def _circle(graph: dict) -> list[str]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return [f"a circle: {' → '.join(str(one) for one in error.args[1])}"]
    return []


@pytest.fixture
def plant(tmp_path):
    """Write a small project to try the rules on."""

    def write(files):
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        return tmp_path

    return write


def test_every_import_keeps_the_rules():
    assert violations(ROOT) == []


def test_every_app_has_a_floor():
    apps = {".".join(path.relative_to(ROOT).parts[:-1]) for path in ROOT.glob("statuspage/*/apps.py")}
    assert apps | {"postmortems"} <= FLOORS.keys()


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (
            {"statuspage/team/a.py": "from statuspage.incidents.b import x", "statuspage/incidents/b.py": ""},
            "statuspage.team.a may not import statuspage.incidents.b",
        ),
        (
            {"statuspage/team/a.py": "from statuspage.publishing import b", "statuspage/publishing/b.py": ""},
            "statuspage.team.a may not import statuspage.publishing.b",
        ),
        (
            {"statuspage/urls.py": "import statuspage.team.b", "statuspage/team/b.py": ""},
            "statuspage.urls may not import statuspage.team.b",
        ),
        (
            {"postmortems/a.py": "from statuspage import settings", "statuspage/settings.py": ""},
            "postmortems.a may not import statuspage.settings",
        ),
        (
            {"statuspage/team/a.py": "def f():\n    from . import b", "statuspage/team/b.py": ""},
            "statuspage.team.a imports statuspage.team.b inside a function",
        ),
        (
            {"statuspage/team/a.py": "from .b import x", "statuspage/team/b.py": "import statuspage.team.a"},
            "a circle: ",
        ),
        (
            {
                "statuspage/team/a.py": "from .inner import b",
                "statuspage/team/inner/b.py": "",
                "statuspage/team/inner/c.py": "from .. import d",
                "statuspage/team/d.py": "",
            },
            "a circle: ",
        ),
    ],
)
def test_a_broken_rule_is_named(plant, files, sentence):
    assert [found for found in violations(plant(files)) if found.startswith(sentence)]


def test_what_points_down_is_left_alone(plant):
    files = {
        "statuspage/incidents/a.py": "from statuspage.team import b\nimport json",
        "statuspage/team/b.py": "from statuspage.team.c import x",
        "statuspage/team/c.py": "",
        "statuspage/wsgi.py": "from statuspage.publishing.serving import PublicFiles",
        "statuspage/publishing/serving.py": "",
    }
    assert violations(plant(files)) == []
