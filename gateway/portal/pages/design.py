"""Every component on one page, for those who build pages; served in development only."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from starlette.responses import Response

from gateway.portal.access import PUBLIC
from gateway.portal.addresses import facet_value, sortable, with_query
from gateway.portal.components import (
    Bar,
    BarChart,
    Cell,
    CellForm,
    Column,
    Confirmation,
    Facet,
    Finding,
    Level,
    Link,
    Pager,
    Progress,
    Stat,
    SummaryRow,
    Table,
    Tag,
    Task,
    Tone,
)
from gateway.portal.forms import FormError, FormState, Option
from gateway.portal.routing import Page
from gateway.portal.visits import Visit

Sample = Callable[[str, str], str]


async def show_design(visit: Visit) -> Response:
    def say(zh: str, en: str) -> str:
        return zh if visit.language == "zh" else en

    context = {
        "form": _form(say),
        "options": _options(say),
        "regions": [
            Option("330100", say("杭州市", "Hangzhou")),
            Option("330600", say("绍兴市", "Shaoxing")),
        ],
        "posts": _posts(visit, say),
        "students": _students(visit, say),
        "facets": _facets(visit, say),
        "pager": Pager(20, 3356, next_href=with_query(visit.request.url, cursor="sample")),
        "tasks": _tasks(say),
        "answers": _answers(say),
        "findings": _findings(say),
        "stats": _stats(visit, say),
        "chart": _chart(say),
        "job": Progress(
            say("正在清算 2026 届岗位实习批次", "Clearing the 2026 batch"),
            0.42,
            say("已处理 8,400 / 20,000 名学生", "8,400 of 20,000 students done"),
            "running",
            "/design",
        ),
        "tags": _tags(say),
        "tabs": [
            Link(say("岗位", "Posts"), "/design", current=True),
            Link(say("申请人", "Applicants"), "/design#applicants"),
            Link(say("协议", "Agreements"), "/design#agreements"),
        ],
        "pairs": _pairs(visit, say),
        "say": say,
    }
    title = visit.texts.gettext("Design system")
    trail = [Link(title, "/design")]
    return visit.render("design/design.html", context, title=title, breadcrumb=trail)


async def take_design(visit: Visit) -> Response:
    """Show what a form leads to: a notice on the next page."""
    return visit.redirect("/design", notice=visit.texts.gettext("Saved."))


def _form(say: Sample) -> FormState:
    return FormState(
        fields=(
            "title",
            "seats",
            "region",
            "kind",
            "modes",
            "starts_on",
            "about",
            "agreed",
            "file",
        ),
        values={"title": say("后端开发实习生", "Backend intern"), "seats": "-2", "kind": "on_post"},
        errors=(
            FormError(
                say("接收人数必须是 1 至 500 的整数", "Seats must be between 1 and 500"), "seats"
            ),
            FormError(say("请选择所在地区", "Choose a region"), "region"),
        ),
    )


def _options(say: Sample) -> Sequence[Option]:
    return [
        Option(
            "orientation",
            say("认识实习", "Orientation"),
            say("参观、观摩和体验", "Visits and observation"),
        ),
        Option(
            "on_post",
            say("岗位实习", "On post"),
            say("辅助或独立参与实际工作", "Taking part in real work"),
        ),
    ]


def _posts(visit: Visit, say: Sample) -> Table:
    here = visit.request.url
    columns = [
        Column(say("岗位", "Post")),
        Column(say("状态", "State")),
        sortable(here, say("名额", "Seats"), by="seats", numeric=True),
        sortable(here, say("月报酬", "Pay a month"), by="pay", numeric=True),
        sortable(here, say("开始日期", "Starts"), by="starts_on"),
        Column(say("操作", "Action")),
    ]
    names = [
        (
            say("数控车床操作工", "CNC lathe operator"),
            say("杭州精工机械有限公司", "Hangzhou Jinggong Machinery"),
        ),
        (
            say("后端开发实习生", "Backend intern"),
            say("绍兴云桥软件有限公司", "Shaoxing Yunqiao Software"),
        ),
        (say("护理实习生", "Nursing intern"), say("浙江康宁医院", "Zhejiang Kangning Hospital")),
    ]
    tags = [
        Tag(say("已发布", "Published"), "good"),
        Tag(say("需人工确认", "For review"), "warn"),
        Tag(say("草稿", "Draft")),
    ]
    amounts = [(24, 420000), (3, 350050), (120, 280000)]
    rows = [
        [
            Cell(name, href="/design", sub=host),
            Cell(tag=tag),
            Cell(visit.texts.number(seats)),
            Cell(visit.texts.money(fen)),
            Cell(visit.texts.date("2026-03-02")),
            Cell(form=CellForm("/design", say("复制", "Clone"), name)),
        ]
        for (name, host), tag, (seats, fen) in zip(names, tags, amounts, strict=True)
    ]
    return Table(say("本单位的岗位", "Posts of this enterprise"), columns, rows)


def _students(visit: Visit, say: Sample) -> Table:
    columns = [
        Column(say("学籍号", "Enrolment no.")),
        Column(say("班级", "Class")),
        *[Column(say(f"志愿 {n}", f"Wish {n}")) for n in range(1, 6)],
        Column(say("末位匹配序位", "Cut-off"), numeric=True),
    ]
    post = say("数控车床操作工（精工机械）", "CNC lathe operator (Jinggong)")
    group = Cell(say("机电 2301", "Mechatronics 2301"))
    wishes = [Cell(post)] * 5
    rows = [
        [Cell(f"2023****{n:02d}"), group, *wishes, Cell(visit.texts.number(1200 + n))]
        for n in range(1, 4)
    ]
    caption = say("志愿一览（手机上横向滚动）", "Wishes (scrolls sideways on a phone)")
    return Table(caption, columns, rows, narrow="scroll")


def _facets(visit: Visit, say: Sample) -> Sequence[Facet]:
    here = visit.request.url.include_query_params(region="330100")
    names = [
        ("330100", say("杭州市", "Hangzhou"), 1288),
        ("330600", say("绍兴市", "Shaoxing"), 402),
    ]
    values = [facet_value(here, "region", value=v, text=t, count=n) for v, t, n in names]
    pays = [
        facet_value(
            here, "pay", value="3000", text=say("3,000 元以上", "¥3,000 and more"), count=77
        )
    ]
    return [
        Facet(say("地区", "Region"), values),
        Facet(say("月报酬", "Pay a month"), pays, open=False),
    ]


def _tasks(say: Sample) -> Sequence[Task]:
    return [
        Task(say("岗位与名额", "Post and seats"), Tag(say("已完成", "Done"), "good"), "/design"),
        Task(
            say("时间与报酬", "Times and pay"),
            Tag(say("未完成", "To do"), "info"),
            "/design",
            say("约 3 分钟", "About 3 minutes"),
        ),
        Task(say("检查并发布", "Check and publish"), Tag(say("尚不能开始", "Cannot start yet"))),
    ]


def _answers(say: Sample) -> Sequence[SummaryRow]:
    return [
        SummaryRow(say("岗位名称", "Post"), say("后端开发实习生", "Backend intern"), "/design"),
        SummaryRow(
            say("工作地址", "Place"),
            say("浙江省绍兴市越城区\n迪荡街道 18 号", "18 Didang Street\nYuecheng, Shaoxing"),
            "/design",
        ),
        SummaryRow(say("联系电话", "Phone"), "", "/design"),
    ]


def _findings(say: Sample) -> Sequence[Finding]:
    rules = say("《职业学校学生实习管理规定》", "Provisions on Internships of Vocational Students")
    released = Confirmation(
        say("王敏", "Wang Min"),
        "2026-03-02T01:30:00Z",
        say("护理专业跟班实习，特殊要求已备案", "Nursing follows its shifts; the need is on file"),
    )
    told: list[tuple[Level, str, str]] = [
        (
            "block",
            say("班次在 22:00 至 6:00 之间", "The shift lies between 22:00 and 6:00"),
            say("第十七条", "Article 17"),
        ),
        (
            "warn",
            say("实习学生占在岗职工 12%", "Interns would be 12% of staff on duty"),
            say("第十条", "Article 10"),
        ),
        (
            "review",
            say("文字中出现“实习材料费”", "The text mentions a fee for materials"),
            say("第十九条", "Article 19"),
        ),
        (
            "info",
            say("报酬按月以货币支付", "Pay comes monthly and in money"),
            say("第十八条", "Article 18"),
        ),
        ("skipped", say("本地政策未规定最低报酬", "Local policy names no least pay"), ""),
    ]
    facts = [(say("在岗职工", "Staff on duty"), "200"), (say("实习学生", "Interns"), "24")]
    return [
        Finding(
            level,
            message,
            document=rules if clause else "",
            clause=clause,
            clause_href="/design" if clause else None,
            facts=facts if level == "warn" else (),
            confirmation=released if level == "block" else None,
        )
        for level, message, clause in told
    ]


def _stats(visit: Visit, say: Sample) -> Sequence[Stat]:
    texts = visit.texts
    return [
        Stat(texts.number(20000), say("学生", "Students"), say("3 所学校", "3 schools")),
        Stat(
            texts.percent(0.872),
            say("第一志愿安置", "Placed at first wish"),
            series=[3, 4, 4, 6, 9, 12],
        ),
        Stat(
            texts.number(0),
            say("阻塞对", "Blocking pairs"),
            say("任何人可复核", "Anyone can verify"),
            "/design",
        ),
        Stat(texts.money(420000), say("月报酬中位数", "Median pay a month")),
    ]


def _chart(say: Sample) -> BarChart:
    told = [
        (say("装备制造", "Equipment"), 1288),
        (say("电子与信息", "Electronics, IT"), 902),
        (say("医药卫生", "Health"), 310),
    ]
    return BarChart(
        say("装备制造岗位最多，占全部名额的一半", "Equipment offers half of all seats"),
        say("专业大类", "Group of majors"),
        say("名额", "Seats"),
        [
            Bar(label, value, f"{value:,}", highlighted=n == 0)
            for n, (label, value) in enumerate(told)
        ],
        source=say("示例数据", "sample data"),
    )


def _tags(say: Sample) -> Sequence[Tag]:
    told: list[tuple[str, str, Tone]] = [
        ("草稿", "Draft", "neutral"),
        ("进行中", "Running", "info"),
        ("已发布", "Published", "good"),
        ("需人工确认", "For review", "warn"),
        ("已拒绝", "Refused", "bad"),
    ]
    return [Tag(say(zh, en), tone) for zh, en, tone in told]


def _pairs(visit: Visit, say: Sample) -> Sequence[tuple[str, str]]:
    texts = visit.texts
    return [
        (say("统一社会信用代码", "Credit code"), "91330100MA27XXXX0A"),
        (say("更新时间", "Changed"), texts.moment("2026-03-02T08:05:00Z")),
        (say("职工总数", "All staff"), texts.compact(23456)),
    ]


PAGES = (
    Page("/design", show_design, "design", PUBLIC),
    Page("/design", take_design, "design_sent", PUBLIC, ("POST",)),
)
