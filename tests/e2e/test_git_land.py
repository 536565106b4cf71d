# SPDX-License-Identifier: Apache-2.0
"""Commits that land on branches of real servers and in working directories,
whoever else pushes meanwhile."""

import os
import pathlib
import signal
import subprocess
import time

import pytest

from bed.driver import driver, driver_path, dying, mortal
from bed.gitservers import (PASSWORD, USER, SshGit, Wire, https_git,
                            repositories, ssh_git)

__all__ = ["driver", "driver_path", "dying", "https_git", "mortal",
           "repositories", "ssh_git"]

IMAGES = "# images\nweb: web:1.0 # keep\napi: 'api:1.0'\n"
PUSHERS = 20


@pytest.fixture
def config(repositories):
    repo = repositories.make("land")
    repo.commit({"images.yaml": IMAGES, "sub/run.sh": "#!/bin/sh\n",
                 "sub/deep/a.txt": "a\n"})
    (repo.path / "sub/run.sh").chmod(0o755)
    (repo.path / "link").symlink_to("images.yaml")
    repo.commit(message="modes")
    repo.push()
    return repo


@pytest.fixture
def https(driver, https_git):
    driver.env |= {"GITOPS_GIT_CA_FILE": str(https_git.ca),
                   "GITOPS_GIT_USERNAME": USER, "GITOPS_GIT_TOKEN": PASSWORD}
    driver.hide(PASSWORD)
    return driver


@pytest.fixture
def ssh(driver, ssh_git):
    use_ssh(driver, ssh_git)
    return driver


def use_ssh(driver, server):
    directory = driver.home / ".ssh"
    directory.mkdir(mode=0o700, exist_ok=True)
    key = directory / "id_ed25519"
    key.write_bytes(pathlib.Path(server.key).read_bytes())
    key.chmod(0o600)
    (directory / "known_hosts").write_text(server.host_key())


def place(request, kind, config):
    """(driver, URL) of a repository behind a server of that kind."""
    if kind == "file":
        return request.getfixturevalue("driver"), f"file://{config.bare}"
    if kind == "path":
        return request.getfixturevalue("driver"), str(config.bare)
    server = request.getfixturevalue(f"{kind}_git")
    driver = request.getfixturevalue(kind)
    url = (server.url(config, "private") if kind == "https"
           else server.url(config))
    return driver, url


def tip(config, branch="main"):
    return config.git("--git-dir", str(config.bare), "rev-parse", branch)


def show(config, what):
    return subprocess.run(["git", "--git-dir", config.bare, "show", what],
                          check=True, capture_output=True).stdout.decode()


def hook(config, name, text):
    path = config.bare / "hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o755)


EVERYWHERE = pytest.mark.parametrize("kind", ["file", "path", "https", "ssh"])
SERVERS = pytest.mark.parametrize("kind", ["https", "ssh"])


# ---- one commit ----


@EVERYWHERE
def test_edit_lands(request, kind, config):
    run, url = place(request, kind, config)
    before = tip(config)
    result = run("set", url, "-", "images.yaml", "/web", "web:1.1", "signoff")
    oid, branch, tries, pushed = result.out.split()
    assert (branch, tries, pushed) == ("main", "1", "pushed")
    assert tip(config) == oid
    assert show(config, "main:images.yaml") == \
        IMAGES.replace("web:1.0", "web:1.1")
    assert show(config, f"main^{{commit}}").count("diff --git") == 1
    text = config.git("--git-dir", str(config.bare), "cat-file", "commit",
                      "main")
    assert f"parent {before}\n" in text
    assert "author Ann <ann@example.com> " in text
    assert "committer Bot <bot@example.com> " in text
    assert text.endswith("release: move an image\n\nGitops-Image: web:1.1\n"
                         "Signed-off-by: Bot <bot@example.com>")
    config.git("--git-dir", str(config.bare), "fsck", "--strict")
    # Modes and links are as they were.
    for line in ("100755 blob", "120000 blob"):
        assert line in config.git("--git-dir", str(config.bare), "ls-tree",
                                  "-r", "main")


@EVERYWHERE
def test_nothing_to_do_is_no_commit(request, kind, config):
    run, url = place(request, kind, config)
    before = tip(config)
    assert run("set", url, "-", "images.yaml", "/web",
               "web:1.0").out == "nothing\n"
    assert tip(config) == before


@EVERYWHERE
def test_another_branch(request, kind, config):
    run, url = place(request, kind, config)
    config.git("push", "-q", "origin", "main:prod")
    before = tip(config)
    out = run("set", url, "prod", "images.yaml", "/api", "api:2").out
    assert out.split()[:2] == [tip(config, "prod"), "prod"]
    assert tip(config) == before
    assert show(config, "prod:images.yaml") == IMAGES.replace("api:1.0",
                                                              "api:2")


@EVERYWHERE
def test_restoring_a_directory_is_exact(request, kind, config):
    run, url = place(request, kind, config)
    then = tip(config)
    config.git("rm", "-rq", "sub/deep")
    config.commit({"sub/new.txt": "n\n", "images.yaml": "web: later\n"})
    (config.path / "sub/run.sh").chmod(0o644)
    config.commit(message="later")
    config.push()
    run("restore", url, "-", "sub", then)
    here = config.git("--git-dir", str(config.bare), "rev-parse", "main:sub")
    assert here == config.git("rev-parse", f"{then}:sub")
    assert show(config, "main:images.yaml") == "web: later\n"
    assert run("restore", url, "-", "sub", then).out == "nothing\n"


def test_tag_is_no_branch(https, https_git, config):
    config.git("tag", "v1")
    config.push()
    result = https("set", https_git.url(config, "private"), "v1",
                   "images.yaml", "/web", "x", expect=2)
    assert "v1" in result.err


# ---- races ----


def land_until_done(driver, home, url, key, log):
    """As cron would: again, where a rerun is likely to succeed."""
    env = driver.environment({"HOME": str(home)})
    script = ('while :; do "$@"; s=$?; [ $s = 4 ] || exit $s; done')
    return subprocess.Popen(
        ["sh", "-c", script, "sh", str(driver.path), "set", url, "main",
         "images.yaml", f"/i{key}", f"i:{key + 100}"],
        env=env, stdout=log, stderr=log, cwd=driver.home)


@pytest.mark.parametrize("kind", ["file", "https", "ssh"])
def test_all_of_many_pushers_land(request, kind, config, tmp_path):
    run, url = place(request, kind, config)
    config.commit({"images.yaml": "".join(f"i{n}: i:1\n"
                                          for n in range(PUSHERS))})
    config.push()
    before = tip(config)
    running = []
    for n in range(PUSHERS):
        home = tmp_path / f"home{n}"
        home.mkdir()
        if kind == "ssh":
            (home / ".ssh").symlink_to(run.home / ".ssh")
        log = open(tmp_path / f"log{n}", "wb")
        running.append(land_until_done(run, home, url, n, log))
    for n, process in enumerate(running):
        assert process.wait(timeout=300) == 0, \
            (tmp_path / f"log{n}").read_text()
    assert show(config, "main:images.yaml") == \
        "".join(f"i{n}: i:{n + 100}\n" for n in range(PUSHERS))
    log = config.git("--git-dir", str(config.bare), "rev-list", "--parents",
                     f"{before}..main").splitlines()
    assert len(log) == PUSHERS
    assert all(len(line.split()) == 2 for line in log)
    config.git("--git-dir", str(config.bare), "fsck", "--strict")


def test_pushers_of_one_machine(https, https_git, config, tmp_path):
    """They share a cache, and wait for each other."""
    n = 6
    config.commit({"images.yaml": "".join(f"i{i}: i:1\n" for i in range(n))})
    config.push()
    url = https_git.url(config, "private")
    running = [land_until_done(https, https.home, url, i,
                               open(tmp_path / f"log{i}", "wb"))
               for i in range(n)]
    for i, process in enumerate(running):
        assert process.wait(timeout=300) == 0, \
            (tmp_path / f"log{i}").read_text()
    assert show(config, "main:images.yaml") == \
        "".join(f"i{i}: i:{i + 100}\n" for i in range(n))


@SERVERS
def test_row_77_outrun_makes_the_edit_anew(request, kind, config):
    """Another push comes in between, right before ours is judged."""
    run, url = place(request, kind, config)
    other = config.commit({"other.txt": "1\n"})
    config.git("push", "-q", "origin", f"{other}:refs/heads/other")
    hook(config, "pre-receive",
         f"rm $0\nunset GIT_QUARANTINE_PATH\n"
         f"git update-ref refs/heads/main {other}\n")
    out = run("set", url, "main", "images.yaml", "/web", "web:7").out.split()
    assert out[2] == "2"
    assert show(config, "main:other.txt") == "1\n"
    assert "web:7" in show(config, "main:images.yaml")
    assert config.git("--git-dir", str(config.bare), "rev-parse",
                      "main~1") == other


@SERVERS
def test_row_77_outrun_each_time_is_temporary(request, kind, config):
    run, url = place(request, kind, config)
    hook(config, "pre-receive", """unset GIT_QUARANTINE_PATH
new=$(git -c user.name=x -c user.email=x commit-tree -p main -m other \
    'main^{tree}')
git update-ref refs/heads/main $new
""")
    result = run("set", url, "main", "images.yaml", "/web", "web:7", expect=4)
    assert "was moved by others each of 5 times" in result.err
    assert "hint: run again" in result.err
    assert "web:7" not in show(config, "main:images.yaml")


@EVERYWHERE
def test_pushing_compares_what_is_there(request, kind, config):
    run, url = place(request, kind, config)
    first, second = tip(config, "main~1"), tip(config)
    push = ("push", url, "topic")
    assert run(*push, first, "-").out == "pushed\n"
    # It is there by now; it is not what was expected.
    assert run(*push, second, "-").out == "outrun\n"
    assert run(*push, second, second).out in ("outrun\n", "pushed\n")
    assert tip(config, "topic") in (first, second)
    config.git("push", "-q", "-f", "origin", f"{first}:topic")
    assert run(*push, second, first).out == "pushed\n"
    assert tip(config, "topic") == second
    # Never back.
    assert run(*push, first, second).out == "outrun\n"
    assert tip(config, "topic") == second
    # Away, where it is what was expected; and away it stays.
    assert run(*push, "-", first).out == "outrun\n"
    assert tip(config, "topic") == second
    assert run(*push, "-", second).out == "pushed\n"
    assert config.git("--git-dir", str(config.bare), "branch", "--list",
                      "topic") == ""
    assert run(*push, "-", second).out in ("outrun\n", "pushed\n")
    for name in ("-x", "a..b", "a b"):
        result = run("push", url, name, first, "-", expect=2)
        assert f"'{name}' is no name for a branch" in result.err


@EVERYWHERE
def test_branch_of_a_pull_request(request, kind, config):
    run, url = place(request, kind, config)
    head = "head=release/web"
    set_web = ("set", url, "main", "images.yaml", "/web")
    main = tip(config)
    first = run(*set_web, "web:2", head).out.split()[0]
    assert tip(config, "release/web") == first
    assert tip(config) == main
    # The same again is the same commit; another value follows on it.
    assert run(*set_web, "web:2", head).out.split()[0] == first
    second = run(*set_web, "web:3", head).out.split()[0]
    assert tip(config, "release/web") == second != first
    assert tip(config, "release/web~1") == first
    assert tip(config, "release/web~2") == main
    # It follows the branch that it is for, and differs from it by the edit.
    later = config.commit({"other.txt": "1\n"})
    config.git("push", "-q", "origin", "main")
    third = run(*set_web, "web:3", head).out.split()[0]
    assert tip(config, "release/web") == third
    assert tip(config, "release/web^1") == second
    assert tip(config, "release/web^2") == later
    assert config.git("--git-dir", str(config.bare), "diff", "--name-only",
                      later, third).split() == ["images.yaml"]
    assert run(*set_web, "web:3", head).out.split()[0] == third
    # Once it was merged, it begins anew.
    config.git("--git-dir", str(config.bare), "update-ref", "refs/heads/main",
               third)
    run(*set_web, "web:5", head)
    assert tip(config, "release/web^@") == third
    # Somebody else works on it.
    config.git("fetch", "-q", "origin")
    config.git("checkout", "-q", "origin/release/web")
    theirs = config.commit({"fix.txt": "1\n"}, message="a fix")
    config.git("push", "-q", "origin", "HEAD:release/web")
    result = run(*set_web, "web:4", head, expect=2)
    assert "branch 'release/web' has a commit of Ada <ada@example.com>: " \
        f"{theirs[:7]} a fix" in result.err
    assert tip(config, "release/web") == theirs


# ---- what the server says ----


@SERVERS
def test_row_80_hook_that_refuses(request, kind, config):
    run, url = place(request, kind, config)
    hook(config, "pre-receive", "printf 'no \\033[31mreleases\\n' >&2\n"
         "echo 'on Fridays' >&2\nexit 1\n")
    result = run("set", url, "main", "images.yaml", "/web", "web:7", expect=2)
    assert "a hook of the server refuses the commit" in result.err
    assert "on Fridays" in result.err
    assert "\033" not in result.err


@SERVERS
def test_row_80_protected_branch(request, kind, config):
    """In the words of GitLab's and Gitea's hooks."""
    run, url = place(request, kind, config)
    hook(config, "update", "echo 'You are not allowed to push code to "
         "protected branches on this project.' >&2\nexit 1\n")
    result = run("set", url, "main", "images.yaml", "/web", "web:7", expect=2)
    assert "branch 'main' is protected" in result.err
    assert "hint: push to another branch, and open a pull request" in \
        result.err


def test_no_permission_over_https(https, https_git, config):
    """/public takes no pushes without a user."""
    https.env["GITOPS_GIT_TOKEN"] = None
    result = https("set", https_git.url(config), "main", "images.yaml",
                   "/web", "web:7", expect=2)
    assert "the server does not let us push" in result.err


def test_no_permission_over_ssh(ssh, ssh_git, config):
    """As of a key that may only read."""
    keys = ssh_git.dir / "authorized_keys"
    was = keys.read_text()
    keys.write_text('command="case $SSH_ORIGINAL_COMMAND in *receive-pack*) '
                    'echo ERROR: Permission to a/b denied to ci. >&2; exit 1;;'
                    f' esac; sh -c \\"$SSH_ORIGINAL_COMMAND\\"" {was}')
    try:
        result = ssh("set", ssh_git.url(config), "main", "images.yaml",
                     "/web", "web:7", expect=2)
    finally:
        keys.write_text(was)
    assert "Permission to a/b denied to ci" in result.err


@pytest.mark.parametrize("kind", ["file", "path"])
def test_hooks_of_a_path_are_not_passed_by(request, kind, config):
    run, url = place(request, kind, config)
    before = tip(config)
    hook(config, "post-receive", "exit 0\n")
    result = run("set", url, "-", "images.yaml", "/web", "web:7", expect=2)
    assert "its hook 'post-receive' would not be run" in result.err
    assert tip(config) == before


# ---- connections that die ----


@SERVERS
def test_row_79_push_that_was_taken_is_recognised(request, kind, config):
    """The server dies when it has moved the branch, before it says so."""
    run, url = place(request, kind, config)
    hook(config, "post-receive", "kill -9 $PPID\n")
    out = run("set", url, "main", "images.yaml", "/web", "web:7").out.split()
    assert out[0] == tip(config) and out[3] == "pushed"


@SERVERS
def test_push_that_was_lost_is_temporary(request, kind, config):
    run, url = place(request, kind, config)
    before = tip(config)
    hook(config, "pre-receive", "kill -9 $PPID\nexit 1\n")
    result = run("set", url, "main", "images.yaml", "/web", "web:7", expect=4)
    assert "push to" in result.err
    assert tip(config) == before


def test_wire_that_is_cut_anywhere(ssh, ssh_git, config):
    """One commit in the end, wherever the wire was cut."""
    value = 0
    for after in (0, 500, 2000, 3000, 3500, 4000, 4500, 5000, 6000):
        value += 1
        with Wire(ssh_git.port, after) as wire:
            url = ssh_git.url(config).replace(f":{ssh_git.port}",
                                              f":{wire.port}")
            (ssh.home / ".ssh/known_hosts").write_text(
                ssh_git.host_key().replace(str(ssh_git.port),
                                           str(wire.port)))
            ssh("set", url, "main", "images.yaml", "/web", f"web:{value}",
                expect=(0, 2, 4))
        (ssh.home / ".ssh/known_hosts").write_text(ssh_git.host_key())
        ssh("set", ssh_git.url(config), "main", "images.yaml", "/web",
            f"web:{value}")
        log = config.git("--git-dir", str(config.bare), "log",
                         "--format=%(trailers:key=Gitops-Image,valueonly)",
                         "main").split()
        assert log == [f"web:{n}" for n in range(value, 0, -1)]


@EVERYWHERE
def test_killed_at_any_time_ends_in_one_commit(request, kind, config):
    run, url = place(request, kind, config)
    for n, seconds in enumerate((0.01, 0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.5)):
        args = ("set", url, "main", "images.yaml", "/web", f"web:{n}")
        process = run.start(*args, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        process.wait()
        run(*args)
        log = config.git("--git-dir", str(config.bare), "log",
                         "--format=%(trailers:key=Gitops-Image,valueonly)",
                         "main").split()
        assert log == [f"web:{m}" for m in range(n, -1, -1)]


# ---- working directories ----


@pytest.fixture
def clone(tmp_path, config):
    path = tmp_path / "clone"
    config.git("clone", "-q", str(config.bare), str(path))

    def git(*args, check=True):
        done = subprocess.run(
            ["git", "-C", path, *args], capture_output=True, text=True,
            env=os.environ | {"HOME": str(tmp_path),
                              "GIT_CONFIG_NOSYSTEM": "1"})
        assert not check or done.returncode == 0, done.stderr
        return done.stdout.strip()

    git.path = path
    return git


def test_working_directory_follows(driver, config, clone):
    # What is not edited may be as dirty as it likes.
    (clone.path / "sub/run.sh").write_text("#!/bin/sh\nexit 1\n")
    (clone.path / "new.txt").write_text("new\n")
    clone("add", "new.txt")
    (clone.path / "images.yaml").chmod(0o640)
    before = tip(config)
    out = driver("set", clone.path / "sub", "-", "images.yaml", "/web",
                 "web:1.1").out
    oid, branch, _, pushed = out.split()
    assert (branch, pushed) == ("main", "here")
    assert clone("rev-parse", "HEAD") == oid
    assert clone("symbolic-ref", "HEAD") == "refs/heads/main"
    assert clone("status", "--porcelain").splitlines() == [
        "A  new.txt", " M sub/run.sh"]
    assert clone("diff-files", "--name-only") == "sub/run.sh"
    assert (clone.path / "images.yaml").read_text() == \
        IMAGES.replace("web:1.0", "web:1.1")
    assert (clone.path / "images.yaml").stat().st_mode & 0o777 == 0o640
    for ref in ("HEAD", "main"):
        assert "commit: release: move an image" in \
            clone("reflog", "show", "-1", ref)
    assert tip(config) == before


def test_restoring_changes_the_files(driver, config, clone):
    then = clone("rev-parse", "HEAD")
    clone("rm", "-rq", "sub", "link")
    (clone.path / "sub").write_text("a file now\n")
    (clone.path / "more/deep").mkdir(parents=True)
    (clone.path / "more/deep/x").write_text("x\n")
    clone("add", "-A")
    clone("-c", "user.name=x", "-c", "user.email=x", "commit", "-qm", "later")
    driver("restore", clone.path, "-", "sub", then)
    driver("restore", clone.path, "-", "link", then)
    driver("restore", clone.path, "-", "more", then)
    assert clone("status", "--porcelain") == ""
    assert clone("rev-parse", "HEAD^{tree}") == \
        clone("rev-parse", f"{then}^{{tree}}")
    assert os.access(clone.path / "sub/run.sh", os.X_OK)
    assert (clone.path / "link").is_symlink()
    assert not (clone.path / "more").exists()


@pytest.mark.parametrize("dirty", ["file", "index", "deleted", "mode",
                                   "conflict"])
def test_uncommitted_changes_are_refused(driver, config, clone, dirty):
    path = clone.path / "images.yaml"
    if dirty == "deleted":
        path.unlink()
    elif dirty == "mode":
        path.chmod(0o755)
    else:
        path.write_text("web: mine\n")
    if dirty in ("index", "conflict"):
        clone("add", "images.yaml")
    if dirty == "conflict":
        clone("-c", "user.name=x", "-c", "user.email=x", "commit", "-qm", "1")
        clone("checkout", "-q", "-b", "b", "HEAD~1")
        path.write_text("web: theirs\n")
        clone("-c", "user.name=x", "-c", "user.email=x", "commit", "-qam",
              "2")
        clone("-c", "user.name=x", "-c", "user.email=x", "merge", "main",
              check=False)
    before, head = clone("status", "--porcelain"), clone("rev-parse", "HEAD")
    text = path.read_text() if path.exists() else None
    result = driver("set", clone.path, "-", "images.yaml", "/web", "web:1.1",
                    expect=2)
    if dirty == "conflict":
        assert "a merge, rebase or the like is under way" in result.err
    else:
        assert "images.yaml: has uncommitted changes" in result.err
    assert clone("status", "--porcelain") == before
    assert clone("rev-parse", "HEAD") == head
    assert (path.read_text() if path.exists() else None) == text


def test_untracked_file_in_the_way(driver, config, clone):
    then = clone("rev-parse", "HEAD")
    clone("rm", "-q", "sub/deep/a.txt")
    clone("-c", "user.name=x", "-c", "user.email=x", "commit", "-qm", "later")
    (clone.path / "sub/deep").mkdir()
    (clone.path / "sub/deep/a.txt").write_text("mine\n")
    result = driver("restore", clone.path, "-", "sub", then, expect=2)
    assert "sub/deep/a.txt: has uncommitted changes" in result.err
    assert (clone.path / "sub/deep/a.txt").read_text() == "mine\n"


def test_file_behind_a_link_is_refused(driver, clone, tmp_path):
    then = clone("rev-parse", "HEAD")
    clone("rm", "-rq", "sub")
    clone("-c", "user.name=x", "-c", "user.email=x", "commit", "-qm", "later")
    (tmp_path / "outside").mkdir()
    (clone.path / "sub").symlink_to(tmp_path / "outside")
    result = driver("restore", clone.path, "-", "sub", then, expect=2)
    assert "sub/run.sh: 'sub' is no directory" in result.err
    assert not list((tmp_path / "outside").iterdir())
    # What is to be deleted is not deleted there, either.
    (clone.path / "sub").unlink()
    clone("reset", "-q", "--hard", then)
    clone("rm", "-rq", "--cached", "sub")
    clone("-c", "user.name=x", "-c", "user.email=x", "commit", "-qm", "gone")
    gone = clone("rev-parse", "HEAD")
    clone("reset", "-q", "--hard", then)
    (clone.path / "sub").rename(tmp_path / "sub")
    (clone.path / "sub").symlink_to(tmp_path / "sub")
    driver("restore", clone.path, "-", "sub", gone)
    assert (tmp_path / "sub/run.sh").exists()


def test_detached_head_is_refused(driver, clone):
    clone("checkout", "-q", "--detach")
    result = driver("set", clone.path, "-", "images.yaml", "/web", "web:1.1",
                    expect=2)
    assert "HEAD is detached" in result.err
    assert "hint: check out a branch: git switch BRANCH" in result.err


def test_lock_of_git_is_temporary(driver, clone):
    (clone.path / ".git/index.lock").write_text("")
    result = driver("set", clone.path, "-", "images.yaml", "/web", "web:1.1",
                    expect=4)
    assert ".git/index.lock is held" in result.err
    assert "hint: another git works here" in result.err
    assert (clone.path / "images.yaml").read_text() == IMAGES
    (clone.path / ".git/index.lock").unlink()
    driver("set", clone.path, "-", "images.yaml", "/web", "web:1.1")
    assert clone("status", "--porcelain") == ""


def test_file_system_without_executables(driver, clone):
    clone("config", "core.fileMode", "false")
    then = clone("rev-parse", "HEAD")
    (clone.path / "sub/run.sh").write_text("#!/bin/sh\nexit 1\n")
    clone("-c", "user.name=x", "-c", "user.email=x", "commit", "-qam", "1")
    for path in (clone.path / "sub/run.sh", clone.path / "sub/deep/a.txt"):
        path.chmod(0o644)
    driver("restore", clone.path, "-", "sub", then)
    assert clone("status", "--porcelain") == ""
    assert clone("rev-parse", "HEAD:sub") == clone("rev-parse", f"{then}:sub")


def test_clone_without_an_index(driver, clone):
    """As git clone --no-checkout leaves one: every file is missing."""
    (clone.path / ".git/index").unlink()
    result = driver("set", clone.path, "-", "images.yaml", "/web", "web:1.1",
                    expect=2)
    assert "images.yaml: has uncommitted changes" in result.err
    assert not (clone.path / ".git/index").exists()
    assert not (clone.path / ".git/index.lock").exists()


def test_line_ends_of_the_working_directory(driver, clone):
    clone("config", "core.autocrlf", "true")
    clone("rm", "-q", "--cached", "-r", ".")
    clone("reset", "-q", "--hard")
    assert b"\r\n" in (clone.path / "images.yaml").read_bytes()
    driver("set", clone.path, "-", "images.yaml", "/web", "web:1.1")
    assert (clone.path / "images.yaml").read_bytes() == \
        IMAGES.replace("web:1.0", "web:1.1").replace("\n", "\r\n").encode()
    assert clone("status", "--porcelain") == ""
    assert "\r" not in clone("cat-file", "blob", "HEAD:images.yaml")


def test_linked_worktree(driver, clone, tmp_path):
    clone("worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    before = clone("rev-parse", "HEAD")
    oid = driver("set", tmp_path / "side", "-", "images.yaml", "/web",
                 "web:1.1").out.split()[0]
    assert clone("rev-parse", "side") == oid
    assert clone("rev-parse", "HEAD") == before
    assert clone("-C", str(tmp_path / "side"), "status", "--porcelain") == ""


def killed_at_every_step(mortal, args, check, locks):
    """args(n) is the n-th run: killed at its n-th step, then run again."""
    n = 1
    while True:
        killed = mortal(n, *args(n))
        # git itself would ask for the same.
        for lock in locks.rglob("*.lock"):
            lock.unlink()
        mortal.program(*args(n))
        check(n)
        if not killed:
            return n
        n += 1


def test_killed_at_every_step_here(mortal, clone):
    (clone.path / "images.yaml").chmod(0o600)

    def check(n):
        assert clone("status", "--porcelain") == ""
        assert clone("log", "--format=%(trailers:key=Gitops-Image,valueonly)"
                     ).split() == [f"web:{m}" for m in range(n, 0, -1)]

    steps = killed_at_every_step(
        mortal, lambda n: ("set", clone.path, "-", "images.yaml", "/web",
                           f"web:{n}"), check, clone.path / ".git")
    assert steps > 10
    assert (clone.path / "images.yaml").stat().st_mode & 0o777 == 0o600


def test_restoring_killed_at_every_step(mortal, clone):
    """Back and forth between two states that share next to nothing."""
    then = clone("rev-parse", "HEAD")
    clone("rm", "-rq", "sub", "link")
    (clone.path / "sub").write_text("a file now\n")
    (clone.path / "link/deep").mkdir(parents=True)
    (clone.path / "link/deep/x").write_text("x\n")
    clone("add", "-A")
    clone("-c", "user.name=x", "-c", "user.email=x", "commit", "-qm", "later")
    states = [then, clone("rev-parse", "HEAD")]
    before = int(clone("rev-list", "--count", "HEAD"))

    def check(n):
        assert clone("status", "--porcelain") == ""
        assert clone("rev-parse", "HEAD^{tree}") == \
            clone("rev-parse", f"{states[(n - 1) % 2]}^{{tree}}")
        assert int(clone("rev-list", "--count", "HEAD")) == before + n

    assert killed_at_every_step(
        mortal, lambda n: ("restore", clone.path, "-", "",
                           states[(n - 1) % 2]), check,
        clone.path / ".git") > 15


@pytest.mark.parametrize("kind", ["path", "https"])
def test_killed_at_every_step_elsewhere(request, kind, config, mortal):
    url = str(config.bare)
    if kind == "https":
        server = request.getfixturevalue("https_git")
        url = server.url(config, "private")
        mortal.program.env |= {"GITOPS_GIT_CA_FILE": str(server.ca),
                               "GITOPS_GIT_USERNAME": USER,
                               "GITOPS_GIT_TOKEN": PASSWORD}

    def check(n):
        log = config.git("--git-dir", str(config.bare), "log",
                         "--format=%(trailers:key=Gitops-Image,valueonly)",
                         "main").split()
        assert log == [f"web:{m}" for m in range(n, 0, -1)]

    assert killed_at_every_step(
        mortal, lambda n: ("set", url, "main", "images.yaml", "/web",
                           f"web:{n}"), check, config.bare) > 5


@pytest.mark.parametrize("kind", ["path", "https", "ssh"])
def test_pushing_from_a_clone(request, kind, config, clone):
    run, url = place(request, kind, config)
    clone("remote", "set-url", "origin", url)
    out = run("set", clone.path, "-", "images.yaml", "/web", "web:1.1",
              "push").out.split()
    assert out[0] == tip(config) == clone("rev-parse", "HEAD")
    assert out[3] == "pushed"
    assert clone("status", "-sb") == "## main...origin/main"
    assert clone("for-each-ref", "refs/gitops") == ""
    config.git("--git-dir", str(config.bare), "fsck", "--strict")
    # Somebody else is ahead of us: nothing is committed here.
    config.git("fetch", "-q", "origin")
    config.git("reset", "-q", "--hard", "origin/main")
    config.commit({"other.txt": "1\n"})
    config.git("push", "-q", "origin", "main")
    result = run("set", clone.path, "-", "images.yaml", "/web", "web:1.2",
                 "push", expect=2)
    assert "the upstream of 'main' has commits that are not here" in result.err
    assert clone("rev-parse", "HEAD") == out[0]
    assert clone("status", "--porcelain") == ""


# ---- who, and signed by whom ----


def test_nobody_to_commit_as(driver, config):
    for name in ("GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"):
        driver.env[name] = None
    result = driver("set", config.bare, "-", "images.yaml", "/web", "x",
                    expect=2)
    assert "who commits is not known: no name" in result.err
    assert "user.name and user.email" in result.err
    (driver.home / ".gitconfig").write_text(
        "[user]\n\tname = Cfg\n\temail = cfg@example.com\n")
    driver("set", config.bare, "-", "images.yaml", "/web", "x",
           env={"GIT_AUTHOR_DATE": "2026-01-31T12:00:00Z",
                "GIT_COMMITTER_DATE": "@1769860800 +0130"})
    text = config.git("--git-dir", str(config.bare), "cat-file", "commit",
                      "main")
    assert "author Ann <ann@example.com> 1769860800 +0000\n" in text
    assert "committer Cfg <cfg@example.com> 1769860800 +0130\n" in text


def make_gpg_key(home, name="Bot <bot@example.com>", expire="never"):
    home.mkdir(mode=0o700)
    env = {"PATH": os.environ["PATH"], "GNUPGHOME": str(home)}
    subprocess.run(["gpg", "--batch", "--quiet", "--passphrase", "",
                    "--quick-gen-key", name, "ed25519", "sign", expire],
                   check=True, env=env, capture_output=True)
    return env


def test_signed_with_gpg(driver, config, tmp_path_factory):
    home = tmp_path_factory.mktemp("g") / "h"
    env = make_gpg_key(home)
    try:
        driver("set", config.bare, "-", "images.yaml", "/web", "x", "sign",
               env={"GNUPGHOME": str(home)})
        done = subprocess.run(["git", "--git-dir", config.bare,
                               "verify-commit", "--raw", "main"], env=env,
                              capture_output=True, text=True)
        assert "GOODSIG" in done.stderr, done.stderr
        (driver.home / ".gitconfig").write_text(
            "[commit]\n\tgpgSign = yes\n[user]\n\tsigningKey = nobody\n")
        before = tip(config)
        result = driver("set", config.bare, "-", "images.yaml", "/web", "y",
                        env={"GNUPGHOME": str(home)}, expect=2)
        assert "sign the commit: gpg: " in result.err
        assert tip(config) == before
    finally:
        subprocess.run(["gpgconf", "--kill", "all"], env=env, check=False)


def test_signed_with_ssh(driver, config, tmp_path):
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key],
                   check=True)
    (driver.home / ".gitconfig").write_text(
        "[commit]\n\tgpgSign = yes\n[gpg]\n\tformat = ssh\n"
        f"[user]\n\tsigningKey = {key}\n")
    driver("set", config.bare, "-", "images.yaml", "/web", "x")
    allowed = tmp_path / "allowed"
    allowed.write_text(f"bot@example.com {key.with_suffix('.pub').read_text()}")
    done = subprocess.run(
        ["git", "--git-dir", config.bare, "-c",
         f"gpg.ssh.allowedSignersFile={allowed}", "verify-commit", "main"],
        capture_output=True, text=True)
    assert done.returncode == 0 and "Good \"git\" signature" in done.stderr
    # The same key, named as it is and kept by an agent.
    agent = subprocess.run(["ssh-agent", "-c", "-a", tmp_path / "agent"],
                           check=True, capture_output=True, text=True).stdout
    pid = int(agent.split("SSH_AGENT_PID ")[1].split(";")[0])
    try:
        env = {"SSH_AUTH_SOCK": str(tmp_path / "agent")}
        subprocess.run(["ssh-add", "-q", key], check=True,
                       env=os.environ | env)
        public = key.with_suffix(".pub").read_text().strip()
        (driver.home / ".gitconfig").write_text(
            f'[gpg]\n\tformat = ssh\n[user]\n\tsigningKey = "key::{public}"\n')
        driver("set", config.bare, "-", "images.yaml", "/web", "agent",
               "sign", env=env)
    finally:
        os.kill(pid, signal.SIGTERM)
    assert "gpgsig -----BEGIN SSH" in config.git(
        "--git-dir", str(config.bare), "cat-file", "commit", "main")
    # A key with a passphrase, and nobody to ask.
    sealed = tmp_path / "sealed"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-f",
                    sealed], check=True)
    (driver.home / ".gitconfig").write_text(
        f"[gpg]\n\tformat = ssh\n[user]\n\tsigningKey = {sealed}\n")
    result = driver("set", config.bare, "-", "images.yaml", "/web", "y",
                    "sign", expect=2)
    assert "sign the commit: ssh-keygen: " in result.err
    assert "hint: unlock the key" in result.err
