"""The rules that the import contracts in pyproject.toml cannot see, each with a machine that holds it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.contenttypes.fields import GenericForeignKey
from django.core.management import call_command
from django.db.models import Model
from django.db.models.fields.reverse_related import ForeignObjectRel
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
# Each may know those after it.
APPS = ["huntaze", "fans", "content", "ai_routing", "billing", "analytics", "accounts"]
CODE = [*APPS, "devstack", "infra", "tools", "tests", "bench"]
LONGEST_MODULE = 400
LONGEST_FUNCTION = 60
NAMES_THAT_SAY_NOTHING = {"utils", "helpers", "services", "common", "misc", "core", "lib", "base", "constants"}
REQUIREMENTS = ["requirements.in", "requirements-dev.in"]


def modules() -> list[Path]:
    """Return every Python file that people write; migrations are written by Django."""
    found = [path for package in CODE for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts]
    return sorted([*found, ROOT / "manage.py"])


def named(path: object) -> str:
    return str(path.relative_to(ROOT)) if isinstance(path, Path) else str(path)


def our_models() -> list[type[Model]]:
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in APPS]


def labelled(model: object) -> str:
    return model._meta.label if isinstance(model, type) and issubclass(model, Model) else str(model)


# --- Between the apps ---------------------------------------------------------------------------------------------


def relations() -> Iterator[tuple[type[Model], str, type[Model]]]:
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.get_fields(include_hidden=True):
            target = field.related_model
            if isinstance(field, ForeignObjectRel) or not isinstance(target, type):
                continue
            yield model, field.name, target


def test_foreign_keys_follow_the_arrows() -> None:
    # A key named by a string ("content.Content") is invisible to the import contracts.
    wrong = [
        f"{model._meta.label}.{name} → {target._meta.label}"
        for model, name, target in relations()
        if model._meta.app_label in APPS and target._meta.app_label in APPS
        if APPS.index(model._meta.app_label) > APPS.index(target._meta.app_label)
    ]
    assert wrong == []


def test_packages_of_others_point_at_nothing_of_ours_but_the_user() -> None:
    targets = {
        target._meta.label
        for model, _, target in relations()
        if model._meta.app_label not in APPS and target._meta.app_label in APPS
    }
    assert targets == {"accounts.User"}


def test_no_key_points_wherever_it_likes() -> None:
    assert [
        model for model in our_models() if any(isinstance(f, GenericForeignKey) for f in model._meta.private_fields)
    ] == []


def test_nothing_that_ships_imports_the_tests_or_the_benchmarks() -> None:
    wrong = [
        f"{named(path)} imports {imported}"
        for path in modules()
        if path.relative_to(ROOT).parts[0] not in {"tests", "bench"}
        for imported in imports(path)
        if imported.partition(".")[0] in {"tests", "bench"}
    ]
    assert wrong == []


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


# --- Size and names -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", modules(), ids=named)
def test_modules_and_functions_stay_short(path: Path) -> None:
    source = path.read_text(encoding="utf-8")

    assert len(source.splitlines()) < LONGEST_MODULE
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno + 1 < LONGEST_FUNCTION, node.name


def test_modules_are_named_after_their_job() -> None:
    vague = [
        named(path) for path in modules() if NAMES_THAT_SAY_NOTHING & {*path.relative_to(ROOT).parent.parts, path.stem}
    ]
    # Django looks for a database backend under this name.
    assert vague == ["huntaze/database/base.py"]


def test_nothing_is_left_for_later() -> None:
    # Put together here, or this file would find itself.
    later = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "X" * 3]) + r")\b")
    kinds = {".py", ".html", ".css", ".js", ".toml", ".yml", ".yaml", ".md", ".in", ".txt", ".po", ".cfg", ".sh", ""}
    folders = [*CODE, "templates", "docs", ".ci", ".github"]
    files = [
        path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in kinds and path.is_file()
    ]
    files += [path for path in ROOT.iterdir() if path.is_file() and path.suffix in kinds - {".txt"}]

    assert [named(path) for path in files if later.search(path.read_text(encoding="utf-8", errors="replace"))] == []


# --- Models, migrations, admin ------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", our_models(), ids=labelled)
def test_models_and_their_fields_have_words_for_people(model: type[Model]) -> None:
    if not model._meta.auto_created:
        assert {"verbose_name", "verbose_name_plural"} <= model._meta.original_attrs.keys()


@pytest.mark.django_db
def test_migrations_are_in_step_with_the_models() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def indexed(model: type[Model]) -> set[str]:
    """Return the fields that an index, or a unique constraint, begins with."""
    leading = {
        index.fields[0].removeprefix("-") for index in model._meta.indexes if index.fields and not index.condition
    }
    leading |= {
        field.name for field in model._meta.concrete_fields if field.unique or getattr(field, "db_index", False)
    }
    return leading | {constraint.fields[0] for constraint in model._meta.total_unique_constraints}


def our_admin_pages() -> list[admin.ModelAdmin[Model]]:
    return [page for model, page in admin.site._registry.items() if model._meta.app_label in APPS]


@pytest.mark.parametrize("page", our_admin_pages(), ids=lambda page: page.model._meta.label)
def test_what_an_admin_page_sorts_and_filters_by_has_an_index(page: admin.ModelAdmin[Model]) -> None:
    filters = {name for name in page.list_filter if isinstance(name, str)}
    ordering = [str(name).removeprefix("-") for name in page.ordering or ()]

    assert filters <= indexed(page.model)
    assert ordering, "without an order, pages of a list overlap"
    assert ordering[0] in indexed(page.model)
    assert model_field_is_unique(page.model, ordering[-1]), "equal rows change places from page to page"
    assert page.show_full_result_count is False, "it counts the whole table"


def model_field_is_unique(model: type[Model], name: str) -> bool:
    field = model._meta.get_field(name)
    return bool(getattr(field, "unique", False))


# --- Dependencies and CI ------------------------------------------------------------------------------------------


def requirements(name: str) -> list[tuple[Requirement, str]]:
    """Return each requirement of a file with the comment beside it."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    parts = [line.partition(" #") for line in lines if line and not line.startswith(("#", "-"))]
    return [(Requirement(text.strip()), reason.strip()) for text, _, reason in parts]


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_each_dependency_says_why_it_is_here(name: str) -> None:
    assert [str(requirement) for requirement, reason in requirements(name) if not reason] == []


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_each_dependency_is_locked_with_its_hashes(name: str) -> None:
    lock = (ROOT / name).with_suffix(".txt").read_text(encoding="utf-8")
    pinned = {
        canonical(match["name"])
        for match in re.finditer(r"^(?P<name>[A-Za-z0-9._-]+)==\S+[^\n]*\\\n\s+--hash=sha256:", lock, re.MULTILINE)
    }

    assert {canonical(requirement.name) for requirement, _ in requirements(name)} <= pinned


def test_the_lock_of_production_is_part_of_the_lock_of_development() -> None:
    production, development = (
        set(re.findall(r"^[A-Za-z0-9._-]+==[^\s;]+", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))
        for name in ("requirements.txt", "requirements-dev.txt")
    )
    assert production <= development


@pytest.mark.parametrize("name", [".ci/run", ".pre-commit-config.yaml"])
def test_ci_and_hooks_call_the_targets_that_people_call(name: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    called = re.findall(r"^\s*(?:entry: )?make ([a-z-]+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)

    assert {"check", "test"} <= set(called) <= targets


def test_the_workflow_runs_what_every_ci_runs() -> None:
    workflow = (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    first, *steps = re.findall(r"^\s*-?\s*run: (.*)$", workflow, re.MULTILINE)
    of_check = re.findall(r"^check: (.*) ##", makefile, re.MULTILINE)[0].split()

    assert first == ".ci/run machine"
    # `make coverage` is `make test` that keeps reports.
    assert sorted(steps) == sorted(f"make {target}" for target in ("venv", *of_check, "coverage"))
    assert re.search(r"^coverage: .*\n(?:\t.*\n)*\t@\$\(MAKE\) --no-print-directory test ARGS=", makefile, re.MULTILINE)
