"""What can be wrong with a whole file, before any row of it is read."""

from __future__ import annotations

from shared.kernel.errors import InvalidInputError, Text


class FileEmptyError(InvalidInputError):
    """The file holds no rows."""

    code = "file_empty"
    title_zh = "文件中没有数据行"
    mend = Text(
        "请在表头下面填写至少一行数据，再重新上传。",
        "Fill in at least one row below the header line and send the file again.",
    )


class FileBrokenError(InvalidInputError):
    """The file cannot be opened."""

    code = "file_broken"
    title_zh = "文件无法打开"
    mend = Text(
        "文件已损坏、加密或不是 CSV、XLSX、JSON（{reason}）。请用表格软件另存为 XLSX 再上传。",
        "The file is damaged, encrypted, or neither CSV nor XLSX nor JSON ({reason}). "
        "Open it in a spreadsheet program, save it as XLSX, and send it again.",
    )


class FileGarbledError(InvalidInputError):
    """The file's characters were damaged before it was sent."""

    code = "file_garbled"
    title_zh = "文件中的文字已成乱码"
    mend = Text(
        "文件在发送前被以错误的编码保存过（“{sample}”）。请将原文件另存为“CSV UTF-8”或 XLSX。",
        "The file was saved under a wrong encoding before it was sent (see “{sample}”). "
        "Go back to the original and save it as “CSV UTF-8” or XLSX.",
    )


class FileTooLongError(InvalidInputError):
    """The file holds more rows than one import takes."""

    code = "file_too_long"
    title_zh = "文件行数超过一次导入的上限"
    mend = Text(
        "一次最多 {rows_max} 行，此文件有 {rows} 行；请拆成几个文件。",
        "One import takes at most {rows_max} rows and this file has {rows}: split it.",
    )


class HeadersWrongError(InvalidInputError):
    """The header line does not fit the template."""

    code = "headers_wrong"
    title_zh = "表头与模板不符"
    mend = Text(
        "请按 errors 中逐列说明修改表头，或重新下载模板；本次未写入任何内容。",
        "Mend each header that `errors` names, or start from the template; "
        "nothing has been written.",
    )
