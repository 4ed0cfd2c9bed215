#!/usr/bin/env python3
"""Turns the UCI data set "Online Retail" into CloudEvents, one a line (NDJSON), for `treue import`.

    convert.py [FILE] [--report REPORT.json] > events.ndjson

FILE is CSV, plain or gzipped; without it, or with `-`, standard input is read. Events come out in the order of business
time, while the file is read. Every row is either in an event or counted under one reason on standard error; README.md
explains each of them. Exit codes: 0 done, 1 the rows are out of order, 2 could not run.
"""

import argparse
import collections
import csv
import dataclasses
import datetime
import gzip
import io
import json
import re
import sys
import zoneinfo
from decimal import Decimal

COLUMNS = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"]
CURRENCY = "GBP"
ZONE = zoneinfo.ZoneInfo("Europe/London")
# What the API takes in one event.
MOST_LINES = 1000
# The rows of an invoice may lie apart by a few minutes and be mixed with those of others.
WINDOW = datetime.timedelta(minutes=60)

SHIPPING = {"POST", "DOT", "C2"}
FEES = {"AMAZONFEE", "BANK CHARGES", "CRUK"}
DISCOUNT = "D"
REASONS = [
    "unreadable", "adjustment", "test", "sample", "fee", "zero_quantity", "negative_quantity_in_sale",
    "positive_quantity_in_return", "zero_price", "negative_price", "price_below_a_penny", "guest", "other_customer",
    "too_many_lines",
]  # fmt: skip


class Disorder(Exception):
    """The rows are not in the order of time, so that events would leave in the wrong order."""


@dataclasses.dataclass
class Row:
    """One readable row of the file; `reason` says why it enters no event."""

    invoice: str
    code: str
    name: str
    quantity: int
    at: datetime.datetime
    price: Decimal
    customer: str
    reason: str | None = None

    @property
    def minor(self):
        """The price in pence; exact, as `price_below_a_penny` has been ruled out."""
        return int(self.price * 100)

    @property
    def category(self):
        code = self.code.upper()
        if code in SHIPPING:
            return "shipping"
        return "gift_card" if code.startswith("GIFT_") else None


@dataclasses.dataclass
class Invoice:
    """The rows of one invoice that enter its event."""

    number: str
    position: int  # of its first row in the file
    customer: str
    at: datetime.datetime  # its first minute
    last: datetime.datetime
    rows: list

    @property
    def order(self):
        return (self.at, self.position)


def read(fields):
    """A row of text as values, or None where it is unreadable."""
    if len(fields) != len(COLUMNS):
        return None
    invoice, code, name, quantity, at, price, customer, _ = (field.strip() for field in fields)
    if not (
        re.fullmatch(r"[A-Za-z]?[0-9]+", invoice)
        and code
        and re.fullmatch(r"-?[0-9]{1,9}", quantity)
        and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}", at)
        and re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]+)?", price)
        and re.fullmatch(r"([0-9]+)?", customer)
    ):
        return None
    try:
        time = datetime.datetime.fromisoformat(at)
    except ValueError:
        return None
    row = Row(invoice, code, name, int(quantity), time, Decimal(price), customer)
    row.reason = reason(row)
    return row


def reason(row):
    """Why a row enters no event: the first that applies, in the order of REASONS; else None."""
    code, kind = row.code.upper(), row.invoice[0].upper()
    returned = kind == "C"
    if not (kind.isdigit() or returned) or code in ("B", "ADJUST", "ADJUST2") or (code == DISCOUNT and not returned):
        return "adjustment"
    if code.startswith("TEST"):
        return "test"
    if code == "S":
        return "sample"
    if code in FEES:
        return "fee"
    if row.quantity == 0:
        return "zero_quantity"
    if row.quantity < 0 and not returned:
        return "negative_quantity_in_sale"
    if row.quantity > 0 and returned:
        return "positive_quantity_in_return"
    if row.price == 0:
        return "zero_price"
    if row.price < 0:
        return "negative_price"
    if row.price * 100 % 1:
        return "price_below_a_penny"
    return None if row.customer else "guest"


class Converter:
    """Gathers rows into invoices and hands each on when no more of its rows are to be expected."""

    def __init__(self, source):
        self.source = source
        self.open = {}
        self.emitted = set()
        self.members = set()
        self.latest = datetime.datetime.min + WINDOW
        self.rows = self.kept = 0
        self.reasons = dict.fromkeys(REASONS, 0)
        self.events = collections.Counter()
        self.lines = collections.Counter()

    def convert(self, table):
        """Events for rows of text, in the order of business time."""
        for self.rows, fields in enumerate(table, start=1):
            row = read(fields)
            if row is None:
                self.reasons["unreadable"] += 1
                continue
            if row.at < self.latest - WINDOW:
                raise Disorder(f"row {self.rows}: {row.at} comes more than {WINDOW} after {self.latest}: sort by time")
            if row.at > self.latest:
                self.latest = row.at
                yield from self.finished(before=row.at - WINDOW)
            if row.reason:
                self.reasons[row.reason] += 1
            else:
                self.gather(row)
        yield from self.finished(before=datetime.datetime.max)
        assert self.rows == self.kept + sum(self.reasons.values()), "a row was neither kept nor counted"

    def gather(self, row):
        number = row.invoice.upper()
        if number in self.emitted:
            raise Disorder(f"row {self.rows}: invoice {number} goes on after a pause of more than {WINDOW}")
        invoice = self.open.get(number)
        if invoice is None:
            invoice = self.open[number] = Invoice(number, self.rows, row.customer, row.at, row.at, [])
        if row.customer != invoice.customer:
            self.reasons["other_customer"] += 1
            return
        invoice.at, invoice.last = min(invoice.at, row.at), max(invoice.last, row.at)
        invoice.rows.append(row)

    def finished(self, before):
        """Takes out the invoices that ended before a time; one that has not holds back those that began after it."""
        for invoice in sorted(self.open.values(), key=lambda each: each.order):
            if invoice.last >= before:
                return
            del self.open[invoice.number]
            self.emitted.add(invoice.number)
            yield from self.event(invoice)

    def event(self, invoice):
        rows = invoice.rows if len(invoice.rows) <= MOST_LINES else merged(invoice.rows)
        if len(rows) > MOST_LINES:
            self.reasons["too_many_lines"] += len(invoice.rows)
            return
        self.kept += len(invoice.rows)
        self.lines.update(kind(row) for row in invoice.rows)
        self.members.add(invoice.customer)
        returned = invoice.number.startswith("C")
        data = {"member": {"external_id": invoice.customer}}
        data["return_id" if returned else "order_id"] = invoice.number
        data["currency"] = CURRENCY
        if all(row.code.upper() == DISCOUNT for row in rows):
            data["amount"] = sum(-row.quantity * row.minor for row in rows)
        else:
            data["lines"] = [line(row) for row in rows]
        self.events["purchase.returned" if returned else "purchase.completed"] += 1
        yield {
            "specversion": "1.0",
            "id": invoice.number,
            "source": self.source,
            "type": "purchase.returned" if returned else "purchase.completed",
            "time": invoice.at.replace(tzinfo=ZONE).isoformat(),
            "data": data,
        }

    def report(self):
        return {
            "rows": self.rows,
            "rows_kept": self.kept,
            "rows_left_out": dict(self.reasons),
            "lines_kept_as": {name: self.lines[name] for name in ("goods", "shipping", "gift_card", "discount")},
            "purchases": self.events["purchase.completed"],
            "returns": self.events["purchase.returned"],
            "members": len(self.members),
        }


def merged(rows):
    """Rows of the same article at the same price as one."""
    together = {}
    for row in rows:
        key = (row.code, row.price)
        if key in together:
            together[key].quantity += row.quantity
        else:
            together[key] = dataclasses.replace(row)
    return list(together.values())


def kind(row):
    return "discount" if row.code.upper() == DISCOUNT else row.category or "goods"


def line(row):
    value = {"sku": row.code}
    if row.name:
        value["name"] = row.name
    value |= {"quantity": abs(row.quantity), "unit_price": row.minor}
    if row.category:
        value["categories"] = [row.category]
    return value


def opened(path):
    """The table's rows as lists of text, after the heading; gzip is told by its first two bytes."""
    raw = sys.stdin.buffer if path == "-" else open(path, "rb")
    plain = gzip.GzipFile(fileobj=raw) if raw.peek(2)[:2] == b"\x1f\x8b" else raw
    table = csv.reader(io.TextIOWrapper(plain, encoding="utf-8-sig", newline=""))
    heading = next(table, [])
    if heading != COLUMNS:
        raise ValueError(f"expected the columns {','.join(COLUMNS)}, found {','.join(heading)}")
    return table


def told(report):
    """The report for people."""
    left_out = {name: count for name, count in report["rows_left_out"].items() if count}
    yield f"{report['rows']:>8} rows read"
    yield (
        f"{report['rows_kept']:>8} kept, in {report['purchases']} purchases and {report['returns']} returns"
        f" of {report['members']} members"
    )
    yield f"{sum(left_out.values()):>8} left out" + (":" if left_out else "")
    for name, count in left_out.items():
        yield f"{count:>12} {name}"


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", default="-", help="CSV, plain or gzipped (default: standard input)")
    parser.add_argument("--source", default="online-retail", help="the events' source (default: %(default)s)")
    parser.add_argument("--report", metavar="FILE", help="also write the counts there, as JSON")
    options = parser.parse_args(arguments)
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    converter = Converter(options.source)
    try:
        for event in converter.convert(opened(options.file)):
            print(json.dumps(event, ensure_ascii=False, separators=(",", ":")))
        sys.stdout.flush()
        if options.report:
            with open(options.report, "w", encoding="utf-8") as file:
                print(json.dumps(converter.report(), indent=2), file=file)
    except Disorder as fault:
        print(f"convert.py: {fault}", file=sys.stderr)
        return 1
    except (OSError, EOFError, ValueError, csv.Error) as fault:
        print(f"convert.py: {options.file}: {fault}", file=sys.stderr)
        return 2
    print("\n".join(told(converter.report())), file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
