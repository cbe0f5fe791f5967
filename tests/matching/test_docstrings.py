"""Every public function of the engine says what it costs and takes, and shows a use."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ENGINE = Path(__file__).parents[2] / "matching"

# Whole modules that show no example, with the reason.
INNER = {
    "jit.py": "how kernels are compiled",
    "prefetch.py": "a processor's instruction",
    "scan.py": "compiled passes, seen through build_problem alone",
    "commands.py": "the command line, shown by its --help",
    "occupations_commands.py": "the command line, shown by its --help",
    "files/": "reads and writes files, shown by the tests of each format",
    "auction/sale.py": "the inside of assign_central",
    "auction/heaps.py": "the inside of the auction's kernel",
    "auction/nested.py": "compiled, the inside of assign_central",
    "auction/tables.py": "what the auction's kernel sees",
    "solve/tables.py": "what the solver's kernels see",
    "online/tables.py": "what the live market's kernels see",
    "online/layout.py": "compiled, the inside of LiveMarket",
}
NO_EXAMPLE = {
    "warm": "gives nothing back",
    "read_signing_key": "reads a file",
    "read_signer_key": "reads a file",
    "hash_file": "reads a file",
    "check_assignment": "reads a file",
    "locate": "takes the catalogues of majors and occupations",
    "describe_pairs": "takes what is computed from whole catalogues",
    "compare_texts": "takes whole catalogues",
    "train_ranker": "a trained network has no result that a line could show",
    "learn_term_weights": "learns from whole catalogues",
    "score_terms": "takes what was learned from whole catalogues",
}


def _is_inner(path: Path) -> bool:
    name = path.relative_to(ENGINE).as_posix()
    return path.stem.endswith("kernel") or any(name.startswith(one) for one in INNER)


def _public_functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    for path in sorted(ENGINE.rglob("*.py")):
        if _is_inner(path):
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                yield f"{path.relative_to(ENGINE)}:{node.name}", node


def _public_methods() -> Iterator[tuple[str, ast.FunctionDef]]:
    for path in sorted(ENGINE.rglob("*.py")):
        classes = [] if _is_inner(path) else ast.parse(path.read_text(encoding="utf-8")).body
        for node in classes:
            if not isinstance(node, ast.ClassDef) or node.name.startswith("_"):
                continue
            if any("Protocol" in ast.unparse(base) for base in node.bases):
                continue  # what stands in its place says what it costs
            for method in node.body:
                if isinstance(method, ast.FunctionDef) and not method.name.startswith("_"):
                    yield f"{path.relative_to(ENGINE)}:{node.name}.{method.name}", method


PUBLIC = dict(_public_functions())
METHODS = {
    name: method for name, method in _public_methods() if "property" not in ast.unparse(method)
}


def test_there_are_public_functions_and_every_exception_is_one_of_them():
    assert len(PUBLIC) > 60
    assert {function.name for function in PUBLIC.values()} >= NO_EXAMPLE.keys()
    assert all((ENGINE / name).exists() for name in INNER)


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_function_states_shapes_and_cost_and_shows_a_use(name):
    function = PUBLIC[name]
    told = ast.get_docstring(function) or ""
    assert "Cost:" in told, "say what it costs"
    takes = ast.unparse(function.args)
    if "NDArray" in takes or "ArrayLike" in takes:
        assert "Shapes:" in told or "Args:" in told, "say which shapes and dtypes it takes"
    assert (">>>" in told) != (function.name in NO_EXAMPLE), "show a use"


@pytest.mark.parametrize("name", METHODS)
def test_a_public_method_states_its_cost(name):
    assert "Cost:" in (ast.get_docstring(METHODS[name]) or "")


@pytest.mark.parametrize("name", PUBLIC | METHODS)
def test_who_raises_says_what(name):
    function = (PUBLIC | METHODS)[name]
    if any(isinstance(node, ast.Raise) for node in ast.walk(function)):
        assert "Raise" in (ast.get_docstring(function) or "")
