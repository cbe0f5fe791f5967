from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import URL, FormData

from gateway.portal.access import PUBLIC, SIGNED_IN, members_of
from gateway.portal.addresses import pager, sortable, toggled, with_query
from gateway.portal.api_client import Answer
from gateway.portal.charts import sparkline
from gateway.portal.forms import form_state, form_state_of
from gateway.portal.navigation import ENTRIES
from gateway.portal.pages import PAGES
from gateway.portal.problems import FieldFault, Problem
from gateway.portal.rendering import lines


def refused(*faults: FieldFault) -> Problem:
    return Problem(422, "invalid_input", "输入有误", "请修改。", faults)


def test_a_refused_form_shows_each_fault_at_its_field_and_keeps_what_was_typed():
    form = form_state(("title", "seats"), FormData([("title", " 护理 "), ("seats", "-1")]))
    form = form.refused(refused(FieldFault("名额须为正数", pointer="/seats")))
    assert form.value("title") == "护理"
    assert form.value("seats") == "-1"
    assert form.error("seats") == "名额须为正数"
    assert form.error("title") is None


def test_a_fault_inside_a_group_is_shown_at_the_group():
    form = form_state(("days",)).refused(refused(FieldFault("未知", pointer="/days/2")))
    assert form.error("days") == "未知"


def test_a_fault_of_no_field_of_this_page_stays_in_the_summary_without_a_link():
    form = form_state(("title",)).refused(refused(FieldFault("超出", pointer="/quota")))
    assert [(error.text, error.field) for error in form.errors] == [("超出", None)]


def test_a_problem_without_faults_is_told_in_its_own_words():
    form = form_state(("title",)).refused(refused())
    assert form.errors[0].text == "输入有误 请修改。"


def test_a_form_of_a_record_knows_yes_no_lists_and_nothing():
    form = form_state_of(("a", "b", "c", "d"), {"a": True, "b": [1, 2], "c": None, "d": 3})
    assert (form.value("a"), form.chosen("b"), form.value("c"), form.value("d")) == (
        "true",
        ["1", "2"],
        "",
        "3",
    )


def test_a_facet_link_adds_a_value_and_the_same_link_takes_it_away():
    here = URL("http://x/posts?q=CAD&region=330100&cursor=zz&lang=en")
    added, chosen = toggled(here, "region", "330600")
    assert (added, chosen) == ("/posts?q=CAD&region=330100&region=330600", False)
    removed, chosen = toggled(here, "region", "330100")
    assert (removed, chosen) == ("/posts?q=CAD", True)


@given(
    st.lists(st.tuples(st.sampled_from(["q", "region", "sort"]), st.text(max_size=5)), max_size=5)
)
def test_a_query_survives_a_change_of_another_name(pairs: list[tuple[str, str]]):
    start = with_query(URL("http://x/posts"), **{name: value for name, value in pairs if value})
    again = with_query(URL("http://x" + with_query(URL("http://x" + start), page="2")), page=None)
    assert again == start


def test_a_heading_sorts_up_then_down_then_up():
    here = URL("http://x/posts")
    first = sortable(here, "Pay", by="pay")
    assert (first.sorted, first.sort_href) == ("none", "/posts?sort=pay")
    second = sortable(URL("http://x/posts?sort=pay"), "Pay", by="pay")
    assert (second.sorted, second.sort_href) == ("ascending", "/posts?sort=-pay")
    third = sortable(URL("http://x/posts?sort=-pay&cursor=q"), "Pay", by="pay")
    assert (third.sorted, third.sort_href) == ("descending", "/posts?sort=pay")


def test_a_list_leads_on_by_cursor_and_back_to_its_first_page():
    last = pager(URL("http://x/posts?q=a&cursor=9"), Answer(200, [], {}), shown=3)
    assert (last.next_href, last.first_href) == (None, "/posts?q=a")
    first = pager(URL("http://x/posts?q=a"), Answer(200, [], {}, next_cursor="9"), shown=20)
    assert (first.next_href, first.first_href) == ("/posts?q=a&cursor=9", None)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40))
def test_a_sparkline_stays_inside_its_box(values: list[float]):
    line = sparkline(values)
    for point in line.points.split():
        x, y = (float(part) for part in point.split(","))
        assert 0 <= x <= line.width
        assert 0 <= y <= line.height


def test_line_breaks_are_kept_and_everything_else_is_escaped():
    assert lines("a\n<b>") == "a<br>&lt;b&gt;"


def test_every_page_that_writes_is_for_the_signed_in_but_signing_in_itself():
    public = {page.path for page in PAGES if "POST" in page.methods and page.access.public}
    assert public == {"/sign-in", "/activate", "/verify/file"}


def test_every_entry_of_the_header_leads_to_a_page_that_opens_for_who_sees_it():
    pages = {page.path: page.access for page in PAGES if "GET" in page.methods}
    for entry in ENTRIES:
        page = pages[entry.path]
        # Who has another way to the page is not shown this one as well.
        for mine, theirs in (
            (entry.access.org_kinds, page.org_kinds),
            (entry.access.roles, page.roles),
        ):
            assert not theirs or (mine and mine <= theirs), entry.path


def test_page_names_and_addresses_are_used_once():
    names = [page.name for page in PAGES]
    places = [(page.path, method) for page in PAGES for method in page.methods]
    assert len(set(names)) == len(names)
    assert len(set(places)) == len(places)


def test_access_asks_for_kind_and_role_where_the_person_acts(school_caller):
    assert PUBLIC.allows(None)
    assert not SIGNED_IN.allows(None)
    assert SIGNED_IN.allows(school_caller)
    assert members_of("school").allows(school_caller)
    assert members_of("school", roles=frozenset({"internship_office"})).allows(school_caller)
    assert not members_of("school", roles=frozenset({"school_admin"})).allows(school_caller)
    assert not members_of("enterprise").allows(school_caller)
