"""Line charts as SVG, without a library."""

import math

WIDTH, HEIGHT = 640, 320
LEFT, RIGHT, TOP, BOTTOM = 64, 150, 36, 44
COLOURS = ["#0b6e99", "#d9480f", "#2b8a3e", "#862e9c"]


def chart(title, x_name, y_name, series, log_x=False):
    """`series` is {name: [(x, y), …]}; the y axis begins at 0."""
    points = [point for line in series.values() for point in line]
    xs = [x for x, _ in points]
    low, high = min(xs), max(xs)
    top = nice(max(y for _, y in points))

    def place(x, y):
        share = 0.5
        if high > low:
            share = math.log(x / low) / math.log(high / low) if log_x else (x - low) / (high - low)
        return (LEFT + share * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - y / top * (HEIGHT - TOP - BOTTOM))

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif"'
        ' font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        text(LEFT, 20, title, weight="bold"),
    ]
    for step in range(5):
        y = top * step / 4
        _, py = place(low, y)
        parts.append(f'<path d="M{LEFT} {py:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        parts.append(text(LEFT - 6, py + 4, short(y), anchor="end"))
    last = -WIDTH
    for x in sorted(set(xs)):
        px, _ = place(x, 0)
        if px - last < 24:
            continue
        last = px
        parts.append(text(px, HEIGHT - BOTTOM + 16, short(x), anchor="middle"))
    parts.append(text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, x_name, anchor="middle"))
    parts.append(text(LEFT - 6, TOP - 10, y_name, anchor="end"))
    for index, (name, line) in enumerate(series.items()):
        colour = COLOURS[index % len(COLOURS)]
        places = [place(x, y) for x, y in sorted(line)]
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        parts.append(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places]
        parts.append(text(WIDTH - RIGHT + 12, TOP + 18 * index + 8, name, colour=colour))
    return "\n".join(parts) + "\n</svg>\n"


def text(x, y, words, anchor="start", weight="normal", colour="#222"):
    words = words.replace("&", "&amp;").replace("<", "&lt;")
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-weight="{weight}" fill="{colour}">'
            f"{words}</text>")


def nice(value):
    """The next round number."""
    power = 10 ** math.floor(math.log10(value)) if value > 0 else 1
    return next(step * power for step in (1, 2, 4, 5, 8, 10) if step * power >= value)


def short(value):
    if value >= 1e6:
        return f"{value / 1e6:.3g}M"
    if value >= 1e4:
        return f"{value / 1e3:.3g}k"
    return f"{value:g}"
