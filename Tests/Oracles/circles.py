"""Savings circles and the reconciliation of ledgers on random tables, computed by DuckDB and beancount.

circles.py SEED FOLDER writes circles.parquet and ledger.parquet into the folder and prints JSON as operators.py does. Dues are
settled by sums in DuckDB (what is paid covers the dues from the oldest on), and where payments name rounds unit by unit in a
plain loop. Transactions that do not balance, and snapshots that are not the balance, are what beancount complains of.
"""

import datetime
import decimal
import json
import random
import re
import sys

import duckdb
import pyarrow
from beancount import loader

import operators

UTC = operators.UTC
AS_OF = datetime.date(2025, 4, 20)
INSTANT, TEXT, WHOLE = pyarrow.timestamp("us", "UTC"), pyarrow.string(), pyarrow.int64()


def circles(chance):
    columns = {"id": (WHOLE, []), "circle": (TEXT, []), "member": (TEXT, []), "round": (pyarrow.int32(), []),
               "kind": (TEXT, []), "moment": (INSTANT, []), "amount": (WHOLE, []), "fee": (WHOLE, []),
               "waived": (pyarrow.bool_(), []), "named": (pyarrow.int32(), [])}

    def add(circle, member, number, kind, moment, amount, fee=None, waived=False, named=None):
        for column, value in zip(columns.values(), (
                len(columns["id"][1]) + 1, circle, member, number, kind, moment, amount, fee, waived, named)):
            column[1].append(value)

    for name in range(25):
        circle, size = f"c{name:02}", chance.randrange(2, 8)
        begin = datetime.datetime(2025, 1, 1, 12, tzinfo=UTC) + datetime.timedelta(days=chance.randrange(40))
        for number in range(1, size + 1):
            day = begin + datetime.timedelta(days=14 * (number - 1))
            for member in range(size):
                add(circle, f"m{member}", number, "due", day, chance.randrange(5, 40), waived=chance.random() < 0.1)
            add(circle, f"m{number - 1}", number, "turn", day, 0)
            for part in range(chance.choice([0, 1, 1, 1, 2])):
                paid = chance.randrange(1, 40 * size)
                add(circle, f"m{number - 1}", number, "payout", day + datetime.timedelta(days=part * 9 + 1, minutes=number),
                    paid, paid // 20)
        for member in range(size):
            for _ in range(chance.randrange(0, size + 3)):
                moment = begin + datetime.timedelta(hours=chance.randrange(-200, 24 * 14 * size + 400))
                add(circle, f"m{member}", None, "payment", moment, chance.randrange(1, 50),
                    named=chance.choice([None, chance.randrange(1, size + 1)]))
    return columns


def ledger(chance):
    columns = {"kind": (TEXT, []), "account": (TEXT, []), "cur": (TEXT, []), "moment": (INSTANT, []), "seq": (WHOLE, []),
               "leg": (pyarrow.int32(), []), "amount": (WHOLE, []), "ref": (TEXT, [])}

    def add(*row):
        for column, value in zip(columns.values(), row):
            column[1].append(value)

    accounts = [f"{kind}:{number}" for kind in ("wallet", "pot", "bank") for number in range(6)]
    moment, balances = datetime.datetime(2025, 1, 1, tzinfo=UTC), {}
    number = 0
    for _ in range(400):
        number += chance.choice([1] * 40 + [2, 3])
        moment += datetime.timedelta(seconds=chance.choice([0, 1, 3_600, 40_000]))
        cur, legs = chance.choice(["NGN", "NGN", "KES"]), chance.choice([2, 2, 2, 3])
        # A reference that is used again is another transaction.
        ref = f"t{number}" if chance.random() < 0.98 else f"t{max(1, number - chance.randrange(1, 9))}"
        amounts = [chance.randrange(-900, 1_000) for _ in range(legs - 1)]
        amounts.append(-sum(amounts) + (chance.choice([1, -100, 7]) if chance.random() < 0.03 else 0))
        for leg, amount in enumerate(amounts):
            account = chance.choice(accounts)
            add("posting", account, cur, moment, number, leg, amount, ref)
            balances[account, cur] = balances.get((account, cur), 0) + amount
        if chance.random() < 0.1:
            said = next((amount for amount in amounts if amount > 0), 5) + chance.choice([0, 0, 1])
            add("contribution", "wallet:0", cur, moment, None, None, said, ref)
    # Snapshots of the end of days: at midnight, which is not included.
    last = (moment + datetime.timedelta(days=1)).replace(hour=0, minute=0, second=0)
    for (account, cur), balance in sorted(balances.items()):
        if account.startswith("wallet"):
            add("snapshot", account, cur, last, None, None, balance + chance.choice([0, 0, 0, 1, -250]), None)
    return columns


# Dues in the order in which they are paid, and how far the payments of a member reach.
SETTLED = f"""c AS (SELECT *, CAST(moment AS DATE) AS day FROM circles),
    d AS (SELECT *, sum(amount) FILTER (WHERE NOT waived) OVER w AS upto FROM c WHERE kind = 'due'
      WINDOW w AS (PARTITION BY circle, member ORDER BY day, round)),
    p AS (SELECT circle, member, day, sum(amount) OVER (PARTITION BY circle, member ORDER BY moment, id) AS reach FROM c
      WHERE kind = 'payment' AND day <= DATE '{AS_OF}'),
    s AS (SELECT d.*, CASE WHEN waived THEN 0 ELSE greatest(0, least(amount, coalesce((SELECT max(reach) FROM p WHERE p.circle = d.circle
      AND p.member = d.member), 0) - (upto - amount))) END AS paid, CASE WHEN NOT waived THEN (SELECT min(p.day) FROM p
      WHERE p.circle = d.circle AND p.member = d.member AND p.reach >= d.upto) END AS done FROM d)"""

STATUS = f"""SELECT circle, member, round, day, amount, paid, done,
    CASE WHEN waived THEN 0 ELSE greatest(0, coalesce(done, DATE '{AS_OF}') - day) END,
    CASE WHEN waived THEN 'waived' WHEN done <= day THEN 'on_time' WHEN done <= day + 7 THEN 'late'
      WHEN done IS NOT NULL THEN 'missed_recovered'
      ELSE CASE WHEN paid > 0 THEN 'partial_' ELSE '' END || CASE WHEN DATE '{AS_OF}' <= day THEN 'pending'
        WHEN DATE '{AS_OF}' <= day + 7 THEN 'overdue' ELSE 'missed' END END FROM s ORDER BY 1, 2, 3"""

CIRCLE = "TABLE circles, circle => circle, member => member"
POSTED = "p AS (SELECT * FROM ledger WHERE kind = 'posting')"
LEDGER = ("SELECT subject, expected_minor, actual_minor, diff_minor, severity FROM reconcile(TABLE ledger, account => account, currency "
          "=> cur, at => moment, seq => seq, leg => leg, amount => amount, ref => ref, posting => kind = 'posting', wallet => kind = "
          "'snapshot', contribution => kind = 'contribution', pot => account LIKE 'pot:%', above_zero => account LIKE 'wallet:%') "
          "WHERE \"check\" = '{}' AND severity <> 'ok' ORDER BY 1, 2, 3")

QUESTIONS = {
    "contribution_status": (
        "SELECT circle_id, member_id, round, due_date, due_minor, paid_minor, completed_on, days_late, status FROM contribution_status("
        "TABLE (SELECT *, CASE WHEN kind = 'due' THEN round END AS own FROM circles), circle => circle, member => member, round => own, "
        f"due => kind = 'due', payment => kind = 'payment', waived => waived, amount => amount, at => moment, seq => id, as_of => DATE "
        f"'{AS_OF}') ORDER BY 1, 2, 3", f"WITH {SETTLED} {STATUS}"),
    "rotation": (
        f"SELECT circle_id, round, recipient, scheduled_minor, paid_minor, shortfall_minor, fee_minor, net_minor, paid_at FROM rotation("
        f"{CIRCLE}, round => round, due => kind = 'due', payout => kind = 'payout', turn => kind = 'turn', amount => amount, fee => fee, "
        f"at => moment, seq => id, as_of => DATE '{AS_OF}') ORDER BY 1, 2",
        f"""WITH o AS (SELECT circle, round, sum(amount) AS paid, sum(fee) AS fee, min(moment) AS first FROM circles
          WHERE kind = 'payout' AND CAST(moment AS DATE) <= DATE '{AS_OF}' GROUP BY 1, 2)
        SELECT d.circle, d.round, any_value(t.member), sum(d.amount), coalesce(any_value(paid), 0), sum(d.amount) - coalesce(any_value(paid), 0),
          coalesce(any_value(o.fee), 0), coalesce(any_value(paid - o.fee), 0), any_value(first)
        FROM circles d JOIN circles t ON t.kind = 'turn' AND t.circle = d.circle AND t.round = d.round
        LEFT JOIN o ON o.circle = d.circle AND o.round = d.round WHERE d.kind = 'due' GROUP BY 1, 2 ORDER BY 1, 2"""),
    "member_position": (
        f"SELECT circle_id, member_id, contributed_minor, received_minor, net_position_minor, exposure_minor FROM member_position({CIRCLE}, "
        f"due => kind = 'due' AND NOT waived, payment => kind = 'payment', payout => kind = 'payout', amount => amount, fee => fee, "
        f"at => moment, as_of => DATE '{AS_OF}') ORDER BY 1, 2",
        f"""WITH c AS (SELECT *, CAST(moment AS DATE) <= DATE '{AS_OF}' AS known FROM circles),
        m AS (SELECT circle, member, coalesce(sum(amount) FILTER (WHERE kind = 'payment' AND known), 0) AS given,
          coalesce(sum(amount - fee) FILTER (WHERE kind = 'payout' AND known), 0) AS got,
          coalesce(sum(amount) FILTER (WHERE kind = 'due' AND NOT waived), 0) AS owed,
          bool_or(kind = 'payout' AND known) AS had FROM c GROUP BY 1, 2)
        SELECT circle, member, given, got, got - given, CASE WHEN had THEN greatest(0, owed - given) ELSE 0 END FROM m ORDER BY 1, 2"""),
    "reconcile: contributions": (
        LEDGER.format("R4"),
        f"""WITH {POSTED}, s AS (SELECT ref, amount, coalesce((SELECT sum(amount) FROM p WHERE p.ref = c.ref AND p.cur = c.cur
          AND p.amount > 0), 0) AS there FROM ledger c WHERE kind = 'contribution')
        SELECT ref, amount, there, there - amount, 'error' FROM s WHERE amount <> there ORDER BY 1, 2, 3"""),
    "reconcile: pots": (
        LEDGER.format("R5"), f"""WITH {POSTED} SELECT account, 0, sum(amount), sum(amount), 'error' FROM p WHERE account LIKE 'pot:%'
        GROUP BY account, cur HAVING sum(amount) < 0 ORDER BY 1, 2, 3"""),
    "reconcile: below zero": (
        LEDGER.format("R6"), f"""WITH {POSTED}, r AS (SELECT account, cur, sum(amount) OVER (PARTITION BY account, cur ORDER BY moment, seq,
          leg) AS b FROM p WHERE account LIKE 'wallet:%') SELECT account, 0, min(b), min(b), 'error' FROM r GROUP BY account, cur
        HAVING min(b) < 0 ORDER BY 1, 2, 3"""),
    "reconcile: references used again": (
        LEDGER.format("R8"), f"""WITH {POSTED} SELECT ref, 1, count(DISTINCT seq), count(DISTINCT seq) - 1, 'error' FROM p GROUP BY ref
        HAVING count(DISTINCT seq) > 1 ORDER BY 1"""),
    "reconcile: gaps": (
        LEDGER.format("R9"), f"""WITH {POSTED}, n AS (SELECT seq, lead(seq) OVER (ORDER BY seq) AS next FROM (SELECT DISTINCT seq FROM p))
        SELECT CASE WHEN next - seq = 2 THEN 'seq ' || (seq + 1) ELSE 'seq ' || (seq + 1) || '..' || (next - 1) END AS gap, next - seq - 1,
          0, 1 - next + seq, 'warning' FROM n WHERE next - seq > 1 ORDER BY 1"""),
}


def by_units(con):
    """Each minor unit of a payment settles a unit of the round that it names, else of the oldest that is open."""
    answer = []
    for circle, member in con.execute("SELECT DISTINCT circle, member FROM circles ORDER BY 1, 2").fetchall():
        dues = con.execute(
            "SELECT round, CAST(moment AS DATE), amount, waived FROM circles WHERE kind = 'due' AND circle = ? AND member = ? "
            "ORDER BY 2, 1", [circle, member]).fetchall()
        left = {number: 0 if waived else amount for number, _, amount, waived in dues}
        done = {}
        for day, amount, named in con.execute(
                "SELECT CAST(moment AS DATE), amount, named FROM circles WHERE kind = 'payment' AND circle = ? AND member = ? "
                "ORDER BY moment, id", [circle, member]).fetchall():
            if day > AS_OF:
                continue
            for _ in range(amount):
                number = named if left.get(named, 0) else next((own for own, *_ in dues if left[own]), None)
                if number is None:
                    break
                left[number] -= 1
                if not left[number]:
                    done[number] = day
        for number, _, amount, waived in sorted(dues):
            answer.append([circle, member, number, 0 if waived else amount - left[number], done.get(number)])
    return answer


def account(name):
    return "Assets:" + name.replace(":", "-").capitalize()


def opened(con):
    names = [row[0] for row in con.execute("SELECT DISTINCT account FROM ledger ORDER BY 1").fetchall()]
    return [f"2000-01-01 open {account(name)}" for name in names] + ["2000-01-01 open Equity:Others"]


def unbalanced(con):
    """Transactions that do not balance, from beancount's complaints."""
    legs = {}
    for name, cur, seq, amount, ref in con.execute(
            "SELECT account, cur, seq, amount, ref FROM ledger WHERE kind = 'posting' ORDER BY moment, seq, leg").fetchall():
        legs.setdefault((ref, seq, cur), []).append((name, amount))
    journal = opened(con)
    for (ref, seq, cur), own in legs.items():
        journal.append("\n".join(
            [f'2025-01-01 * "{ref}" "{seq}"'] + [f"  {account(name)}  {amount} {cur}" for name, amount in own]))
    found = []
    for error in loader.load_string("\n\n".join(journal))[1]:
        match = re.search(r"does not balance: \(?(-?[\d.]+) ", error.message)
        assert match, error.message
        found.append([error.entry.payee, 0, int(decimal.Decimal(match[1])), int(decimal.Decimal(match[1])), "error"])
    return sorted(found)


def snapshots(con):
    """Snapshots that are not the balance, from the assertions that beancount finds false."""
    journal = opened(con)
    for name, cur, day, amount in con.execute(
            "SELECT account, cur, CAST(moment AS DATE), amount FROM ledger WHERE kind = 'posting' ORDER BY moment").fetchall():
        journal.append(f'{day} * "posting"\n  {account(name)}  {amount} {cur}\n  Equity:Others  {-amount} {cur}')
    said = con.execute("SELECT account, cur, CAST(moment AS DATE), amount FROM ledger WHERE kind = 'snapshot'").fetchall()
    names = {(account(name), cur): name for name, cur, *_ in said}
    for name, cur, day, amount in said:
        journal.append(f"{day} balance {account(name)}  {amount} {cur}")
    found = []
    for error in loader.load_string("\n\n".join(journal))[1]:
        own, claim = error.entry, int(error.entry.amount.number)
        match = re.search(r"accumulated (-?[\d.]+) ", error.message)
        assert match, error.message
        balance = int(decimal.Decimal(match[1]))
        found.append([names[own.account, own.amount.currency], balance, claim, claim - balance, "error"])
    return sorted(found)


OTHERS = {
    "contribution_status, payments that name rounds, unit by unit": (
        "SELECT circle_id, member_id, round, paid_minor, completed_on FROM contribution_status(TABLE (SELECT *, CASE WHEN kind = 'due' THEN "
        "round ELSE named END AS own FROM circles), circle => circle, member => member, round => own, due => kind = 'due', payment => "
        f"kind = 'payment', waived => waived, amount => amount, at => moment, seq => id, as_of => DATE '{AS_OF}') ORDER BY 1, 2, 3",
        by_units),
    "reconcile: transactions by beancount": (LEDGER.format("R1"), unbalanced),
    "reconcile: snapshots by beancount": (LEDGER.format("R2"), snapshots),
}


def main():
    chance, folder = random.Random(int(sys.argv[1])), sys.argv[2]
    tables = {"circles": operators.write(folder, "circles", circles(chance)),
              "ledger": operators.write(folder, "ledger", ledger(chance))}
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    for name, path in tables.items():
        con.execute(f"CREATE TABLE {name} AS SELECT * FROM read_parquet('{path}')")
    answers = [{"name": name, "ours": ours, "rows": [[operators.cell(value) for value in row] for row in con.execute(theirs).fetchall()]}
               for name, (ours, theirs) in QUESTIONS.items()]
    answers += [{"name": name, "ours": ours, "rows": [[operators.cell(value) for value in row] for row in theirs(con)]}
                for name, (ours, theirs) in OTHERS.items()]
    json.dump({"tables": tables, "answers": answers}, sys.stdout)


if __name__ == "__main__":
    main()
