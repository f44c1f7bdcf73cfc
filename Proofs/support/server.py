"""A Postgres server of a proof's own, and the program that it is asked by."""

import os
import pathlib
import pwd
import shutil
import subprocess
import sys

import lake


def program():
    """The program: the one that the tests have built, or built here."""
    known = os.environ.get("ALMANAC_PROGRAM")
    if known:
        return known
    subprocess.run(["swift", "build", "-c", "release", "--product", "almanac"], cwd=lake.ROOT, check=True,
                   stdout=sys.stderr)
    return str(lake.ROOT / ".build/release/almanac")


class Cluster:
    """A server with a Unix socket and no port; stopped and removed at the end."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        versions = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
        if not versions:
            raise SystemExit("error: no Postgres server is installed")
        self.binaries = versions[-1]

    def _as_server(self, words):
        if os.geteuid() == 0:
            words = ["runuser", "-u", "postgres", "--", *words]
        done = subprocess.run(words, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"error: {words}: {done.stdout[-500:]}{done.stderr[-1000:]}")

    def __enter__(self):
        self.folder.mkdir(mode=0o755)
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            for parent in self.folder.parents:
                if parent.owner() == "root" and parent.stat().st_mode & 0o001 == 0:
                    parent.chmod(parent.stat().st_mode | 0o011)
        data = str(self.folder / "data")
        self._as_server([str(self.binaries / "initdb"), "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8",
                         "--locale", "C", "-N"])
        options = f"-c listen_addresses= -k {self.folder} -c fsync=off -c max_connections=60"
        self._as_server([str(self.binaries / "pg_ctl"), "-D", data, "-w", "-s", "-l", str(self.folder / "log"), "-o",
                         options, "start"])
        return self

    def __exit__(self, *_):
        self._as_server([str(self.binaries / "pg_ctl"), "-D", str(self.folder / "data"), "-m", "immediate", "-s", "stop"])
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database, user="postgres"):
        return f"postgres://{user}@/{database}?host={self.folder}"

    def run(self, sql, database):
        done = subprocess.run([str(self.binaries / "psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", "-f", "-",
                               self.url(database)], input=sql, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"error: psql: {done.stderr[-1000:]}")
        return done.stdout
