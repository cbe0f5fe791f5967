"""The accounts that `make run` prints: who may sign in, and what to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from gateway.demo.steps_accounts import Account
from shared.kernel.secrets import derive_text

# Secrets of programs are shown once by the API: the demonstration keeps its own two.
VALUES = "demo-values"
# One login per role; what each sees first.
LOGINS: tuple[tuple[str, str, str], ...] = (
    ("operator", "demo-operator", "单位与人员 / organisations and people"),
    ("analyst", "demo-analyst", "人才供需、对口率与满足率 / labour market, fit and fill"),
    ("reviewer", "demo-reviewer", "待审核的企业 / an enterprise that waits for verification"),
    ("reviewer", "demo-jilin", "待登记的供求信息 / notices that wait for registration"),
    ("enterprise_admin", "demo-hr", "岗位、合规报告、实习生 / posts, reports, interns"),
    ("enterprise_admin", "demo-hr-new", "提交核验前的草稿 / a draft before verification"),
    (
        "internship_office",
        "demo-office",
        "名录、名册、批次、结果 / hosts, rosters, batches, results",
    ),
    ("internship_office", "demo-office-2", "正在填报的批次 / a batch that takes wishes now"),
    ("school_admin", "demo-school", "质量报告、专业项目 / quality report, projects of majors"),
    ("class_teacher", "demo-teacher", "本校实习安排 / placements of the school"),
    ("academic_office", "demo-academic", "课程、规则、实习成绩 / courses, rules, grades"),
    ("credit_reviewer", "demo-credits", "学分认定申请 / applications for recognition"),
    ("credit_reviewer", "demo-credits-2", "第二位审核人员 / the second reviewer"),
    (
        "organisation_admin",
        "demo-alliance",
        "联盟共同标准、成员签署 / an alliance's standard and its signatures",
    ),
    ("student", "demo-student-1", "已公布结果：为什么、接受、申诉 / a result: why, accept, appeal"),
    ("student", "demo-student-2", "同一批次的另一名学生 / another student of that batch"),
    ("student", "demo-student-3", "正在填报志愿 / a batch that takes wishes now"),
)


def demo_password(secret: str) -> str:
    """Return the one password of the demonstration's accounts on this platform.

    It follows from the platform's secret: it can be printed again after a restart, and nobody
    who knows another platform's knows this one.
    """
    return f"demo-{derive_text(secret, 'demo password')[:10]}"


def demo_accounts(password: str) -> dict[str, Account]:
    """Return the accounts by their login."""
    return {login: Account(role, login, password, look) for role, login, look in LOGINS}


def keep_values(data: Path, values: Mapping[str, str]) -> None:
    """Keep what the README's requests need beside the platform's own secret, for the next start."""
    kept = data / VALUES
    kept.touch(mode=0o600)
    kept.write_text("".join(f"{name}={value}\n" for name, value in values.items()))


def values_shown(data: Path) -> list[str]:
    """Return the kept values as lines for the shell."""
    kept = data / VALUES
    if not kept.exists():
        return []
    head = "接口示例用的变量（见 README）/ for the requests of the README:"
    return [head, *(f"  {line}" for line in kept.read_text().splitlines()), ""]


def accounts_shown(accounts: Sequence[Account], url: str) -> list[str]:
    """Return the table of accounts for the terminal."""
    wide = max(len(account.login) for account in accounts)
    role = max(len(account.role) for account in accounts)
    rows = [f"  {each.login:<{wide}}  {each.role:<{role}}  {each.look_at}" for each in accounts]
    return [
        "",
        f"演示账号 / demo accounts   {url}/sign-in",
        f"  密码 / password: {accounts[0].password}",
        *rows,
        "",
    ]
