import doctest
import importlib
import pkgutil

import pytest

import matching

MODULES = [module.name for module in pkgutil.walk_packages(matching.__path__, "matching.")]


@pytest.mark.parametrize("name", MODULES)
def test_every_example_of_a_docstring_is_true(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0
