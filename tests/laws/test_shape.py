"""The house's laws of shape: size, names, docstrings, parameters."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("shared", "services", "matching", "gateway")
FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60
POSITIONAL_MAX = 3
# Who calls a private function reads it in the same file.
POSITIONAL_MAX_PRIVATE = 5
FORBIDDEN = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "base", "misc"}

MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_there_are_modules_to_hold_to_the_laws() -> None:
    assert len(MODULES) > 50


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_module_is_short_named_by_a_noun_and_says_what_lives_there(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    assert len(source.splitlines()) <= FILE_LINES_MAX, "split it"
    assert path.stem not in FORBIDDEN, "name it by what it holds"
    if source.strip():
        assert ast.get_docstring(tree), "say in one sentence what lives here"


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_function_is_short_and_names_its_arguments(path: Path) -> None:
    for function in _functions(ast.parse(path.read_text(encoding="utf-8"))):
        lines = (function.end_lineno or function.lineno) - function.lineno + 1
        assert lines <= FUNCTION_LINES_MAX, f"{function.name}: {lines} lines"
        if _is_answered_by_name(function):
            continue
        positional = [
            a.arg
            for a in (*function.args.posonlyargs, *function.args.args)
            if a.arg not in {"self", "cls", "tx"}
        ]
        defaults = len(function.args.defaults)
        named = len(positional) - defaults
        allowed = POSITIONAL_MAX_PRIVATE if function.name.startswith("_") else POSITIONAL_MAX
        assert named <= allowed or _is_kernel(function) or _is_of_kernels(path), (
            f"{function.name}({', '.join(positional)}): make the later ones keyword-only"
        )


def _is_answered_by_name(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """FastAPI and other frameworks call these by parameter name."""
    for decorator in function.decorator_list:
        call = decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(call, ast.Attribute) and call.attr in {
            "get",
            "post",
            "put",
            "patch",
            "delete",
            "exception_handler",
        }:
            return True
    return any("Annotated" in ast.unparse(a.annotation) for a in function.args.args if a.annotation)


def _is_of_kernels(path: Path) -> bool:
    """Modules of code that numba compiles: a helper of a kernel is called by position too."""
    return "numba" in path.read_text(encoding="utf-8") or "matching.jit" in path.read_text(
        encoding="utf-8"
    )


def _is_kernel(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Numba's kernels take arrays by position: it has no keyword-only arguments in signatures."""
    return any("jit" in ast.unparse(decorator) for decorator in function.decorator_list)
