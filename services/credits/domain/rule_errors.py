"""What can be wrong with a rulebook or a standard before anybody applies it."""

from __future__ import annotations

from shared.kernel.errors import ConflictError, InvalidInputError, NotFoundError, Text


class RulebookInvalidError(InvalidInputError):
    """The rulebook cannot be read as rules."""

    code = "rulebook_invalid"
    title_zh = "规则无法识别"
    mend = Text(
        "请按 errors 中逐处说明修改（{count} 处）；本次未写入任何内容。",
        "Mend each place that `errors` names ({count} of them); nothing has been written.",
    )


class RuleTreeTooDeepError(InvalidInputError):
    """The rule tree is nested too deeply."""

    code = "rule_tree_too_deep"
    title_zh = "规则条件嵌套过深"
    mend = Text(
        "条件最多嵌套 {depth_max} 层；请拆成几条规则。本次未写入任何内容。",
        "Conditions nest at most {depth_max} levels: split it into several rules. "
        "Nothing has been written.",
    )


class RulebookNotFoundError(NotFoundError):
    """There is no such rulebook."""

    code = "rulebook_not_found"
    title_zh = "没有该规则集"


class RulebookMissingError(ConflictError):
    """No rulebook of the school is in force on this day."""

    code = "rulebook_missing"
    title_zh = "该日没有生效的学校转换规则"
    mend = Text(
        "请学校教务部门先发布转换规则（{on} 没有生效的版本）。",
        "The school has to bring a rulebook into force first (none is on {on}).",
    )


class RulebookNotDraftError(ConflictError):
    """This version of the rulebook is no draft any more."""

    code = "rulebook_not_draft"
    title_zh = "该版本规则已不是草稿"
    mend = Text(
        "生效过的版本不可更改；请以它为底本新建一版。",
        "A version that was in force is never changed: start a new one from it.",
    )


class RulebookBlockedError(InvalidInputError):
    """The checker found what stops this rulebook from taking effect."""

    code = "rulebook_blocked"
    title_zh = "规则检查未通过，不能生效"
    mend = Text(
        "请先处理 errors 中的各项：永远不会触发的规则、同一情形的冲突规则或不符合联盟标准之处。",
        "Mend what `errors` names first: rules that never fire, rules in conflict, or what the "
        "alliance's standard does not allow.",
    )
