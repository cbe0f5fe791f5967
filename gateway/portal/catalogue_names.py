"""Names of catalogue codes: reference data that ships with the program, so no page asks for it."""

from __future__ import annotations

from shared.catalogues.industries import find_industry
from shared.catalogues.majors import find_major, majors
from shared.catalogues.occupations import find_occupation
from shared.catalogues.regions import lineage_of


def region_name(code: str) -> str:
    """Return a region below the province, as addresses begin.

    >>> region_name("330106"), region_name("330100"), region_name("33")
    ('杭州市西湖区', '杭州市', '浙江省')
    """
    lineage = [each.name for each in lineage_of(code)]
    return "".join(lineage[1:] or lineage) or code


def region_path(code: str) -> str:
    """Return a region with the province that it lies in.

    >>> region_path("330106")
    '浙江省杭州市西湖区'
    """
    return "".join(each.name for each in lineage_of(code)) or code


def occupation_name(code: str) -> str:
    """Return the name of an occupation, or of a group of them by the beginning of its code.

    >>> occupation_name("4-04-05-01"), occupation_name("4")
    ('计算机程序设计员', '社会生产服务和生活服务人员')
    """
    found = find_occupation(code + "-00" * (3 - code.count("-")))
    return found.name if found else code


def industry_name(code: str) -> str:
    """Return the name of an industry."""
    found = find_industry(code)
    return found.name if found else code


def major_name(code: str) -> str:
    """Return the name of a major, of a class (4 digits) or of a group (2 digits).

    >>> major_name("460103"), major_name("4601")
    ('数控技术', '机械设计制造类')
    """
    found = find_major(code)
    if found is not None:
        return found.name
    for each in majors():
        if len(code) == 4 and each.class_code == code:
            return each.class_name
        if len(code) == 2 and each.code.startswith(code):
            return each.group_name
    return code


NAMES = {
    "region": region_name,
    "region_code": region_path,
    "industry": industry_name,
    "industry_code": industry_name,
    "occupation": occupation_name,
    "occupation_code": occupation_name,
    "major": major_name,
    "major_codes": major_name,
}
"""The way to a name, by the facet or the field that holds the code."""


def named_code(field: str, code: str) -> str:
    """Return a code with its name, as a form shows it: both are taken back.

    >>> named_code("major_codes", "460103")
    '460103 数控技术'
    """
    name = NAMES[field](code) if code else ""
    return f"{code} {name}" if name and name != code else code
