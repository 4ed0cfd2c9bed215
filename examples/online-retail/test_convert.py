"""python3 -m unittest discover examples/online-retail"""

import unittest

import convert


def row(invoice="1", code="85123A", quantity="1", at="2010-12-01 08:26:00", price="2.55", customer="17850", name="A"):
    return [invoice, code, name, quantity, at, price, customer, "United Kingdom"]


def converted(*rows):
    converter = convert.Converter("test")
    return list(converter.convert(rows)), converter.report()


class ConvertTests(unittest.TestCase):
    def test_an_invoice_is_one_purchase_in_pence(self):
        events, _ = converted(row(quantity="6"), row(price="18.0", code="POST", name=" POSTAGE "))
        self.assertEqual(
            events,
            [
                {
                    "specversion": "1.0",
                    "id": "1",
                    "source": "test",
                    "type": "purchase.completed",
                    "time": "2010-12-01T08:26:00+00:00",
                    "data": {
                        "member": {"external_id": "17850"},
                        "order_id": "1",
                        "currency": "GBP",
                        "lines": [
                            {"sku": "85123A", "name": "A", "quantity": 6, "unit_price": 255},
                            {
                                "sku": "POST",
                                "name": "POSTAGE",
                                "quantity": 1,
                                "unit_price": 1800,
                                "categories": ["shipping"],
                            },
                        ],
                    },
                }
            ],
        )

    def test_a_c_invoice_is_a_return_with_positive_quantities(self):
        events, _ = converted(row("C2", quantity="-3"))
        self.assertEqual(events[0]["type"], "purchase.returned")
        self.assertEqual(events[0]["data"]["return_id"], "C2")
        self.assertEqual(events[0]["data"]["lines"][0]["quantity"], 3)
        self.assertNotIn("order_id", events[0]["data"])

    def test_discounts_alone_come_back_as_an_amount_and_beside_goods_as_a_line(self):
        discount = row("C1", code="D", quantity="-2", price="5.76")
        events, _ = converted(discount)
        self.assertEqual(events[0]["data"]["amount"], 1152)
        self.assertNotIn("lines", events[0]["data"])
        events, _ = converted(discount, row("C1", quantity="-1"))
        self.assertEqual([line["sku"] for line in events[0]["data"]["lines"]], ["D", "85123A"])

    def test_every_row_left_out_is_counted_under_its_first_reason(self):
        rows = {
            "unreadable": row(quantity="1.5"),
            "adjustment": row("A7", code="B"),
            "test": row(code="TEST001"),
            "sample": row("C1", code="S", quantity="-1"),
            "fee": row(code="AMAZONFEE"),
            "zero_quantity": row(quantity="0"),
            "negative_quantity_in_sale": row(quantity="-1", price="0.0"),
            "positive_quantity_in_return": row("C1", quantity="1"),
            "zero_price": row(price="0.0", customer=""),
            "negative_price": row(price="-1.00"),
            "price_below_a_penny": row(price="0.001"),
            "guest": row(customer=""),
        }
        for reason, nonsense in rows.items():
            events, report = converted(nonsense)
            self.assertEqual(events, [])
            self.assertEqual({key: n for key, n in report["rows_left_out"].items() if n}, {reason: 1})

    def test_rows_of_another_customer_in_one_invoice_are_left_out(self):
        events, report = converted(row(), row(customer="2"))
        self.assertEqual(len(events[0]["data"]["lines"]), 1)
        self.assertEqual(report["rows_left_out"]["other_customer"], 1)

    def test_an_invoice_happens_in_its_first_minute_and_events_leave_in_order(self):
        later = "2010-12-01 08:27:00"
        events, _ = converted(row("1"), row("2"), row("1", at=later), row("3", at=later), row("2", at=later))
        self.assertEqual([event["id"] for event in events], ["1", "2", "3"])
        self.assertEqual([event["time"][14:16] for event in events], ["26", "26", "27"])
        self.assertEqual([len(event["data"]["lines"]) for event in events], [2, 2, 1])

    def test_times_are_londons(self):
        events, _ = converted(row(at="2011-06-01 10:00:00"))
        self.assertEqual(events[0]["time"], "2011-06-01T10:00:00+01:00")

    def test_more_lines_than_an_event_takes_are_joined_where_alike_or_counted(self):
        events, report = converted(*[row(code=str(number % 1000)) for number in range(1001)])
        self.assertEqual(len(events[0]["data"]["lines"]), 1000)
        self.assertEqual(events[0]["data"]["lines"][0]["quantity"], 2)
        self.assertEqual(report["rows_kept"], 1001)
        events, report = converted(*[row(code=str(number)) for number in range(1001)])
        self.assertEqual((events, report["rows_left_out"]["too_many_lines"]), ([], 1001))

    def test_rows_out_of_order_stop_the_conversion(self):
        with self.assertRaises(convert.Disorder):
            converted(row("1"), row("2", at="2010-12-01 06:00:00"))
        with self.assertRaises(convert.Disorder):
            converted(row("1"), row("2", at="2010-12-01 10:00:00"), row("1", at="2010-12-01 10:00:00"))


if __name__ == "__main__":
    unittest.main()
