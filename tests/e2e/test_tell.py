# SPDX-License-Identifier: Apache-2.0
"""What a run leaves for others to read: files and messages."""

import json
import os
import stat

import pytest

from bed import exposition, objects

BAD = {"a.yaml": "kind: ConfigMap\nmetadata: {name: a\n"}


@pytest.fixture
def on(tmp_path):
    return ["--cluster", f"dir:{tmp_path / 'cluster'}"]


def config_map(**data):
    return {"a.yaml": objects.config_map("a", data)}


def without_time(document):
    return {**document, "run": {**document["run"], "milliseconds": 0}}


# ---- --report ----

@pytest.mark.parametrize("command,status", [("diff", 1), ("sync", 0),
                                            ("status", 0)])
def test_the_report_is_what_json_prints(gitops, repo, on, tmp_path, command,
                                        status):
    repo.commit(config_map(x="1"))
    file = tmp_path / "report.json"
    result = gitops(command, "-o", "json", "--report", file, *on, repo,
                    expect=status)
    assert file.read_text() == result.out
    assert stat.S_IMODE(file.stat().st_mode) == 0o644


def test_the_report_is_the_same_beside_text(gitops, repo, on, tmp_path):
    repo.commit(config_map(x="1"))
    file = tmp_path / "report.json"
    result = gitops("diff", "--report", file, *on, repo, expect=1)
    assert "+++ " in result.out
    asked = gitops("diff", "-o", "json", *on, repo, expect=1).json
    told = json.loads(file.read_text())
    assert told["objects"][0]["after"]["data"] == {"x": "1"}
    asked["run"]["started"] = told["run"]["started"]
    assert without_time(told) == without_time(asked)


def test_a_quiet_run_reports(gitops, repo, on, tmp_path):
    repo.commit(config_map(x="1"))
    file = tmp_path / "report.json"
    result = gitops("sync", "-q", "--report", file, *on, repo)
    assert result.out == result.err == ""
    assert json.loads(file.read_text())["summary"]["created"] == 1


def test_a_failure_is_reported(gitops, repo, on, tmp_path):
    repo.commit(BAD)
    file = tmp_path / "report.json"
    gitops("sync", "--report", file, *on, repo, expect=2)
    told = json.loads(file.read_text())
    assert told["exitStatus"] == 2
    assert "a.yaml" in told["errors"][0]["message"]
    assert told["apps"] == [{"name": gitops.env["GITOPS_APP"]}]


def test_a_contradiction_of_options_is_reported(gitops, repo, on, tmp_path):
    file = tmp_path / "report.json"
    gitops("sync", "--worktree", "--rollback-on-failure", "--report", file,
           *on, repo, expect=2)
    assert json.loads(file.read_text())["errors"][0]["status"] == "usage"


def test_a_report_that_cannot_be_written_hides_nothing(gitops, repo, on,
                                                       tmp_path):
    repo.commit(config_map(x="1"))
    result = gitops("sync", "--report", tmp_path / "no" / "report.json", *on,
                    repo, expect=2)
    assert "1 created" in result.out
    assert "--report: write" in result.err
    repo.commit(BAD)
    result = gitops("sync", "--report", tmp_path / "no" / "report.json", *on,
                    repo, expect=2)
    assert result.err.index("a.yaml") < result.err.index("--report: write")


def test_a_device_is_not_replaced(gitops, repo, on, tmp_path):
    repo.commit(config_map(x="1"))
    link = tmp_path / "link"
    link.symlink_to("/dev/null")
    result = gitops("sync", "--report", link, *on, repo, expect=2)
    assert "is no regular file" in result.err
    assert os.readlink(link) == "/dev/null"


FLEET = """
apiVersion: gitops/v1
apps:
- {name: web, path: web}
- {name: db, path: db}
clusters:
- {name: east, context: first}
- {name: west, context: second, apps: [web]}
"""


@pytest.fixture
def fleet(gitops, repo):
    del gitops.env["GITOPS_APP"]
    repo.commit({"gitops.yaml": FLEET,
                 "web/a.yaml": objects.config_map("a", {"x": "1"}),
                 "db/b.yaml": objects.config_map("b", {"x": "1"})})


@pytest.mark.parametrize("options", [[], ["-q"], ["-o", "json"]])
def test_a_fleet_reports_each_cluster(gitops, fleet, repo, on, tmp_path,
                                      options):
    file = tmp_path / "report.json"
    result = gitops("sync", *options, "--report", file, *on, repo)
    told = json.loads(file.read_text())
    assert [one["name"] for one in told["clusters"]] == ["east", "west"]
    reports = [one["report"] for one in told["clusters"]]
    assert [one["summary"]["created"] for one in reports] == [2, 1]
    assert [one["apps"] for one in reports] == [
        [{"name": "web"}, {"name": "db"}], [{"name": "web"}]]
    assert "\0" not in result.out
    if options == ["-o", "json"]:
        assert file.read_text() == result.out
    else:
        assert ("cluster east" in result.out) == (options == [])


# ---- --metrics ----

def metrics(path):
    return exposition.read(path.read_text())


def sample(path, name, **labels):
    return metrics(path)[name][tuple(sorted(labels.items()))]


def test_metrics_of_a_sync(gitops, repo, on, tmp_path):
    commit = repo.commit(config_map(x="1"))
    file = tmp_path / "gitops.prom"
    # A name that has to be escaped.
    on = ["--cluster", f"dir:{tmp_path}/\"a\\b\""]
    gitops("sync", "-q", "--metrics", file, *on, repo)
    labels = {"app": gitops.env["GITOPS_APP"], "cluster": on[1][4:]}
    assert sample(file, "gitops_sync_success", **labels) == 1
    assert sample(file, "gitops_objects", outcome="created", **labels) == 1
    assert sample(file, "gitops_revision_info", revision=commit, **labels) == 1
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert list(tmp_path.glob("gitops.prom*")) == [file]

    success = sample(file, "gitops_sync_last_success_timestamp_seconds",
                     **labels)
    for rev, status in (("nowhere", 2), ("main", 2)):
        repo.commit(BAD)
        gitops("sync", "--rev", rev, "--metrics", file, *on, repo,
               expect=status)
        assert metrics(file)["gitops_sync_success"] == {
            tuple(sorted(labels.items())): 0}
        assert sample(file, "gitops_sync_exit_status", **labels) == status
        assert sample(file, "gitops_sync_last_success_timestamp_seconds",
                      **labels) == success


def test_metrics_of_a_run_that_failed_before_anything(gitops, tmp_path):
    file = tmp_path / "gitops.prom"
    gitops("sync", "--metrics", file, tmp_path / "nothing", expect=2)
    assert sample(file, "gitops_sync_success", app="", cluster="") == 0


def test_metrics_of_a_fleet(gitops, fleet, repo, on, tmp_path):
    file = tmp_path / "gitops.prom"
    gitops("sync", "--metrics", file, *on, repo)
    assert len(metrics(file)["gitops_sync_success"]) == 3
    assert sample(file, "gitops_objects", outcome="created", app="web",
                  cluster="west") == 1


def test_metrics_and_report_fail_each_for_itself(gitops, repo, on, tmp_path):
    repo.commit(config_map(x="1"))
    report = tmp_path / "report.json"
    result = gitops("sync", "--metrics", tmp_path / "no" / "x.prom",
                    "--report", report, *on, repo, expect=2)
    assert "--metrics: write" in result.err
    assert json.loads(report.read_text())["exitStatus"] == 0
