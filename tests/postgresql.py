"""A PostgreSQL server of the tests' own, on a Unix socket in a folder of its own."""

import os
import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

_USER = "postgres"  # whom Debian's package makes; the server refuses to run as root


def programs() -> Path | None:
    """The folder of initdb and pg_ctl."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return folders[-1] if folders else None


class Server:
    """A running server."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        # Not pytest's folder: that is nobody's but its owner's.
        memory = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - mkdtemp follows
        self.folder = Path(tempfile.mkdtemp(prefix="unleak-pg-", dir=memory))
        self._databases = 0
        if os.name == "posix" and os.getuid() == 0:
            shutil.chown(self.folder, _USER, _USER)
        try:
            data = str(self.folder / "data")
            self._run("initdb", "-D", data, "-U", "unleak", "-A", "trust", "-E", "UTF8",
                      "--locale=C.UTF-8", "--no-sync")  # fmt: skip
            settings = {
                "fsync": "off",
                "full_page_writes": "off",
                "synchronous_commit": "off",
                "max_connections": "150",
                "listen_addresses": "''",
                "unix_socket_directories": self.folder,
            }
            options = " ".join(f"-c {name}={value}" for name, value in settings.items())
            self._run("pg_ctl", "-D", data, "-l", str(self.folder / "log"), "-o", options,
                      "-w", "-t", "60", "start")  # fmt: skip
        except BaseException:
            self.stop()
            raise

    def url(self, database: str) -> str:
        return f"postgresql://unleak@/{database}?host={self.folder}"

    def new_database(self, template: str = "template1") -> str:
        """The URL of a fresh database."""
        import psycopg

        self._databases += 1
        name = f"unleak_{self._databases}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'create database "{name}" template "{template}"')
        return self.url(name)

    def drop(self, url: str) -> None:
        """Remove a database that nobody needs any more, whoever is still connected."""
        import psycopg

        name = url.split("?")[0].rsplit("/", 1)[1]
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'drop database "{name}" with (force)')

    def stop(self) -> None:
        with suppress(subprocess.CalledProcessError):  # it may never have come up
            self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        as_user = {"user": _USER, "group": _USER} if os.getuid() == 0 else {}
        subprocess.run(
            [self._programs / program, *arguments],
            check=True, timeout=120, cwd=self.folder, **as_user,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
