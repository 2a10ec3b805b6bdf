"""What the commands print: safe text, tables in terminal cells, JSON, colour only where a person sees it."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import click

from monitor.text import clean_line, fit, width


def say(text: str) -> None:
    """A line for a person, on standard error."""
    click.echo(f"monitor: {clean_line(text, cap=2000)}", err=True)


def many(number: int, noun: str) -> str:
    """A number with its noun: "1 source", "2 sources"."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def on_terminal() -> bool:
    """Whether standard output is a terminal."""
    return sys.stdout.isatty()


def paint(text: str, **style: Any) -> str:
    """Text in colour, where there is a terminal that wants it."""
    wanted = on_terminal() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return click.style(text, **style) if wanted else text


def to_json(value: object, *, indent: int | None = None) -> str:
    """JSON in the letters that standard output can write."""
    plain = (sys.stdout.encoding or "ascii").lower().replace("-", "") != "utf8"
    return json.dumps(value, ensure_ascii=plain, indent=indent)


def print_json(value: object) -> None:
    """One JSON value, indented for whoever reads it."""
    click.echo(to_json(value, indent=2))


def print_records(values: Iterable[object], as_: str) -> int:
    """Values as a JSON array (`json`) or as JSON lines (`jsonl`); how many there were."""
    return _print_array(values) if as_ == "json" else _print_lines(values)


def _print_array(values: Iterable[object]) -> int:
    """A JSON array, written as the values come; how many there were."""
    number = 0
    for number, value in enumerate(values, start=1):
        click.echo(("[\n" if number == 1 else ",\n") + to_json(value), nl=False)
    click.echo("\n]" if number else "[]")
    return number


def _print_lines(values: Iterable[object]) -> int:
    """JSON values, one a line; how many there were."""
    number = 0
    for number, value in enumerate(values, start=1):  # noqa: B007
        click.echo(to_json(value))
    return number


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]], *, wide: int = -1) -> None:
    """Aligned columns. On a terminal there is a head, and the column `wide` gives way so that a row stays one line."""
    cells = [[clean_line(cell) for cell in row] for row in rows]
    widths = [max(width(row[column]) for row in (head, *cells)) for column in range(len(head))]
    if not on_terminal():
        for row in cells:
            click.echo(_line(row, widths))
        return
    columns = shutil.get_terminal_size().columns
    spare = columns - sum(widths) - 2 * (len(widths) - 1)
    widths[wide] = max(widths[wide] + min(spare, 0), 10)
    click.echo(paint(fit(_line(head, widths), columns), bold=True))
    for row in cells:
        click.echo(fit(_line(row, widths), columns))


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    fitted = [fit(cell, cells) for cell, cells in zip(row, widths, strict=True)]
    padded = [cell + " " * (cells - width(cell)) for cell, cells in zip(fitted, widths, strict=True)]
    return "  ".join(padded).rstrip()
