"""What the lake's proofs share: the program, the calls that go wrong, other readers, and the last line."""

import argparse
import concurrent.futures
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
# The steps of the program's script that are swept: each operation once, the second overwrite and the second vacuum, which
# cuts the log. The names are those of LakeProof's Script.swift.
STEPS = {0: "create", 1: "append", 2: "append-in-a-batch", 3: "merge", 4: "compact", 5: "merge-repeated-keys", 6: "delete", 7: "restore",
         9: "replace-days", 10: "checkpoint", 11: "vacuum", 12: "overwrite", 23: "vacuum-of-the-log"}


def use_oracles():
    """Goes on with the Python that has the other readers; without them where it can't be had."""
    python = os.environ.get("ALMANAC_ORACLE_PYTHON")
    if python is None:
        made = subprocess.run([str(ROOT / "scripts/prepare-oracles")], capture_output=True, text=True)
        python = made.stdout.strip() if made.returncode == 0 else ""
        os.environ["ALMANAC_ORACLE_PYTHON"] = python
    if python and os.path.realpath(os.path.dirname(python)) != os.path.realpath(os.path.dirname(sys.executable)):
        os.execv(python, [python, *sys.argv])


def options(count, **more):
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=count, help="how many to try; 0: all")
    parser.add_argument("--seed", type=int, default=1)
    for name, value in more.items():
        if value is False:
            parser.add_argument("--" + name, action="store_true")
        else:
            parser.add_argument("--" + name, type=type(value), default=value)
    return parser.parse_args()


def program():
    """The program of the proofs: the one that the tests have built, or built here."""
    known = os.environ.get("ALMANAC_LAKE_PROOF")
    if known:
        return known
    subprocess.run(["swift", "build", "-c", "release", "--product", "LakeProof"], cwd=ROOT, check=True, stdout=sys.stderr)
    return str(ROOT / ".build/release/LakeProof")


def shim(folder):
    """Builds what makes calls go wrong."""
    path = pathlib.Path(folder) / "faults.so"
    compiler = next((name for name in ("clang", "cc") if shutil.which(name)), None)
    if compiler is None:
        raise SystemExit("error: there is no C compiler; the Swift toolchain brings clang")
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", str(path), str(ROOT / "Proofs/support/faults.c"), "-ldl"],
                   check=True)
    return str(path)


def scratch(on_disk=False):
    """A folder of our own: in memory where no sync is under test."""
    memory = "/dev/shm"
    place = memory if not on_disk and os.access(memory, os.W_OK) else None
    return tempfile.TemporaryDirectory(prefix="almanac-prove-", dir=place)


def environment(library, folder, kind, at, reads=False, count=None):
    more = {"LD_PRELOAD": library, "FAULT_FOLDER": str(folder), "FAULT_KIND": kind, "FAULT_AT": str(at),
            "FAULT_READS": "1" if reads else "0"}
    if count:
        more["FAULT_COUNT"] = str(count)
    return dict(os.environ, **more)


def steps(program, table, first, last, policy, env=None):
    """Makes steps; the exit status, negative for a signal, and what was said."""
    done = subprocess.run([program, "steps", str(table), str(first), str(last), policy], env=env, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    return done.returncode, done.stderr.strip()


class Checker:
    """A process that looks at tables, and the other readers, which have to see the same rows."""

    def __init__(self, program, policy):
        self.process = subprocess.Popen([program, "check", policy], text=True, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)
        self.readers = Readers()

    def look(self, table, low, high, recover=False):
        """The step that the table stands at, and what is wrong."""
        self.process.stdin.write(f"{table} {low} {high} {int(recover)}\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            return -2, [f"the checker died: {self.process.wait()}"]
        answer = json.loads(line)
        problems = answer["problems"]
        if answer["step"] >= 0:
            problems += self.readers.differences(str(table), answer["rows"])
        return answer["step"], problems

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Readers:
    """delta-rs, Polars and DuckDB, where they are there."""

    def __init__(self):
        self.readers = {}
        if not os.environ.get("ALMANAC_ORACLE_PYTHON"):
            return
        import deltalake
        self.readers["delta-rs"] = lambda path: [
            list(row.values())
            for row in deltalake.DeltaTable(path).to_pyarrow_table(columns=["id", "note"]).sort_by("id").to_pylist()]
        try:
            import polars
            self.readers["Polars"] = lambda path: [
                list(row) for row in polars.read_delta(path).select("id", "note").sort("id").rows()]
        except ImportError:
            pass
        try:
            import duckdb
            import duckdb_extension_delta
            connection = duckdb.connect(config={"allow_unsigned_extensions": "true"})
            extension = next(pathlib.Path(duckdb_extension_delta.__file__).parent.glob(
                "extensions/*/delta.duckdb_extension"))
            connection.execute(f"load '{extension}'")
            self.readers["DuckDB"] = lambda path: [
                list(row) for row in connection.execute(
                    f"select id, note from delta_scan('{path}') order by id").fetchall()]
        except (ImportError, StopIteration):
            pass

    def differences(self, path, rows):
        found = []
        for name, read in self.readers.items():
            try:
                if read(path) != rows:
                    found.append(f"{name} reads other rows")
            except Exception as error:  # whatever another reader throws is a finding
                found.append(f"{name}: {str(error)[:200]}")
        return found


class Tally:
    """What was tried and what came of it; the last line."""

    def __init__(self, name):
        self.name = name
        self.lock = threading.Lock()
        self.tried = self.failed = self.lost = self.doubled = 0
        self.more = {}

    def add(self, what, problems):
        with self.lock:
            self.tried += 1
            if not problems:
                return
            self.failed += 1
            self.lost += any("rows" in problem for problem in problems)
            self.doubled += any("twice" in problem for problem in problems)
            if self.failed <= 20:
                print(f"failed: {what}: {'; '.join(problems)[:600]}", file=sys.stderr)

    def close(self):
        print(json.dumps({"name": self.name, "tried": self.tried, "lost": self.lost, "doubled": self.doubled,
                          "failed": self.failed, **self.more}))
        raise SystemExit(1 if self.failed or not self.tried else 0)


def each(points, program, policy_of, folder, work):
    """Calls `work(point, checker, table)` for each point, on as many threads as there are cores."""
    local = threading.local()
    checkers = []

    def run(point):
        policy = policy_of(point)
        key = "checker_" + policy
        if not hasattr(local, key):
            setattr(local, key, Checker(program, policy))
            checkers.append(getattr(local, key))
        table = pathlib.Path(folder) / f"table-{threading.get_ident()}"
        shutil.rmtree(table, ignore_errors=True)
        work(point, getattr(local, key), table)
        shutil.rmtree(table, ignore_errors=True)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for done in pool.map(run, points):
            pass
    for checker in checkers:
        checker.close()


def bases(program, folder, policies):
    """The tables before each swept step."""
    for policy in policies:
        for step in STEPS:
            path = base(folder, policy, step)
            if step > 0:
                status, words = steps(program, path, 0, step - 1, policy)
                if status != 0:
                    raise SystemExit(f"error: can't prepare {STEPS[step]}: {words}")


def base(folder, policy, step):
    return pathlib.Path(folder) / f"base-{policy}-{step}"


def prepare(folder, policy, step, table):
    if step > 0:
        shutil.copytree(base(folder, policy, step), table)


def counted(program, library, folder, policy, step, reads=False):
    """How many calls a step makes, and how many bytes it writes."""
    table, count = pathlib.Path(folder) / "counted", pathlib.Path(folder) / "count"
    shutil.rmtree(table, ignore_errors=True)
    prepare(folder, policy, step, table)
    status, words = steps(program, table, step, step, policy, environment(library, table, "none", 0, reads, count))
    shutil.rmtree(table)
    if status != 0:
        raise SystemExit(f"error: step {STEPS[step]} fails undisturbed: {words}")
    calls, size = map(int, count.read_text().split())
    return calls, size


def sample(points, count, seed):
    """All points, or some of them by a seed, in their order."""
    if count == 0 or count >= len(points):
        return points
    chosen = sorted(random.Random(seed).sample(range(len(points)), count))
    return [points[index] for index in chosen]
