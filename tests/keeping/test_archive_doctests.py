"""The examples in the docstrings of archive/ and crawler/ are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import archive
import crawler
import machine

MODULES = [
    found.name
    for room in (archive, crawler, machine)
    for found in pkgutil.walk_packages(room.__path__, f"{room.__name__}.")
]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_hold(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_some_modules_have_examples():
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = [
        test
        for name in MODULES
        for test in finder.find(importlib.import_module(name))
        if test.examples
    ]
    assert len(found) >= 10
