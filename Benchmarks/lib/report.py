"""The table, with medians and spread."""

import statistics

from .rows import TABLE


def summarize(rounds):
    """One entry a row: the median of the rounds, their spread, and whether what must hold holds."""
    rows = []
    for name, figure, unit, beside, judged, must, aim, more_is_better in TABLE:
        values = [judged(figures) for figures in rounds]
        median = statistics.median(values)
        rows.append({
            "name": name,
            "measured": statistics.median(figures[figure] for figures in rounds),
            "unit": unit.strip(),
            "baseline": beside,
            "baseline_measured": beside and statistics.median(figures[beside] for figures in rounds),
            "judged": median, "least": min(values), "most": max(values), "must": must, "aim": aim,
            "holds": median >= must if more_is_better else median <= must,
        })
    return rows


def table(rows):
    """Markdown."""
    lines = ["| what | measured | beside | ratio or value | of the rounds | must | aim | |", "| --- " * 8 + "|"]
    for row in rows:
        beside = f"{row['baseline']}: {number(row['baseline_measured'])}" if row["baseline"] else "–"
        judged = number(row["judged"])
        spread = f"{number(row['least'])} – {number(row['most'])}"
        lines.append(
            f"| {row['name']} | {number(row['measured'])} {row['unit']} | {beside} | **{judged}** | {spread}"
            f" | {number(row['must'])} | {number(row['aim'])} | {'holds' if row['holds'] else 'misses'} |")
    return "\n".join(lines)


def number(value):
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
