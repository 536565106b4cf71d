# SPDX-License-Identifier: Apache-2.0
"""A directory as a cluster: the demo, CI without Kubernetes, and repositories
of rendered manifests."""

import os
import pathlib
import signal
import subprocess
import time

import pytest

from bed import objects


@pytest.fixture
def where(tmp_path):
    return tmp_path / "cluster"


@pytest.fixture
def on(where):
    return ["--cluster", f"dir:{where}"]


def files(where):
    return sorted(p for p in where.rglob("*")
                  if p.is_file() and not p.name.startswith("."))


def find(where, name):
    found = [p for p in files(where) if name in p.name]
    assert len(found) == 1, found
    return found[0]


def test_sync_writes_one_file_an_object(gitops, repo, where, on, prefix):
    repo.commit(objects.system(prefix))
    gitops("diff", "--path", "deploy", *on, repo, expect=1)
    gitops("sync", "--path", "deploy", *on, repo)
    # And the record.
    assert len(files(where)) == len(objects.paths(prefix)) + 1
    gitops("diff", "--path", "deploy", *on, repo)


def test_second_sync_touches_no_file(gitops, repo, where, on, prefix):
    repo.commit(objects.system(prefix))
    gitops("sync", "--path", "deploy", *on, repo)
    before = {p: (p.stat().st_mtime_ns, p.stat().st_ino)
              for p in files(where)}
    gitops("sync", "--path", "deploy", *on, repo)
    assert before == {p: (p.stat().st_mtime_ns, p.stat().st_ino)
                      for p in files(where)}


def test_an_edit_by_hand_is_shown_and_repaired(gitops, repo, where, on):
    repo.commit({"a.yaml": objects.config_map("a", {"x": "right"}),
                 "b.yaml": objects.config_map("b", {"x": "1"})})
    gitops("sync", *on, repo)
    path = find(where, "a.")
    path.write_text(path.read_text().replace("right", "wrong"))
    shown = gitops("diff", *on, repo, expect=1)
    assert "-  x: wrong" in shown.out and "+  x: right" in shown.out
    assert "ConfigMap default/b" not in shown.out
    gitops("sync", *on, repo)
    assert "wrong" not in path.read_text()
    gitops("diff", *on, repo)


def test_secrets_are_masked_in_a_diff_of_files(gitops, repo, where, on):
    for value in ("CANARY-one", "CANARY-two"):
        repo.commit({"s.yaml": f"""
            apiVersion: v1
            kind: Secret
            metadata: {{name: s}}
            stringData: {{password: {value}}}
            """})
        for form in ([], ["-o", "json"]):
            gitops("diff", *form, *on, repo, expect=1)
        gitops("sync", *on, repo)
    # Whoever may not read the Secret may not read its file.
    assert find(where, "s.").stat().st_mode & 0o077 == 0


def test_a_file_that_is_no_manifest_is_an_error_with_its_name(
        gitops, repo, where, on):
    repo.commit({"a.yaml": objects.config_map("a", {"x": "1"})})
    gitops("sync", *on, repo)
    path = find(where, "a.")
    path.write_text("a: [\n")
    result = gitops("diff", *on, repo, expect=2)
    assert path.name in result.err


def test_row_134_two_runs_at_once(gitops, repo, where, on):
    """One writes, the other says so and exits with 4, or waits its turn."""
    repo.commit({f"{i}.yaml": objects.config_map(f"a{i}", {"x": "1"})
                 for i in range(300)})
    runs = [gitops.start("sync", *on, repo, stdout=subprocess.DEVNULL,
                         stderr=subprocess.PIPE, text=True)
            for _ in range(4)]
    ends = [(run.communicate()[1], run.returncode) for run in runs]
    assert {status for _, status in ends} <= {0, 4}
    assert 0 in {status for _, status in ends}
    assert all("lock" in err or "another" in err
               for err, status in ends if status == 4)
    gitops("diff", *on, repo)


def test_row_139_killed_at_any_time_it_leaves_whole_files(gitops, repo, where,
                                                          on):
    text = {f"k{i}": "v" * 200 for i in range(50)}
    repo.commit({f"{i}.yaml": objects.config_map(f"a{i}", text)
                 for i in range(100)})
    for pause in (0.02, 0.04, 0.08, 0.12, 0.2):
        run = gitops.start("sync", *on, repo, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
        time.sleep(pause)
        run.send_signal(signal.SIGKILL)
        run.wait()
        for path in files(where) if where.exists() else []:
            # One that is on its way has no name yet that anybody reads.
            if (path.suffix == ".yaml" and
                    not path.name.startswith("configmap_gitops-")):
                assert path.read_text().count("k49") == 1, path
    gitops("sync", *on, repo)
    gitops("diff", *on, repo)
    left = [p for p in where.rglob("*") if "tmp" in p.name]
    assert not left


def test_links_in_the_cluster_are_not_followed(gitops, repo, where, on,
                                               tmp_path):
    """Somebody else may write there, too."""
    repo.commit({"a.yaml": objects.config_map("a", {"x": "1"})})
    gitops("sync", *on, repo)
    victim = tmp_path / "victim"
    victim.write_text("precious\n")
    path = find(where, "a.")
    path.unlink()
    path.symlink_to(victim)
    gitops("sync", *on, repo, expect=(0, 2, 3))
    assert victim.read_text() == "precious\n"

    parent = pathlib.Path(os.path.dirname(path))
    if parent != where:
        outside = tmp_path / "outside"
        parent.rename(outside)
        parent.symlink_to(outside)
        before = sorted(os.listdir(outside))
        gitops("sync", *on, repo, expect=(0, 2, 3))
        assert sorted(os.listdir(outside)) == before


def test_a_directory_that_cannot_be_written(gitops, repo, tmp_path):
    repo.commit({"a.yaml": objects.config_map("a", {"x": "1"})})
    (tmp_path / "file").write_text("x")
    result = gitops("sync", "--cluster", f"dir:{tmp_path}/file", repo,
                    expect=2)
    assert f"{tmp_path}/file" in result.err


def test_uncommitted_files_may_be_tried(gitops, repo, where, on, tmp_path):
    bare = tmp_path / "no-repository"
    bare.mkdir()
    (bare / "a.yaml").write_text(objects.config_map("a", {"x": "1"}))
    gitops("sync", "--worktree", *on, bare)
    assert find(where, "a.")
