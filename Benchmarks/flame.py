"""Draws a flame graph from `perf script`, without a library.

    perf record -F 999 -g -p "$(pgrep -x treue)" -o /tmp/perf.data -- sleep 10
    perf script -i /tmp/perf.data | python3 Benchmarks/flame.py "Purchases" > docs/performance/flame-purchase.svg

Width is the share of samples. Frames below half a percent are left out; so are the frames that only say that a thread or
a task runs, because every stack begins with them.
"""

import collections
import html
import re
import subprocess
import sys

WIDTH, ROW = 1200, 17
LEAST = 0.005
DULL = re.compile(
    r"start_thread|clone3?$|_dispatch|swift_job_run|runJob|Thread\.main|NSThreadStart|ThreadOpsPosix|setupThreadAndEventLoop"
    r"|SelectableEventLoop\.run|runOneLoopTick|_start|__libc|^\[unknown|^0x|partial apply|protocol witness|thunk for"
    r"|do_syscall_64|entry_SYSCALL|^closure #\d+ in Reactor\.start|ReactorThread\.run")


def stacks(lines):
    """Each sample's frames, the outermost first."""
    frames = []
    for line in lines:
        line = line.rstrip("\n")
        if not line.strip():
            if frames:
                yield frames[::-1]
            frames = []
        elif line[0] in "\t ":
            match = re.match(r"\s*[0-9a-f]+ (.*?)(?:\+0x[0-9a-f]+)? \(([^()]*)\)$", line)
            if match:
                frames.append(match[1])
    if frames:
        yield frames[::-1]


def demangled(names):
    """Swift's names in short."""
    wanted = sorted(names)
    done = subprocess.run(
        ["swift", "demangle", "--simplified", "--compact"], input="\n".join(wanted), capture_output=True, text=True)
    shown = done.stdout.split("\n")
    return dict(zip(wanted, (re.sub(r"^(specialized |merged )+", "", name) for name in shown)))


def main():
    title = sys.argv[1] if len(sys.argv) > 1 else "Flame graph"
    counted = collections.Counter(tuple(stack) for stack in stacks(sys.stdin))
    names = demangled({frame for stack in counted for frame in stack})
    root = {"name": title, "count": 0, "below": {}}
    for stack, count in counted.items():
        root["count"] += count
        node = root
        for frame in stack:
            name = names.get(frame, frame)
            if DULL.search(name) or name == node["name"]:
                continue
            node = node["below"].setdefault(name, {"name": name, "count": 0, "below": {}})
            node["count"] += count
    least = root["count"] * LEAST
    height = (depth(root, least) + 1) * ROW + 8
    print(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="monospace" font-size="11">'
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>')
    draw(root, 0, height - ROW - 4, WIDTH / max(1, root["count"]), root["count"], least)
    print("</svg>")


def depth(node, least):
    return 1 + max((depth(child, least) for child in node["below"].values() if child["count"] >= least), default=0)


def draw(node, x, y, scale, total, least):
    width = node["count"] * scale
    share = 100 * node["count"] / max(1, total)
    name = html.escape(node["name"])
    shown = html.escape(node["name"][: max(0, int(width / 6.7) - 1)])
    # The same name has the same colour everywhere.
    hue = 20 + sum(node["name"].encode()) % 35
    print(
        f'<g><title>{name} {share:.1f} %</title><rect x="{x:.1f}" y="{y}" width="{max(0.5, width - 0.5):.1f}"'
        f' height="{ROW - 1}" fill="hsl({hue},80%,72%)"/><text x="{x + 3:.1f}" y="{y + 12}">{shown}</text></g>')
    for child in sorted(node["below"].values(), key=lambda child: child["name"]):
        if child["count"] >= least:
            draw(child, x, y - ROW, scale, total, least)
            x += child["count"] * scale


if __name__ == "__main__":
    main()
