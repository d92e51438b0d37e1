"""What the documents say is what the code does: variables, error codes, outcomes, plans, links and commands."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import pytest
from django.apps import apps
from django.core.management import get_commands
from django.urls import get_resolver
from rest_framework.exceptions import APIException

from ai_routing import completion
from ai_routing.models import LedgerEntry
from billing import plans
from content.failures import FAILURES
from devstack import parts
from huntaze.celery import app
from huntaze.problems import PROBLEMS

ROOT: Final = Path(__file__).resolve().parent.parent
PRODUCT: Final = ("huntaze", "fans", "content", "ai_routing", "billing", "analytics", "accounts")
READERS: Final = tuple(
    ROOT / "huntaze" / f"{name}.py"
    for name in (
        "settings",
        "backup_settings",
        "database_settings",
        "edge_settings",
        "identity_providers",
        "payments",
        "gunicorn",
        "watching_settings",
    )
)
ENVIRONMENTS: Final = {"environ", "environment"}

VARIABLE: Final = re.compile(r"^(#\s)?([A-Z][A-Z0-9_]*)=(.*)$", re.MULTILINE)
FENCE: Final = re.compile(r"^(```+|~~~+).*?^\1", re.MULTILINE | re.DOTALL)
SPAN: Final = re.compile(r"`[^`\n]+`")
LINK: Final = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
# Where a command can begin; "cannot make room" begins none.
MAKE: Final = re.compile(r"(?:^|[`:;&(] ?|[A-Z]+=\S+ )make ([a-z][a-z-]*)", re.MULTILINE)
MANAGE: Final = re.compile(r"\bmanage\.py ([a-z][a-z_]*)")


def documents() -> list[Path]:
    """Return every Markdown file of the project; what is installed or generated is none of its."""
    found = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if not name.startswith(".") or name == ".github"]
        found += [Path(folder, name) for name in files if name.endswith(".md")]
    return sorted(found)


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def code_in(text: str) -> str:
    """Return the code blocks and code spans of a document."""
    blocks = [match[0] for match in FENCE.finditer(text)]
    return "\n".join([*blocks, *SPAN.findall(FENCE.sub("", text))])


def table(document: str, heading: str) -> list[list[str]]:
    """Return the cells of the first table below a heading, without its head and without backquotes."""
    _, found, after = (ROOT / document).read_text().partition(f"\n{heading}\n")
    assert found, f"{document} has no heading {heading!r}"
    lines = after.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("|"))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip().replace("`", "") for cell in line.strip("|").split("|")])
    return rows


# --- .env.example -----------------------------------------------------------------------------------------------------


def reads(tree: ast.AST) -> Iterator[tuple[str, object, bool]]:
    """Yield each variable that a module reads, its default where that is a plain value, and whether it is required."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="required"), args=[ast.Constant(value=str(name)), *_]):
                yield name, None, True
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="env")), args=[ast.Constant(value=str(name)), *rest], keywords=more
            ):
                yield name, plain([*rest, *(each.value for each in more)]), False
            case ast.Call(func=ast.Attribute(value=source, attr="get"), args=[ast.Constant(value=str(name)), *rest]):
                if is_environment(source):
                    yield name, plain(rest), False
            case ast.Subscript(value=source, slice=ast.Constant(value=str(name))):
                if is_environment(source):
                    yield name, None, False
            case ast.keyword(arg="replaced_by", value=ast.Tuple(elts=names)):
                for each in names:
                    yield ast.literal_eval(each), None, False


def plain(arguments: list[ast.expr]) -> object:
    return arguments[0].value if arguments and isinstance(arguments[0], ast.Constant) else None


def is_environment(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in ENVIRONMENTS


def read_by_code() -> list[tuple[str, object, bool]]:
    modules = [*READERS, *sorted((ROOT / "devstack").rglob("*.py"))]
    return [read for module in modules for read in reads(ast.parse(module.read_text()))]


def in_example() -> dict[str, tuple[bool, str]]:
    """Return the variables of the example: whether each stands behind `#`, and its value."""
    found = VARIABLE.findall((ROOT / ".env.example").read_text())
    assert len({name for _, name, _ in found}) == len(found), "a variable stands twice in .env.example"
    return {name: (bool(mark), value) for mark, name, value in found}


def test_the_example_has_every_variable_and_no_other() -> None:
    assert sorted(in_example()) == sorted({name for name, _, _ in read_by_code()})


def test_a_variable_of_the_example_is_open_where_production_requires_it() -> None:
    required = {name for name, _, is_required in read_by_code() if is_required}
    assert {name for name, (is_optional, _) in in_example().items() if not is_optional} == required
    assert all(in_example()[name][1] == "" for name in required)


def test_the_example_shows_the_defaults() -> None:
    defaults = {name: str(default) for name, default, _ in read_by_code() if default not in (None, "")}
    assert defaults
    assert {name: in_example()[name][1] for name in defaults} == defaults


def test_each_variable_of_the_example_has_its_meaning_above_it() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    for number, line in enumerate(lines):
        if VARIABLE.match(line):
            above = lines[number - 1]
            assert above.startswith("# "), line
            assert not VARIABLE.match(above), line


def test_nothing_but_the_settings_reads_the_environment() -> None:
    others = sorted(path for app in PRODUCT for path in (ROOT / app).rglob("*.py") if path not in READERS)
    assert [named(path) for path in others if list(reads(ast.parse(path.read_text())))] == []


# --- docs/errors.md ---------------------------------------------------------------------------------------------------


def own_api_exceptions(kind: type[APIException] = APIException) -> Iterator[type[APIException]]:
    for child in kind.__subclasses__():
        if child.__module__.partition(".")[0] in PRODUCT:
            yield child
        yield from own_api_exceptions(child)


def test_the_table_of_errors_is_the_one_of_the_code() -> None:
    # The addresses bring in every view, and with them their exceptions.
    assert get_resolver().url_patterns
    in_code = {(problem.code, problem.status) for problem in PROBLEMS.values()}
    in_code |= {(code, failure.status) for code, failure in FAILURES.items()}
    in_code |= {(str(kind.default_code), kind.status_code) for kind in own_api_exceptions()}
    rows = [(code, int(status)) for code, status, *_ in table("docs/errors.md", "## Codes")]
    assert sorted(rows) == sorted(in_code)


def test_the_table_of_outcomes_is_the_one_of_the_ledger() -> None:
    rows = {row[1]: row[3] for row in table("docs/errors.md", "## When a provider fails")}
    assert sorted(rows) == sorted(LedgerEntry.Outcome.values)
    for outcome, seen in rows.items():
        codes = [code for code in FAILURES if re.search(rf"\b{code}\b", seen)]
        without_error = {"completed", "stopped", "lost"}
        expected = (
            []
            if outcome in without_error
            else [completion.ERROR_CODES.get(LedgerEntry.Outcome(outcome), "ai_unavailable")]
        )
        assert codes == expected, outcome


# --- docs/models.md ---------------------------------------------------------------------------------------------------


def test_the_table_of_plans_is_the_catalogue() -> None:
    rows = [[cell.replace(",", "") for cell in row] for row in table("docs/models.md", "## Plans")]
    assert rows == [
        [str(plan.name), str(plan.credits), str(plan.premium_credits), str(plan.requests_per_minute)]
        for plan in plans.PLANS.values()
    ]


def test_every_check_of_models_is_explained() -> None:
    explained = [row[0] for row in table("docs/models.md", "## Checks at the start")]
    source = (ROOT / "ai_routing" / "checks.py").read_text()
    assert explained == sorted(set(re.findall(r'id="(ai_routing\.[EW]\d{3})"', source)))


# --- docs/running.md --------------------------------------------------------------------------------------------------


def refusals() -> Iterator[str]:
    """Yield a piece of each line with which devstack refuses; lines that consist of variables have none."""
    trees = [ast.parse(path.read_text()) for path in sorted((ROOT / "devstack").rglob("*.py"))]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    kinds = {"Refusal", "CannotPrepare", "_failure"}
    kinds |= {
        node.name for node in nodes if isinstance(node, ast.ClassDef) and kinds & set(map(ast.unparse, node.bases))
    }
    for node in nodes:
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in kinds:
            constants = [
                each for argument in node.args for each in ast.walk(argument) if isinstance(each, ast.Constant)
            ]
            pieces = [str(constant.value).partition(":")[0].strip() for constant in constants]
            yield from [piece for piece in pieces if len(piece) >= 10][:1]


def test_every_refusal_of_devstack_is_explained() -> None:
    explained = (ROOT / "docs" / "running.md").read_text()
    lines = sorted(set(refusals()))
    assert len(lines) > 20
    assert [line for line in lines if line not in explained] == []


def test_the_table_of_parts_is_the_one_of_devstack() -> None:
    rows = {
        name: set(re.findall(r"[A-Z_]{4,}", row[3]))
        for row in table("docs/running.md", "## Parts")
        for name in row[0].split(", ")
    }
    assert rows == {entry.name: set(entry.replaced_by) for entry in parts.TABLE}


# --- docs/architecture.md ---------------------------------------------------------------------------------------------


def test_the_table_of_housekeeping_is_the_schedule() -> None:
    rows = [row[0] for row in table("docs/architecture.md", "## Housekeeping")]
    assert rows == [entry["task"].rpartition(".")[2] for entry in app.conf.beat_schedule.values()]


def test_the_table_of_tables_is_the_one_of_the_models() -> None:
    rows = [row[0] for row in table("docs/architecture.md", "## Tables")]
    models = [model for model in apps.get_models() if model._meta.app_label in {*PRODUCT, "backups"}]
    assert sorted(rows) == sorted(model._meta.db_table for model in models)


# --- Every document ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("document", documents(), ids=named)
def test_relative_links_resolve(document: Path) -> None:
    for target in LINK.findall(SPAN.sub("", FENCE.sub("", document.read_text()))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = unquote(target).partition("#")
        file = (document.parent / path).resolve() if path else document
        assert file.is_relative_to(ROOT), f"{target} leads out of the project"
        assert file.exists(), f"{target} leads nowhere"
        if anchor:
            assert anchor in anchors(file), f"{target}: {named(file)} has no such heading"


def anchors(document: Path) -> set[str]:
    """Return the anchors that GitHub gives the headings of a document."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", document.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", documents(), ids=named)
def test_commands_exist(document: Path) -> None:
    code = code_in(document.read_text())
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(MAKE.findall(code)) <= targets
    assert set(MANAGE.findall(code)) <= get_commands().keys()


def test_decisions_are_numbered_and_have_one_form() -> None:
    decisions = sorted((ROOT / "docs" / "adr").glob("*.md"))
    # Branches take numbers beforehand, so some may be missing; none is taken twice.
    numbers = [path.name[:4] for path in decisions]
    assert all(number.isdigit() for number in numbers)
    assert len(set(numbers)) == len(numbers)
    for path in decisions:
        headings = re.findall(r"^## (.+)$", path.read_text(), re.MULTILINE)
        assert headings == ["Context", "Decision", "Consequences", "Alternatives"], path.name


def test_every_decision_is_listed_in_the_architecture() -> None:
    listed = re.findall(r"\(adr/(\S+\.md)\)", (ROOT / "docs" / "architecture.md").read_text())
    assert sorted(set(listed)) == sorted(path.name for path in (ROOT / "docs" / "adr").glob("*.md"))
