"""Every measure a second time: slow, exact, day by day, in plain Python. It shares no code with the SQL on purpose.

Each function takes the known rows of a portfolio and gives what the SQL file of the same name gives, as a list of dicts.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby, pairwise

from .portfolios import Portfolio, Row

DAY = timedelta(days=1)


def _allocated(rows: Portfolio, side: str, key: int, as_of: date) -> int:
    return sum(
        row["amount_minor"] for row in rows["allocations"] if row.get(side) == key and row["effective_on"] <= as_of
    )


def _open(rows: Portfolio, item: Row, as_of: date) -> int:
    if item["effective_on"] > as_of:
        return 0
    due, credit = (_allocated(rows, side, item["id"], as_of) for side in ("due_item_id", "credit_item_id"))
    return item["amount_minor"] - due + credit


def _due_on(rows: Portfolio, item: Row, as_of: date) -> date:
    due_on = item["due_on"]
    for change in sorted(rows["due_date_changes"], key=lambda row: (row["effective_on"], row["id"])):
        if change["due_item_id"] == item["id"] and change["effective_on"] <= as_of:
            due_on = change["due_on"]
    return due_on


def open_items(rows: Portfolio, as_of: date) -> list[Row]:
    found = []
    for item in rows["due_items"]:
        if amount := _open(rows, item, as_of):
            due_on = _due_on(rows, item, as_of)
            found.append(
                {
                    "due_item_id": item["id"], "document_id": item["document_id"], "customer_id": item["customer_id"],
                    "currency": item["currency"], "amount_minor": item["amount_minor"], "open_minor": amount,
                    "first_due_on": item["due_on"], "due_on": due_on, "days_overdue": (as_of - due_on).days,
                }
            )  # fmt: skip
    return sorted(found, key=lambda row: row["due_item_id"])


def open_credit(rows: Portfolio, as_of: date) -> list[Row]:
    return [
        {"payment_id": row["id"], "customer_id": row["customer_id"] or 0, "currency": row["currency"],
         "effective_on": row["effective_on"], "unapplied_minor": rest}
        for row in rows["payments"]
        if row["effective_on"] <= as_of and (rest := row["amount_minor"] - _allocated(rows, "payment_id", row["id"], as_of))
    ]  # fmt: skip


def open_charges(rows: Portfolio, as_of: date) -> list[Row]:
    names = ("customer_id", "due_item_id", "kind", "currency", "effective_on", "amount_minor")
    return [
        {"charge_id": row["id"], **{name: row[name] for name in names}, "open_minor": rest}
        for row in rows["charges"]
        if row["effective_on"] <= as_of
        and (rest := row["amount_minor"] - _allocated(rows, "charge_id", row["id"], as_of))
    ]


def _active(rows: Portfolio, as_of: date) -> list[Row]:
    return [
        row for row in rows["holds"]
        if row["since"] <= as_of and not (row["until"] and row["until"] < as_of)
        and not (row["released_on"] and row["released_on"] <= as_of)
    ]  # fmt: skip


def _scope(hold: Row) -> tuple[str, int, str]:
    if hold["due_item_id"]:
        return ("due_item_id", hold["due_item_id"], "")
    if hold["document_id"]:
        return ("document_id", hold["document_id"], "")
    return ("customer_id", hold["customer_id"], hold["currency"])


def chase_items(rows: Portfolio, as_of: date) -> list[Row]:
    items = open_items(rows, as_of)
    documents = {row["id"]: row for row in rows["documents"]}
    holds = [(*_scope(hold)[:2], hold["amount_minor"], hold["reason"]) for hold in _active(rows, as_of)]
    found = []
    for item in items:
        key, document, limit = item["due_item_id"], documents[item["document_id"]], max(item["open_minor"], 0)
        mine = [(amount, reason) for side, scope_key, amount, reason in holds if item[side] == scope_key]
        held = min(limit, sum(limit if amount is None else amount for amount, _ in mine))
        found.append(
            {
                "due_item_id": key, "document_id": item["document_id"], "customer_id": item["customer_id"],
                "currency": item["currency"], "kind": document["kind"], "document_number": document["number"],
                "issued_on": document["issued_on"], "due_on": item["due_on"], "amount_minor": item["amount_minor"],
                "open_minor": item["open_minor"], "held_minor": held, "hold_reasons": ",".join(sorted({reason for _, reason in mine})),
                "days_overdue": item["days_overdue"], "terms": document["terms"],
            }
        )  # fmt: skip
    return sorted(found, key=lambda row: (row["customer_id"], row["currency"], row["due_on"], row["due_item_id"]))


def _bucket(days: int) -> tuple[int, str]:
    edges = ((0, "not_due"), (30, "1_30"), (60, "31_60"), (90, "61_90"), (120, "91_120"))
    for number, (edge, code) in enumerate(edges, 1):
        if days <= edge:
            return number, code
    return 6, "over_120"


def ageing_items(rows: Portfolio, as_of: date) -> list[Row]:
    found = []
    for item in open_items(rows, as_of):
        number, code = (0, "unapplied") if item["open_minor"] < 0 else _bucket(item["days_overdue"])
        names = ("due_item_id", "customer_id", "currency", "due_on", "days_overdue", "open_minor")
        found.append({**{name: item[name] for name in names}, "bucket_no": number, "bucket": code})
    return sorted(found, key=lambda row: (row["customer_id"], row["currency"], row["due_on"], row["due_item_id"]))


def ageing(rows: Portfolio, as_of: date) -> list[Row]:
    groups = {row["id"]: (row["group_id"] or 0, row["group_code"]) for row in rows["customers"]}
    sums: dict[tuple[int, str, int, str], Row] = defaultdict(
        lambda: {"items": 0, "open_minor": 0, "credit_minor": 0, "unapplied_minor": 0}
    )
    for item in ageing_items(rows, as_of):
        row = sums[item["customer_id"], item["currency"], item["bucket_no"], item["bucket"]]
        row["items"] += 1
        row["open_minor" if item["open_minor"] > 0 else "credit_minor"] += item["open_minor"]
    for payment in open_credit(rows, as_of):
        row = sums[payment["customer_id"], payment["currency"], 0, "unapplied"]
        row["items"] += 1
        row["unapplied_minor"] -= payment["unapplied_minor"]
    return [
        {"customer_id": customer, "group_id": groups.get(customer, (0, ""))[0], "group_code": groups.get(customer, (0, ""))[1],
         "currency": currency, "bucket_no": number, "bucket": code, **row}
        for (customer, currency, number, code), row in sorted(sums.items())
    ]  # fmt: skip


BALANCE = (
    "items", "overdue_items", "open_minor", "credit_minor", "unapplied_minor", "total_minor", "overdue_minor", "over_90_minor",
    "current_minor", "oldest_days", "overdue_days_minor",
)  # fmt: skip


def customer_balances(rows: Portfolio, as_of: date) -> list[Row]:
    sums: dict[tuple[int, str], Row] = defaultdict(lambda: dict.fromkeys(BALANCE, 0))
    for item in open_items(rows, as_of):
        row, days, amount = sums[item["customer_id"], item["currency"]], item["days_overdue"], item["open_minor"]
        if amount < 0:
            row["credit_minor"] += amount
            continue
        row["items"] += 1
        row["open_minor"] += amount
        if days > 0:
            row["overdue_items"] += 1
            row["overdue_minor"] += amount
            row["over_90_minor"] += amount if days > 90 else 0
            row["oldest_days"] = max(row["oldest_days"], days)
            row["overdue_days_minor"] += amount * days
    for payment in open_credit(rows, as_of):
        sums[payment["customer_id"], payment["currency"]]["unapplied_minor"] -= payment["unapplied_minor"]
    for row in sums.values():
        row["total_minor"] = row["open_minor"] + row["credit_minor"] + row["unapplied_minor"]
        row["current_minor"] = row["total_minor"] - row["overdue_minor"]
    return [
        {"customer_id": customer, "currency": currency, **row} for (customer, currency), row in sorted(sums.items())
    ]


def _receivables(rows: Portfolio, as_of: date) -> dict[str, Row]:
    sums: dict[str, Row] = defaultdict(lambda: dict.fromkeys(BALANCE, 0))
    for row in customer_balances(rows, as_of):
        for name in BALANCE:
            sums[row["currency"]][name] += row[name]
    return dict(sorted(sums.items()))


def _sales(rows: Portfolio, first_on: date, last_on: date) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for item in rows["due_items"]:
        if first_on <= item["effective_on"] <= last_on:
            sums[item["currency"]] += item["amount_minor"]
    return sums


def overdue_share(rows: Portfolio, as_of: date) -> list[Row]:
    return [
        {"currency": currency, "items": row["items"], "overdue_items": row["overdue_items"], "numerator": row["overdue_minor"],
         "over_90_numerator": row["over_90_minor"], "denominator": row["open_minor"],
         "overdue_days_minor": row["overdue_days_minor"]}
        for currency, row in _receivables(rows, as_of).items()
    ]  # fmt: skip


def _dso(rows: Portfolio, as_of: date, from_on: date, name: str) -> list[Row]:
    sales, days = _sales(rows, from_on + DAY, as_of), (as_of - from_on).days
    return [
        {"currency": currency, name: row[name], "sales_minor": sales.get(currency, 0), "days": days,
         "numerator": row[name] * days, "denominator": max(sales.get(currency, 0), 0)}
        for currency, row in _receivables(rows, as_of).items()
    ]  # fmt: skip


def dso_classic(rows: Portfolio, as_of: date, from_on: date) -> list[Row]:
    return _dso(rows, as_of, from_on, "total_minor")


def dso_best_possible(rows: Portfolio, as_of: date, from_on: date) -> list[Row]:
    return _dso(rows, as_of, from_on, "current_minor")


def average_days_delinquent(rows: Portfolio, as_of: date, from_on: date) -> list[Row]:
    return _dso(rows, as_of, from_on, "overdue_minor")


def dso_countback(rows: Portfolio, as_of: date) -> list[Row]:
    found = []
    for currency, row in _receivables(rows, as_of).items():
        left, days, last = row["total_minor"], Fraction(0), as_of
        for _ in range(24):
            first = last.replace(day=1)
            sold = max(_sales(rows, first, last).get(currency, 0), 0)
            if left > 0:
                length = (last - first).days + 1
                days += length if left >= sold else Fraction(left * length, sold)
                left = max(left - sold, 0)
            last = first - DAY
        found.append(
            {"currency": currency, "total_minor": row["total_minor"], "days": days, "beyond_minor": max(left, 0)}
        )
    return found


def _all_currencies(rows: Portfolio, as_of: date, from_on: date) -> list[str]:
    before, after = _receivables(rows, from_on), _receivables(rows, as_of)
    moved = {
        row["currency"] for name in ("due_items", "payments") for row in rows[name] if row["effective_on"] <= from_on
    }
    return sorted({*before, *after, *moved, *_sales(rows, from_on + DAY, as_of)})


def collection_effectiveness(rows: Portfolio, as_of: date, from_on: date) -> list[Row]:
    before, after, sales = _receivables(rows, from_on), _receivables(rows, as_of), _sales(rows, from_on + DAY, as_of)
    found = []
    for currency in _all_currencies(rows, as_of, from_on):
        opening = before.get(currency, {}).get("total_minor", 0)
        closing, current = (after.get(currency, {}).get(name, 0) for name in ("total_minor", "current_minor"))
        sold = sales.get(currency, 0)
        found.append(
            {"currency": currency, "opening_minor": opening, "sales_minor": sold, "closing_minor": closing,
             "current_minor": current, "numerator": opening + sold - closing, "denominator": max(opening + sold - current, 0)}
        )  # fmt: skip
    return found


def turnover(rows: Portfolio, as_of: date, from_on: date) -> list[Row]:
    before, after, sales = _receivables(rows, from_on), _receivables(rows, as_of), _sales(rows, from_on + DAY, as_of)
    found = []
    for currency in _all_currencies(rows, as_of, from_on):
        opening, closing = (one.get(currency, {}).get("total_minor", 0) for one in (before, after))
        found.append(
            {"currency": currency, "opening_minor": opening, "closing_minor": closing, "days": (as_of - from_on).days,
             "numerator": 2 * sales.get(currency, 0), "denominator": max(opening + closing, 0)}
        )  # fmt: skip
    return found


def settled_on(rows: Portfolio, item: Row, as_of: date) -> date | None:
    """Give the day from which the item's running balance never moved again at the end of a day, if it ends at 0."""
    if item["amount_minor"] <= 0 or item["effective_on"] > as_of or _open(rows, item, as_of):
        return None
    moved = sorted({row["effective_on"] for row in rows["allocations"] if row.get("due_item_id") == item["id"]})
    settled, before = None, 0
    for day in (day for day in moved if day <= as_of):
        now = _allocated(rows, "due_item_id", item["id"], day)
        settled = day if now != before else settled
        before = now
    return settled


INDEX = ((-30, 100), (-20, 90), (0, 80), (15, 70), (22, 60), (30, 50), (60, 40), (90, 30), (120, 20), (180, 1))


def weight(days: int) -> Fraction:
    """Give the points of the payment index for days beyond terms, exactly."""
    days = min(max(days, INDEX[0][0]), INDEX[-1][0])
    for (start, high), (end, low) in pairwise(INDEX):
        if days <= end:
            return high + Fraction((low - high) * (days - start), end - start)
    raise AssertionError


def _milli(value: Fraction) -> int:
    return int(value * 1000 + Fraction(1, 2))


def payment_behaviour(rows: Portfolio, as_of: date, from_on: date, prior_on: date) -> list[Row]:
    names = ("items", "amount_minor", "days_minor", "weight_minor", "on_time_items", "on_time_minor", "prior_items",
             "prior_amount_minor", "prior_days_minor", "prior_weight_minor", "open_late_items", "open_late_minor",
             "open_late_days_minor")  # fmt: skip
    sums: dict[tuple[int, str], Row] = defaultdict(lambda: dict.fromkeys(names, 0))
    for item in rows["due_items"]:
        paid_on = settled_on(rows, item, as_of)
        mine = [
            row for row in rows["allocations"] if row.get("due_item_id") == item["id"] and row["effective_on"] <= as_of
        ]
        paid = sum(row["amount_minor"] for row in mine if row["kind"] in ("payment", "source_settlement"))
        lost = sum(row["amount_minor"] for row in mine if row["kind"] == "write_off")
        if paid_on is None or paid_on <= prior_on or paid <= 0 or lost != 0:
            continue
        row, amount, days = (
            sums[item["customer_id"], item["currency"]],
            item["amount_minor"],
            (paid_on - item["due_on"]).days,
        )
        if paid_on > from_on:
            row["items"] += 1
            row["amount_minor"] += amount
            row["days_minor"] += amount * days
            row["weight_minor"] += amount * _milli(weight(days))
            row["on_time_items"] += days <= 0
            row["on_time_minor"] += amount if days <= 0 else 0
        else:
            row["prior_items"] += 1
            row["prior_amount_minor"] += amount
            row["prior_days_minor"] += amount * days
            row["prior_weight_minor"] += amount * _milli(weight(days))
    for item in open_items(rows, as_of):
        if item["open_minor"] > 0 and item["first_due_on"] < as_of:
            row = sums[item["customer_id"], item["currency"]]
            row["open_late_items"] += 1
            row["open_late_minor"] += item["open_minor"]
            row["open_late_days_minor"] += item["open_minor"] * (as_of - item["first_due_on"]).days
    return [
        {"customer_id": customer, "currency": currency, **row} for (customer, currency), row in sorted(sums.items())
    ]


def promises(rows: Portfolio, as_of: date) -> list[Row]:
    found = []
    for hold in rows["holds"]:
        if hold["reason"] != "promise" or hold["since"] > as_of:
            continue
        side, key, currency = _scope(hold)
        if side == "customer_id" and not currency:
            continue
        name = "id" if side == "due_item_id" else side
        inside = [
            item for item in rows["due_items"]
            if item["amount_minor"] > 0 and item[name] == key and currency in ("", item["currency"])
        ]  # fmt: skip
        if not inside:
            continue
        eve, last = hold["since"] - DAY, min(hold["until"] or as_of, as_of)
        promised = hold["amount_minor"]
        if promised is None:
            promised = sum(_open(rows, item, eve) for item in inside)
        received = sum(
            row["amount_minor"] for row in rows["allocations"]
            if row.get("due_item_id") in {item["id"] for item in inside} and row["kind"] != "write_off"
            and hold["since"] <= row["effective_on"] <= last
        )  # fmt: skip
        released = hold["released_on"] and hold["released_on"] <= as_of
        state = "pending"
        if received >= promised:
            state = "kept"
        elif released and (hold["until"] is None or hold["released_on"] <= hold["until"]):
            state = "withdrawn"
        elif hold["until"] and hold["until"] < as_of:
            state = "broken"
        found.append(
            {"hold_id": hold["id"], "customer_id": hold["customer_id"], "currency": inside[0]["currency"],
             "since": hold["since"], "until": hold["until"], "promised_minor": promised, "received_minor": received,
             "state": state}
        )  # fmt: skip
    return found


def promise_keeping(rows: Portfolio, as_of: date) -> list[Row]:
    def key(row: Row) -> tuple[int, str]:
        return row["customer_id"], row["currency"]

    found = []
    for (customer, currency), group in groupby(sorted(promises(rows, as_of), key=key), key):
        mine = list(group)
        counts = {
            state: sum(row["state"] == state for row in mine) for state in ("kept", "broken", "pending", "withdrawn")
        }
        sums = {
            f"{state}_minor": sum(row["promised_minor"] for row in mine if row["state"] == state)
            for state in ("kept", "broken")
        }
        found.append({"customer_id": customer, "currency": currency, **counts, **sums})
    return found


def due_chart(rows: Portfolio, as_of: date, first_on: date, last_on: date) -> list[Row]:
    sums: dict[tuple[str, date, str], Row] = defaultdict(lambda: {"items": 0, "open_minor": 0, "overdue_minor": 0})
    for item in open_items(rows, as_of):
        if item["open_minor"] < 0:
            continue
        span, week_on = "week", item["due_on"] - timedelta(days=item["due_on"].weekday())
        if item["due_on"] < first_on:
            span, week_on = "before", first_on
        elif item["due_on"] > last_on:
            span, week_on = "after", last_on
        row = sums[item["currency"], week_on, span]
        row["items"] += 1
        row["open_minor"] += item["open_minor"]
        row["overdue_minor"] += item["open_minor"] if item["days_overdue"] > 0 else 0
    return [{"currency": cur, "span": span, "week_on": on, **row} for (cur, on, span), row in sorted(sums.items())]


def exchange(rows: Portfolio, as_of: date) -> list[Row]:
    quotes = {"EUR": (as_of, 1_000_000)}
    for row in sorted(rows["exchange_rates"], key=lambda row: row["quoted_on"]):
        if as_of - timedelta(days=7) <= row["quoted_on"] <= as_of:
            quotes[row["currency"]] = (row["quoted_on"], row["per_euro_micro"])
    own = rows["company"][0]["currency"]
    if own not in quotes:
        return [{"currency": own, "company_currency": own, "numerator": 1, "denominator": 1, "quoted_on": as_of}]
    own_on, own_micro = quotes[own]
    return [
        {"currency": currency, "company_currency": own, "numerator": own_micro, "denominator": micro,
         "quoted_on": min(on, own_on)}
        for currency, (on, micro) in sorted(quotes.items())
    ]  # fmt: skip


def interest_levels(rows: Portfolio, as_of: date, regimes: dict[int, str], rates: list[tuple]) -> list[Row]:
    """Walk every interest day of every item: its principal at the end of the day, its rate, then runs of one principal."""

    def rate(regime: str, day: date) -> tuple[str, int, int] | None:
        found = [row for row in rates if row[0] == regime and row[2] <= day < row[3]]
        return (found[0][1], found[0][4], found[0][5]) if found else None

    found = []
    for item in rows["due_items"]:
        if item["id"] not in regimes or item["amount_minor"] <= 0 or item["effective_on"] > as_of:
            continue
        regime, first = regimes[item["id"]], _due_on(rows, item, as_of) + DAY
        days = [first + timedelta(days=number) for number in range((as_of - first).days + 1)]
        locked = next((row for row in rates if row[0] == regime and row[1] == "locked"), None)
        paid: dict[date, int] = defaultdict(int)
        for row in rows["allocations"]:
            if row.get("due_item_id") == item["id"] and row["effective_on"] <= as_of:
                paid[max(row["effective_on"], first)] += row["amount_minor"]
        left, level_of = item["amount_minor"], []
        for day in days:
            left -= paid.get(day, 0)
            level_of.append((left, day, rate(regime, first if locked else day)))
        for principal, group in groupby(level_of, key=lambda entry: entry[0]):
            if principal <= 0:
                continue
            run = list(group)
            by_basis: dict[int, list[int]] = defaultdict(lambda: [0, 0])
            for _, _, known in run:
                basis, ppm = (known[2], known[1]) if known else (0, 0)
                by_basis[basis][0] += 1
                by_basis[basis][1] += ppm
            for basis, (count, total) in sorted(by_basis.items()):
                found.append(
                    {"due_item_id": item["id"], "from_on": run[0][1], "to_on": run[-1][1], "principal_minor": principal,
                     "basis_days": basis, "rate_days_ppm": total, "days": count if basis else 0,
                     "unknown_days": 0 if basis else count}
                )  # fmt: skip
    return sorted(found, key=lambda row: (row["due_item_id"], row["from_on"], row["basis_days"]))
