"""A Postgres cluster for the length of a benchmark: own data folder, unix socket, no port; removed at the end.

Its settings are those of a load generator's store (nothing is synced), never of a server that keeps data.
"""

import contextlib
import os
import pathlib
import shutil
import subprocess
import tempfile

SETTINGS = """
listen_addresses = ''
shared_buffers = 1GB
work_mem = 128MB
maintenance_work_mem = 512MB
max_wal_size = 8GB
checkpoint_timeout = 30min
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
autovacuum = off
jit = off
max_parallel_workers_per_gather = 0
timezone = 'UTC'
"""


def programs():
    """The folder of the newest installed server's programs."""
    found = [path for path in pathlib.Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists()]
    if not found:
        raise SystemExit("error: no Postgres server is installed\n  try    scripts/install-packages")
    return max(found, key=lambda path: int(path.parent.name))


class Cluster:
    def __init__(self, folder):
        self.folder, self.programs = folder, programs()
        # Postgres refuses to run as root.
        self.prefix = (
            ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.getuid() == 0 else [])

    def server(self, program, *arguments):
        command = [*self.prefix, "env", "--chdir=/", "LC_ALL=C.UTF-8", str(self.programs / program), *arguments]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        if done.returncode != 0:
            raise SystemExit(f"error: {program} failed: {done.stderr.decode(errors='replace')}")

    def url(self, database):
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def psql(self, database, *arguments, **options):
        command = [str(self.programs / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", self.url(database), *arguments]
        return subprocess.run(command, check=True, stdin=subprocess.DEVNULL, **options)

    def value(self, database, query):
        done = self.psql(database, "-At", "-c", query, stdout=subprocess.PIPE)
        return done.stdout.decode().strip()


@contextlib.contextmanager
def running():
    folder = tempfile.mkdtemp(prefix="almanac-bench-", dir="/var/tmp")
    cluster = Cluster(folder)
    data = f"{folder}/data"
    started = False
    try:
        if cluster.prefix:
            shutil.chown(folder, "postgres")
        cluster.server("initdb", "-D", data, "-U", "postgres", "-A", "trust", "--locale=C.UTF-8", "-E", "UTF8", "--no-sync")
        with open(f"{data}/postgresql.conf", "a", encoding="utf-8") as file:
            file.write(f"{SETTINGS}unix_socket_directories = '{folder}'\n")
        started = True
        cluster.server("pg_ctl", "-D", data, "-l", f"{folder}/log", "-w", "-s", "start")
        yield cluster
    finally:
        if started:
            with contextlib.suppress(SystemExit):
                cluster.server("pg_ctl", "-D", data, "-m", "immediate", "-w", "-s", "stop")
        shutil.rmtree(folder, ignore_errors=True)
