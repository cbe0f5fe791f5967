"""The scopes that a token may carry: what each one lets its holder do."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from shared.kernel.errors import Text

SCOPES: Mapping[str, Text] = MappingProxyType(
    {
        "organisations:write": Text(
            "维护本单位信息与厂区", "Keep the organisation's data and sites"
        ),
        "organisations:review": Text("审核单位核验申请", "Review verifications of organisations"),
        "people:write": Text("管理本单位人员与角色", "Manage the organisation's people and roles"),
        "clients:write": Text("管理本单位接口客户端", "Manage the organisation's API clients"),
        "consents:write": Text("作出或撤回本人同意", "Give and withdraw one's own consents"),
        "audit:read": Text("查阅本单位审计记录", "Read the organisation's audit log"),
        "posts:write": Text("发布与维护实习岗位", "Draft, publish and close posts"),
        "enterprise:manage": Text(
            "填报职工人数与接纳比例", "Declare head counts and read the quota"
        ),
        "placements:read": Text(
            "查询本校学生实习安排", "Read the placements of the school's students"
        ),
        "placements:host": Text(
            "查询本企业接纳的实习安排", "Read the placements that the enterprise hosts"
        ),
        "hosts:write": Text("维护实习单位名录", "Keep the school's register of hosts"),
        "rosters:write": Text("维护实习方案与学生名册", "Keep training plans and rosters"),
        "batches:write": Text("开设与清算实习批次", "Open, clear and publish batches"),
        "wishes:write": Text("填报本人志愿", "Make one's own wishes"),
        "wishes:import": Text("批量导入学生志愿", "Import wishes of the school's students"),
        "placements:decide": Text(
            "接受或拒绝本人的实习安排", "Accept or decline one's own placement"
        ),
        "appeals:write": Text("就本人结果提出申诉", "Appeal against one's own result"),
        "appeals:decide": Text("处理学生申诉", "Decide students' appeals"),
        "observations:write": Text(
            "报送人才供需统计数据", "Report observations of demand and supply"
        ),
        "forecasts:write": Text(
            "运行预测与回测", "Run forecasts and backtests of the organisation's datasets"
        ),
        "forecasts:submit": Text(
            "提交本单位的预测供比对", "Submit the organisation's own forecasts to be scored"
        ),
        "labour:write": Text(
            "报送招生、去向、行业与市场数据", "Report cohorts, destinations and the labour market"
        ),
        "majors:decide": Text("对专业调整建议作出决定", "Decide on advice about majors"),
        "shortages:write": Text(
            "编制并发布急需紧缺职业目录", "Review and publish shortage catalogues"
        ),
        "standards:write": Text("制定岗位职业能力标准", "Write and publish competency standards"),
        "credits:apply": Text(
            "登记本人学习成果，申请学分认定与申诉",
            "Register one's own outcomes, apply for recognition, appeal",
        ),
        "credits:office": Text(
            "维护课程、培养方案与学籍，批量登记成果与成绩",
            "Keep courses, programmes and learners; record outcomes and grades in batch",
        ),
        "credits:review": Text("审核学分认定申请", "Review applications for recognition"),
        "rulebooks:write": Text(
            "制定本校学分转换规则，签署联盟标准",
            "Write the school's conversion rules and sign the alliance's standard",
        ),
        "alliances:write": Text(
            "维护联盟成员与共同标准", "Keep the alliance's members and common standards"
        ),
        "notices:write": Text(
            "发布供求信息、应答并洽谈", "Publish notices, answer others and talk with them"
        ),
        "notices:register": Text("登记本辖区供求信息", "Register notices of the region"),
        "policies:read": Text("查阅政策包", "Read policy packs"),
        "authority:read": Text("查阅本辖区数据", "Read the data of the authority's region"),
    }
)

# What only the person concerned may do: no machine is granted these in its own name.
PERSONAL_SCOPES = frozenset(
    {"consents:write", "wishes:write", "placements:decide", "appeals:write", "credits:apply"}
)

SERVICE_SCOPE = "service"
