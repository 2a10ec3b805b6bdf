"""What can go wrong, said in one line with the mend. Everything a user can cause is a MonitorError."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


class MonitorError(Exception):
    """A problem told to a person: `message` says what and where, `hint` the mend. `exit_status` is the command's."""

    exit_status = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """One line: the message, then the mend."""
        return f"{self.message} ({self.hint})" if self.hint else self.message


class UsageError(MonitorError):
    """The command line asks for something that cannot be."""

    exit_status = 2


class NoFeedError(UsageError):
    """A web page where a feed was wanted; `feeds` are those that it names."""

    def __init__(self, address: str, feeds: Sequence[str]) -> None:
        none = "it names none; `monitor sources add` with --unseen adds it as it is"
        super().__init__(f"{address}: not a feed", hint=f"it names {', '.join(feeds)}" if feeds else none)
        self.feeds = tuple(feeds)


class ConfigError(MonitorError):
    """One or more problems in the config files; `problems` holds a line for each, all found at once."""

    exit_status = 2

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class QueryError(MonitorError):
    """A query that cannot be read. `column` is 1-based, in characters of `query`."""

    exit_status = 2

    def __init__(self, message: str, *, query: str, column: int, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.query = query
        self.column = column

    def __str__(self) -> str:
        """One line: column, message, mend."""
        return f"column {self.column}: {super().__str__()}"


class StoreError(MonitorError):
    """The store cannot be opened, read or written; nothing acknowledged is lost."""


class StoreBusyError(StoreError):
    """Another process held the store longer than the wait allowed."""


class NewerStoreError(StoreError):
    """The store was written by a newer monitor; it is left untouched."""

    exit_status = 2


class SourceError(MonitorError):
    """A source that could not be read. Stored as the source's health, never shown as a traceback.

    `kind` is a stable word for scripts: unreachable, timeout, refused, http-404, too-large, not-a-feed, unreadable …
    `permanent` means that trying again will not help until somebody changes something (410, a refused address).
    `retry_after` is the number of seconds the server asked for, None if it did not.
    """

    def __init__(
        self,
        message: str,
        *,
        kind: str,
        hint: str | None = None,
        permanent: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.kind = kind
        self.permanent = permanent
        self.retry_after = retry_after


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The one of the names that a mistyped one most resembles, whatever its case; None where none does."""
    from difflib import get_close_matches

    by_folded = {known.casefold(): known for known in names}
    near = get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[near[0]] if near else None


def meant(name: str, names: Iterable[str]) -> str | None:
    """The mend for a name that is none: `did you mean "x"?`, None where nothing is near."""
    near = nearest(name, names)
    return f'did you mean "{near}"?' if near else None
