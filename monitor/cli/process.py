"""The edge of the process: whatever happens inside becomes an exit status and at most a line on standard error.

0 done; 1 done, but nothing matched or a source failed; 2 the command line, a query or the config is wrong;
70 a fault of the monitor itself, written to its log; 130 interrupted.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from typing import NoReturn

import click

from monitor.cli.output import say
from monitor.cli.program import monitor
from monitor.errors import ConfigError, MonitorError

FAILED = 1
WRONG = 2
FAULT = 70
INTERRUPTED = 130
_DAY = 86_400


def main() -> NoReturn:
    """Run the command line of this process and end it."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:  # the shell's >&-
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 - for the process's life
        elif mode == "w":
            stream.reconfigure(errors="replace")
    if "_MONITOR_COMPLETE" in os.environ:
        monitor.main(prog_name="monitor")
    _settle_time_zone()
    status = run(sys.argv[1:])
    _let_go(sys.stdout)
    sys.exit(status)


def _settle_time_zone() -> None:
    """A TZ a day or more from UTC, which no time can be told in, is UTC."""
    if abs(time.timezone) >= _DAY or abs(time.altzone) >= _DAY:
        os.environ["TZ"] = "UTC"
        time.tzset()
        say("TZ names no time zone; times are in UTC")


def run(words: list[str]) -> int:
    """Run one command; its exit status. No exception leaves, but what ends the process."""
    try:
        with monitor.make_context("monitor", list(words)) as context:
            outcome = monitor.invoke(context)
        sys.stdout.flush()
        return outcome if isinstance(outcome, int) else 0
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        _let_go(sys.stdout)
        return 0
    except click.ClickException as error:
        say(_usage(error))
        return WRONG
    except ConfigError as error:
        for problem in error.problems:
            say(problem)
        return error.exit_status
    except MonitorError as error:
        say(str(error))
        return error.exit_status
    except OSError as error:
        say(f"{error.filename or 'cannot write the output'}: {error.strerror or error}")
        return FAILED
    except Exception as error:  # noqa: BLE001 - the last line of defence: a person never sees a traceback
        from monitor.cli.faults import record

        say(record(error))
        return FAULT


def _usage(error: click.ClickException) -> str:
    """Click's complaint on one line, with where help is to be had."""
    message = " ".join(error.format_message().split())
    message = message[:1].lower() + message[1:].rstrip(".")
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "monitor"
    place = "" if path == "monitor" else path.removeprefix("monitor ") + ": "
    if "unexpected extra argument" in message and context and any(p.name == "query" for p in context.command.params):
        message += "; put a query of several words in quotes"
    return f"{place}{message} (see {path} --help)"


def _let_go(stream: object) -> None:
    """Leave nothing that Python would try, and fail, to flush into a closed pipe at exit."""
    with contextlib.suppress(BrokenPipeError, ValueError, OSError, AttributeError):
        stream.flush()  # type: ignore[attr-defined]
        return
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # type: ignore[attr-defined]
