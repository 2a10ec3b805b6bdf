"""The cases of docs/security.md and the tests of each: those whose names say the case, and those named here."""  # noqa: INP001

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

CASES: dict[int, tuple[str, str]] = {
    1: ("P1", "escape sequences (OSC, DCS, APC, CSI, RIS) in every field, error text and file name"),
    2: ("P1", "C1 controls, by reference and as raw UTF-8"),
    3: ("P1", "markup that would click, link or colour"),
    4: ("P1", "markup that would crash"),
    5: ("P1", "our own source: no outside text parsed as markup"),
    6: ("P1", "links that hold escapes, newlines, spaces"),
    7: ("P2", "bidi controls, zero-width and filler characters"),
    8: ("P2", "a million combining marks"),
    9: ("P1", "newlines of every kind in one-line fields"),
    10: ("P2", "huge summaries, words, paragraphs, tables"),
    11: ("P3", "emoji, CJK, Indic, Arabic, soft hyphens: columns stay aligned"),
    12: ("P2", "lone surrogates, NUL, DEL"),
    13: ("P1", "documents made to keep a parser busy"),
    14: ("P1", "impossible references, entities and encodings"),
    15: ("P1", "entity bombs"),
    16: ("P1", "external entities, hostile parsers on the path"),
    17: ("P2", "huge titles, attributes, nesting, lists"),
    18: ("P2", "answers that are no feed"),
    19: ("P2", "dates beyond reason"),
    20: ("P2", "ids missing, double, huge, changing, stolen"),
    21: ("P2", "mutated feeds"),
    22: ("P1", "compression bombs"),
    23: ("P1", "private and disguised addresses"),
    24: ("P1", "a name that resolves to another address the second time"),
    25: ("P1", "redirects to other schemes, downgrades, loops"),
    26: ("P1", "secrets in addresses, headers, commands: on no screen, in no log or export, at no other host"),
    27: ("P2", "bodies without end, slow bodies, silence"),
    28: ("P2", "permanent redirects"),
    29: ("P2", "Retry-After beyond reason"),
    30: ("P2", "damaged answers"),
    31: ("P2", "certificates that do not hold"),
    32: ("P2", "hostile validators, cookies, proxies of the environment"),
    33: ("P2", "two hundred sources, twenty of them hostile"),
    34: ("P1", "death at every point of a save, and at random"),
    35: ("P1", "a full disk, an I/O error, a short write"),
    36: ("P1", "a store that is empty, cut, garbage, or newer"),
    37: ("P1", "two processes; a lock whose holder died"),
    38: ("P1", "umask, symlinks and open modes"),
    39: ("P2", "a read-only folder"),
    40: ("P2", "50,000 items, 500 new a minute"),
    41: ("P1", "the terminal goes away"),
    42: ("P1", "SIGTERM, also with a stalled terminal"),
    43: ("P1", "a terminal that is not read for a minute"),
    44: ("P1", "a fault in a handler, with secrets about"),
    45: ("P2", "no terminal, no input"),
    46: ("P2", "garbage from the terminal"),
    47: ("P2", "huge and forged pastes"),
    48: ("P2", "a storm of sizes; suspend and resume"),
    49: ("P2", "clocks that jump, suspend"),
    50: ("P2", "an editor or pager in between: none is ever started; suspend and resume"),
    51: ("P3", "every TERM, locale, NO_COLOR"),
    52: ("P1", "links that would be options, schemes or look-alikes to a browser"),
    53: ("P1", "titles that would be shell"),
    54: ("P1", "hostile OPML"),
    55: ("P1", "a kiosk: every key, everywhere"),
    56: ("P1", "a kiosk's environment"),
    57: ("P1", "a watched folder full of traps"),
    58: ("P1", "exports: where they are written, what opens them"),
    59: ("P1", "config that others can read or change; secret commands that fail, hang, print"),
    60: ("P2", "copies, logs, other commands over SSH"),
}

NAMED: dict[int, tuple[str, ...]] = {
    1: ("test_text.py::test_no_control_outlives_cleaning",),
    2: ("test_text.py::test_no_control_outlives_cleaning",),
    3: (
        "tui/test_safety.py::test_every_screen_shows_hostile_text_literally",
        "tui/test_safety.py::test_markup_is_shown_as_it_stands",
        "tui/test_safety.py::test_clicking_every_cell_runs_nothing_hostile",
    ),
    4: (
        "tui/test_safety.py::test_every_screen_shows_hostile_text_literally",
        "tui/test_safety.py::test_each_story_can_be_opened",
    ),
    5: (
        "tui/test_safety.py::test_nothing_in_the_dashboard_parses_outside_text_as_markup",
        "tui/test_safety.py::test_only_drawing_through_the_clean_functions",
    ),
    6: ("tui/test_safety.py::test_only_web_addresses_are_for_a_browser",),
    7: ("test_text.py::test_whatever_comes_in_nothing_dangerous_goes_out",),
    8: (
        "test_text.py::test_marks_are_thinned_but_words_are_whole",
        "tui/test_terminal.py::test_a_title_of_a_million_marks_is_a_small_frame",
    ),
    9: ("cli/test_secrets.py::test_the_log_is_single_safe_lines", "test_text.py::test_no_control_outlives_cleaning"),
    10: (
        "tui/test_lag.py::test_an_article_as_long_as_any",
        "test_readable.py::test_hostile_html_is_read_in_bounded_time",
    ),
    11: ("test_text.py::test_a_fitted_line_fits", "test_text.py::test_a_line_is_safe_and_honest"),
    12: ("test_text.py::test_a_line_is_safe_and_honest",),
    26: (
        "cli/test_secrets.py::test_no_secret_stands_in_anything_that_is_written",
        "cli/test_secrets.py::test_secrets_do_not_follow_a_redirect",
        "cli/test_secrets.py::test_texts_lose_their_credentials",
        "cli/test_process.py::test_a_fault_is_one_line_and_a_log_without_secrets",
    ),
    34: (
        "store/test_faults.py::test_kill_at_random_moments_loses_nothing_acknowledged",
        "store/test_faults.py::test_kill_at_every_step_of_a_transaction",
        "store/test_faults.py::test_kill_at_every_step_of_a_json_save",
    ),
    35: (
        "store/test_faults.py::test_a_full_disk_loses_nothing_and_is_told",
        "store/test_faults.py::test_a_disk_that_fails_is_told_of_and_the_store_goes_on",
        "tui/test_triage.py::test_a_mark_the_store_refuses_is_taken_back_on_the_screen",
        "poll/test_live.py::test_a_store_that_takes_nothing_is_told_with_the_beat_until_it_does",
        "tui/test_newsroom.py::test_the_status_tells_unread_failures_and_the_clock",
    ),
    36: (
        "store/test_faults.py::test_a_ruined_file_is_set_aside_and_the_last_good_one_restored",
        "store/test_faults.py::test_without_a_backup_nothing_is_silently_empty",
        "store/test_faults.py::test_damaged_pages_are_noticed_and_mended_with_what_can_be_read",
        "store/test_faults.py::test_a_torn_log_opens_to_a_consistent_prefix",
        "store/test_faults.py::test_a_damaged_json_store_is_restored_from_the_one_before",
        "store/test_faults.py::test_a_newer_store_is_refused_untouched",
    ),
    37: (
        "store/test_faults.py::test_four_processes_marking_and_adding_lose_no_update",
        "store/test_faults.py::test_a_lease_is_free_as_soon_as_its_holder_dies",
        "store/test_faults.py::test_a_writer_that_hangs_is_told_of_in_one_line",
    ),
    38: (
        "store/test_faults.py::test_files_are_private_whatever_the_umask",
        "store/test_faults.py::test_a_file_that_was_open_to_others_is_made_private",
        "store/test_faults.py::test_symbolic_links_are_refused",
    ),
    39: (
        "store/test_faults.py::test_a_read_only_folder_is_read_and_told_of",
        "store/test_faults.py::test_a_folder_that_cannot_be_made",
    ),
    41: ("tui/test_terminal.py::test_the_link_drops",),
    42: (
        "tui/test_terminal.py::test_sigterm_restores_the_terminal_and_saves",
        "tui/test_terminal.py::test_sigterm_while_nobody_reads_the_terminal",
    ),
    43: ("tui/test_terminal.py::test_a_stalled_terminal_stops_nothing_else",),
    44: ("tui/test_terminal.py::test_a_fault_of_our_own_shows_no_values",),
    45: (
        "cli/test_process.py::test_a_dashboard_without_a_terminal_says_so",
        "tui/test_terminal.py::test_sighup_ignored_and_the_terminal_gone",
    ),
    46: ("tui/test_terminal.py::test_garbage_at_the_keyboard",),
    47: (
        "tui/test_terminal.py::test_a_huge_paste_does_nothing",
        "tui/test_driver.py::test_a_paste_without_end_ends_when_nothing_comes",
    ),
    48: (
        "tui/test_terminal.py::test_a_storm_of_sizes_and_a_suspension",
        "tui/test_lag.py::test_a_storm_of_resizes",
    ),
    49: (
        "poll/test_schedule.py::test_a_clock_set_forward_by_a_month_gives_one_run_not_millions",
        "poll/test_schedule.py::test_a_clock_set_back_an_hour_stops_nothing",
        "poll/test_dispatch.py::test_eight_hours_of_sleep_bring_one_poll_each_and_no_burst",
        "poll/test_dispatch.py::test_due_times_pass_while_the_machine_sleeps",
        "poll/test_live.py::test_after_a_sleep_what_is_overdue_waits_a_little_for_the_network",
        "poll/test_due.py::test_a_plan_of_a_clock_that_was_wrong_is_not_believed",
        "poll/test_live.py::test_nothing_goes_by_age_for_a_day_after_a_leap_of_the_clock",
        "store/test_contract.py::test_a_clock_set_back_brings_no_harm",
    ),
    50: ("tui/test_terminal.py::test_a_storm_of_sizes_and_a_suspension",),
    51: (
        "tui/test_terminal.py::test_other_terminals",
        "cli/test_process.py::test_a_terminal_sees_a_bar_and_colour_only_when_it_wants_them",
        "cli/test_process.py::test_the_locale_may_be_anything",
        "tui/test_safety.py::test_without_utf8_everything_is_ascii",
    ),
    52: (
        "tui/test_safety.py::test_only_web_addresses_are_for_a_browser",
        "tui/test_safety.py::test_the_browser_gets_one_argument_and_no_shell",
    ),
    53: ("tui/test_safety.py::test_the_browser_gets_one_argument_and_no_shell",),
    54: (
        "conformance/test_hostile.py::test_hostile_lists",
        "cli/test_sources.py::test_opml_in_and_out",
        "sources/test_opml.py::test_what_is_no_list_is_refused",
    ),
    55: ("tui/test_terminal.py::test_the_kiosk_starts_nothing_writes_nothing_and_stays",),
    56: ("cli/test_process.py::test_nothing_of_ours_stands_in_the_way_of_a_hostile_environment",),
    57: (
        "sources_files/test_opening.py::test_only_the_honest_file_is_read_and_all_else_is_told",
        "sources_files/test_opening.py::test_a_folder_of_traps_never_blocks",
        "sources_files/test_opening.py::test_a_file_swapped_for_a_pipe_or_a_link_is_not_read",
        "sources_files/test_opening.py::test_a_glob_does_not_follow_a_link_out",
        "sources_files/test_opening.py::test_no_more_than_the_cap_is_read",
        "sources_files/test_opening.py::test_names_are_untrusted_text",
    ),
    58: (
        "cli/test_export.py::test_nothing_is_written_through_a_symlink",
        "cli/test_export.py::test_a_file_that_is_there_is_kept",
        "cli/test_export.py::test_no_cell_begins_like_a_formula",
        "cli/test_export.py::test_html_has_no_tag_of_a_strangers",
        "cli/test_export.py::test_markdown_shows_text_as_it_is",
        "cli/test_export.py::test_an_export_that_fails_leaves_nothing",
    ),
    59: (
        "test_config.py::test_a_secret_that_others_can_read_is_warned_of",
        "test_config.py::test_a_command_in_a_file_that_others_can_write_is_refused",
        "test_config.py::test_a_command_in_a_file_of_another_user_is_refused",
        "cli/test_secrets.py::test_a_secret_command_that_fails_is_told_without_a_word_of_its_output",
        "faults/test_manners.py::test_case_26_a_secret_command_that_fails_hangs_or_prints_escapes_says_no_secret",
    ),
    60: (
        "cli/test_secrets.py::test_the_log_is_single_safe_lines",
        "tui/test_safety.py::test_a_copy_is_one_clean_sequence_and_passes_through_tmux",
    ),
}

_SAYS_CASE = re.compile(r"^\s*(?:async )?def (test_case((?:_\d\d)+)_\w+)\(", re.MULTILINE)


def tests_by_case() -> dict[int, list[str]]:
    """The tests of each case, as `folder/file.py::name` below tests/."""
    found = {case: list(NAMED.get(case, ())) for case in CASES}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for name, numbers in _SAYS_CASE.findall(path.read_text("utf-8")):
            for number in numbers.strip("_").split("_"):
                found[int(number)].append(f"{path.relative_to(ROOT / 'tests')}::{name}")
    return found


def table() -> str:
    """The table of docs/security.md."""
    rows = [
        f"| {case} | {priority} | {what} | {'<br>'.join(f'`tests/{test}`' for test in tests) or 'none'} |"
        for (case, (priority, what)), tests in zip(CASES.items(), tests_by_case().values(), strict=True)
    ]
    return "\n".join(["| # | P | what comes | tests |", "|---|---|---|---|", *rows]) + "\n"
