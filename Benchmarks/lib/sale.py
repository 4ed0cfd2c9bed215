"""The two events of a purchase, for libraries that treue is measured beside."""

import json

SALE = json.dumps({
    "order_id": "1764000000-17", "source": "/bench", "currency": "GBP", "lines": [
        {"sku": "tea", "quantity": 2, "unit_price": 1250, "categories": ["food"]},
        {"sku": "cup", "quantity": 1, "unit_price": 990}],
    "tier": "rouge", "qualifying": 3490, "period": 2026, "day": "2026-11-24",
    "outcome": {"change": 34, "available": 3808, "pending": 0, "tier": "rouge", "previous_tier": "rouge"}})
POINTS = json.dumps({
    "wallet": "points", "points": 34, "lot": "2026-11-24", "rule": "base",
    "reason": {"kind": "base", "amount": 3490, "currency": "GBP"}, "balance": 3808})
