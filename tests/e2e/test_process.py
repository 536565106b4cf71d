# SPDX-License-Identifier: Apache-2.0
"""The process: its streams, its terminal and its end."""

import os
import pty
import re
import signal
import subprocess

import pytest

from bed import objects

COLOR = re.compile(rb"\033\[[0-9]+m")


@pytest.fixture
def made(repo):
    repo.commit({"a.yaml": objects.config_map("a", {"x": "1"})})
    return repo


@pytest.fixture
def on(tmp_path):
    return ["--cluster", f"dir:{tmp_path / 'cluster'}"]


def on_terminal(gitops, *args, env=None, stderr=False):
    """What reaches a terminal that is stdout, or stderr, alone."""
    main, side = pty.openpty()
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    streams["stderr" if stderr else "stdout"] = side
    process = gitops.start(*args, env={"TERM": "xterm", **(env or {})},
                           **streams)
    os.close(side)
    seen = b""
    while True:
        try:
            part = os.read(main, 65536)
        except OSError:
            break
        if not part:
            break
        seen += part
    other = process.communicate()
    os.close(main)
    return process.returncode, seen, (other[0] or b"") + (other[1] or b"")


def test_a_terminal_gets_colour_and_a_pipe_none(gitops, made, on):
    status, seen, other = on_terminal(gitops, "diff", *on, made)
    assert status == 1
    assert COLOR.search(seen)
    assert not other
    assert "\033" not in gitops("diff", *on, made, expect=1).out


@pytest.mark.parametrize("env", [{"TERM": "dumb"}, {"TERM": None},
                                 {"NO_COLOR": "1"}])
def test_some_terminals_get_no_colour(gitops, made, on, env):
    assert not COLOR.search(on_terminal(gitops, "diff", *on, made,
                                        env=env)[1])


def test_an_empty_no_color_says_nothing(gitops, made, on):
    assert COLOR.search(on_terminal(gitops, "diff", *on, made,
                                    env={"NO_COLOR": ""})[1])


def test_color_can_be_asked_for_and_refused(gitops, made, on):
    assert "\033[32m" in gitops("diff", "--color=always", *on, made,
                                env={"NO_COLOR": "1"}, expect=1).out
    assert not COLOR.search(on_terminal(gitops, "diff", "--color=never", *on,
                                        made)[1])


def test_errors_have_colour_of_their_own(gitops, made, on):
    status, seen, other = on_terminal(gitops, "diff", "--rev", "none", *on,
                                      made, stderr=True)
    assert status == 2
    assert COLOR.search(seen)
    assert not other


def test_a_quick_run_shows_no_progress(gitops, made, on):
    status, seen, other = on_terminal(gitops, "sync", *on, made, stderr=True)
    assert status == 0
    assert seen == b""
    assert other


def test_row_123_a_full_disk_is_an_error(gitops, made):
    with open("/dev/full", "wb") as full:
        result = gitops("render", made, stdout=full, expect=2)
    assert result.err == ("gitops: render: write to standard output: "
                          "No space left on device\n")


def test_a_full_disk_does_not_stop_a_sync(gitops, made, on):
    with open("/dev/full", "wb") as full:
        gitops("sync", *on, made, stdout=full, expect=2)
    gitops("diff", *on, made)


def closed(gitops, stream, *args):
    """Run it with a stream that is closed."""
    return subprocess.run(
        ["/bin/sh", "-c", f'exec "$@" {stream}', "sh", str(gitops.path),
         *map(str, args)],
        env=gitops.environment(None), capture_output=True, check=False)


def test_row_123_a_closed_stdout_is_an_error(gitops, made):
    done = closed(gitops, ">&-", "render", made)
    assert done.returncode == 2
    assert b"standard output" in done.stderr


def test_no_file_takes_the_place_of_a_closed_stream(gitops, made, on):
    done = closed(gitops, "<&- >&- 2>&-", "sync", *on, made)
    assert done.returncode == 2
    gitops("diff", *on, made)


def test_row_121_a_reader_that_leaves_ends_it_without_a_word(gitops, made):
    process = gitops.start("render", made, stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE)
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == -signal.SIGPIPE


def test_it_needs_no_environment(gitops, made, on):
    done = subprocess.run([str(gitops.path), "sync", *on, str(made)],
                          env={}, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("lang", ["tr_TR.UTF-8", "C", "nonsense"])
def test_row_128_the_locale_changes_nothing(gitops, made, on, lang):
    env = {"LANG": lang, "LC_ALL": lang}
    assert gitops("diff", *on, made, env=env, expect=1).out == \
        gitops("diff", *on, made, expect=1).out
