"""How a benchmark tells a figure for the one table of docs/benchmarks.md; all else that it prints stands below."""

MARK = "=> "


def headline(what: str, figure: str, reach: str = "") -> None:
    """Print what was measured, its figure, and the figure to reach where there is one."""
    print(f"{MARK}{what} | {figure} | {reach}", flush=True)
