"""Markov's and Shapley's attribution on random journeys, computed by marketing-attribution-models, scipy and the definitions.

journeys.py SEED FOLDER writes events.parquet into the folder and prints JSON as operators.py does. Paths are cut by a plain
loop over the events; removal effects and their split by journey are those of mam, the chance to convert that of scipy's
solver, Shapley values those of the definition over all coalitions.
"""

import contextlib
import datetime
import io
import itertools
import json
import math
import sys
import warnings

import duckdb
import numpy
import polars
import scipy.linalg

import operators

warnings.filterwarnings("ignore")
with contextlib.redirect_stdout(io.StringIO()):
    from mam.core import MAM

WINDOW = datetime.timedelta(days=20)
NOW = datetime.datetime(2025, 5, 1, tzinfo=operators.UTC)
CALL = ("attribution(TABLE events, journey => left(k, 3), at => moment, seq => id, touch => kind = 'view', channel => channel, conversion => "
        "kind = 'buy', conversion_id => id, value => m * 1000, window => INTERVAL '20 days', as_of => TIMESTAMPTZ "
        "'2025-05-01T00:00:00Z'")


def paths(con):
    """(channels, whether they converted) of each path; a path to nothing is one whose window is over."""
    found = []
    rows = con.execute(
        "SELECT left(k, 3) AS j, moment, kind, channel FROM events WHERE kind IN ('view', 'buy') ORDER BY j, moment, id").fetchall()

    def nothing(touches):
        while touches and touches[0][0] + WINDOW <= NOW:
            own = [touch for touch in touches if touch[0] <= touches[0][0] + WINDOW]
            found.append((tuple(channel for _, channel in own), False))
            touches = touches[len(own):]

    for k, own in itertools.groupby(rows, key=lambda row: row[0]):
        waiting = []
        for _, moment, kind, channel in own:
            if k is None:
                if kind == "buy":
                    found.append((("(direct)",), True))
            elif kind == "view":
                waiting.append((moment, channel))
            else:
                nothing([touch for touch in waiting if touch[0] < moment - WINDOW])
                claimed = tuple(channel for at, channel in waiting if at >= moment - WINDOW)
                found.append((claimed or ("(direct)",), True))
                waiting = []
        if k is not None:
            nothing(waiting)
    return found


def mam(found):
    counts = {}
    for path in found:
        counts[path] = counts.get(path, 0) + 1
    frame = polars.DataFrame(
        [(" > ".join(channels), converts, count) for (channels, converts), count in sorted(counts.items())],
        schema=["journey", "conversion", "occurrences"], orient="row")
    model = MAM(df=frame, format_type="grouped_journey", channels_colname="journey", journey_with_conv_colname="conversion",
                occurrences_colname="occurrences").run_markov()
    effects = model.metadata["removal_effect"]["removal_effect"].to_dict()
    return effects, {row["channels"]: row["attribution"] for row in model.to_polars().to_dicts()}


def headline(found):
    effects, _ = mam(found)
    total, conversions = sum(effects.values()), sum(converts for _, converts in found)
    return [[channel, effects[channel], effects[channel] / total * conversions] for channel in sorted(effects)]


def by_journey(found):
    effects, given = mam(found)
    return [[channel, effects[channel], given[channel]] for channel in sorted(effects)]


def chance(found):
    names = ["start"] + sorted({channel for channels, _ in found for channel in channels})
    place = {name: index for index, name in enumerate(names)}
    steps = numpy.zeros((len(names), len(names) + 2))
    for channels, converts in found:
        line = ["start", *channels]
        for one, other in zip(line, line[1:]):
            steps[place[one], place[other]] += 1
        steps[place[line[-1]], len(names) + converts] += 1
    steps /= steps.sum(axis=1, keepdims=True)
    absorbed = scipy.linalg.solve(numpy.eye(len(names)) - steps[:, :len(names)], steps[:, len(names) + 1])
    return [[sum(not converts for _, converts in found), float(absorbed[0])]]


def shapley(found):
    sets = {}
    for channels, converts in found:
        sets[frozenset(channels)] = sets.get(frozenset(channels), 0) + converts
    players = sorted({channel for channels, converts in found if converts for channel in channels})

    def worth(coalition):
        return sum(count for own, count in sets.items() if own <= coalition)

    answer = []
    for player in players:
        others, value = [other for other in players if other != player], 0.0
        for size in range(len(players)):
            factor = math.factorial(size) * math.factorial(len(players) - size - 1) / math.factorial(len(players))
            for coalition in map(frozenset, itertools.combinations(others, size)):
                value += factor * (worth(coalition | {player}) - worth(coalition))
        answer.append([player, value])
    return answer


QUESTIONS = {
    "markov": (f"SELECT channel, removal_effect, conversions FROM {CALL}, model => 'markov') ORDER BY 1", headline),
    "markov_journey": (
        f"SELECT channel, removal_effect, conversions FROM {CALL}, model => 'markov_journey') ORDER BY 1", by_journey),
    "markov_journey, credit by credit": (
        "SELECT channel, max(weight) > 0, sum(weight) FROM " + CALL + ", model => 'markov_journey', by => 'credit') GROUP BY 1 "
        "ORDER BY 1", lambda found: [[channel, "true", given] for channel, _, given in by_journey(found) if given]),
    "chance to convert": (f"SELECT null_paths, p_conv FROM {CALL}, model => 'markov', by => 'check')", chance),
    "shapley": (f"SELECT channel, conversions FROM {CALL}, model => 'shapley') WHERE conversions > 0 ORDER BY 1", shapley),
}


def main():
    tables = {"events": operators.make(int(sys.argv[1]), sys.argv[2])["events"]}
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    con.execute(f"CREATE TABLE events AS SELECT * FROM read_parquet('{tables['events']}')")
    found = paths(con)
    answers = [{"name": name, "ours": ours, "rows": [[operators.cell(value) for value in row] for row in theirs(found)]}
               for name, (ours, theirs) in QUESTIONS.items()]
    json.dump({"tables": tables, "answers": answers}, sys.stdout)


if __name__ == "__main__":
    main()
