# SPDX-License-Identifier: Apache-2.0
"""What a run leaves for others to read: files and messages."""

import hashlib
import hmac
import http.server
import json
import os
import re
import stat
import threading

import pytest

from bed import exposition, objects
from bed.driver import named

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


# ---- while it runs, and at its end ----

def test_in_ci_a_slow_run_has_a_line_for_each_stage(kube, repo, ns):
    repo.commit({"a.yaml": objects.deployment(ns)})
    result = kube("sync", "--wait", "3s", repo, env={"CI": "true"}, expect=5)
    assert f"gitops: sync: waiting for Deployment {ns}/web; healthy 0 of 1\n" \
        in result.err
    assert "\r" not in result.err
    assert re.search(r"^1 created: .* in \d+s$", result.out, re.M)


def test_a_log_of_no_ci_has_none(kube, repo, ns):
    repo.commit({"a.yaml": objects.deployment(ns)})
    result = kube("sync", "--wait", "3s", repo, expect=5)
    assert "waiting" not in result.err


# ---- notifications ----

KEY = "CANARY-key-of-the-hook"


class Receiver:
    """A webhook on this machine: what it got, and what it answers."""

    def __init__(self, status=200, hangs=False):
        self.got = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append((self.path, self.headers, body))
                if hangs:
                    outer.released.wait()
                    return
                self.send_response(status)
                if status // 100 == 3:
                    self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *args):
                pass

        self.released = threading.Event()
        self.server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever,
                         daemon=True).start()
        # Of which the path is the password.
        self.url = (f"http://127.0.0.1:{self.server.server_port}"
                    "/hooks/CANARY-T0/B0/x")

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()

    @property
    def documents(self):
        return [json.loads(body) for _, _, body in self.got]


def test_a_program_is_told_and_can_check_it(gitops, repo, on):
    commit = repo.commit(config_map(x="1"), message="the first")
    with Receiver() as hook:
        result = gitops("sync", "-vv", *on, repo, env={
            "GITOPS_NOTIFY_URL": hook.url, "GITOPS_NOTIFY_SECRET": KEY,
            "LOGNAME": "ann", "BUILD_URL": "https://ci/7"})
    assert "warning" not in result.err and "POST ***" in result.err
    [(path, headers, body)] = hook.got
    assert path == "/hooks/CANARY-T0/B0/x"
    assert headers["Content-Type"] == "application/json"
    assert headers["X-Gitops-Signature-256"] == "sha256=" + hmac.new(
        KEY.encode(), body, hashlib.sha256).hexdigest()
    [told] = hook.documents
    assert told["kind"] == "Notification" and told["result"] == "changed"
    assert told["revision"]["commit"] == commit
    assert told["apps"] == [{"name": gitops.env["GITOPS_APP"]}]
    assert told["summary"]["created"] == 1 and told["failures"] == []
    assert told["run"]["who"].startswith("ann@")
    assert told["run"]["job"] == "https://ci/7"
    assert told["id"] and told["sentAt"].endswith("Z")


def test_without_a_key_nothing_is_signed(gitops, repo, on):
    repo.commit(config_map(x="1"))
    with Receiver() as hook:
        gitops("sync", *on, repo, env={"GITOPS_NOTIFY_URL": hook.url})
    assert hook.got[0][1]["X-Gitops-Signature-256"] is None


@pytest.mark.parametrize("when,told", [
    ("change", "CFDF"), ("failure", "FF"), ("always", "CUFDUF"),
    ("never", "")])
def test_when_it_is_told(gitops, repo, on, when, told):
    words = {"changed": "C", "different": "D", "unchanged": "U",
             "failed": "F"}
    with Receiver() as hook:
        env = {"GITOPS_NOTIFY_URL": hook.url, "GITOPS_NOTIFY": when}
        repo.commit(config_map(x="1"))
        gitops("sync", *on, repo, env=env)
        gitops("sync", *on, repo, env=env)
        repo.commit(BAD)
        gitops("sync", *on, repo, env=env, expect=2)
        repo.commit(config_map(x="2"))
        gitops("diff", *on, repo, env=env, expect=1)
        gitops("diff", "--fail-on=drift", *on, repo, env=env)
        repo.commit(BAD)
        gitops("diff", *on, repo, env=env, expect=2)
    assert "".join(words[one["result"]] for one in hook.documents) == told


def test_a_diff_tells_nobody_unless_it_is_asked_to(gitops, repo, on):
    repo.commit(config_map(x="1"))
    with Receiver() as hook:
        env = {"GITOPS_SLACK_URL": hook.url, "GITOPS_NOTIFY_URL": hook.url}
        gitops("diff", *on, repo, env=env, expect=1)
        gitops("diff", "--exit-zero", "--notify=change", *on, repo, env=env)
    assert len(hook.got) == 2


def test_drift_is_told_with_who_has_made_it(kube, control, repo, ns):
    """And what is pending is not where drift was asked for."""
    repo.commit({"a.yaml": objects.config_map("a", {"k": "v"}, ns),
                 "b.yaml": objects.config_map("b", {"k": "v"}, ns)})
    kube("sync", repo)
    repo.commit({"b.yaml": objects.config_map("b", {"k": "w"}, ns)}, "two")
    diff = ["diff", "-q", "--notify=change", "--fail-on"]
    with Receiver() as hook, Receiver() as chat:
        env = {"GITOPS_NOTIFY_URL": hook.url, "GITOPS_SLACK_URL": chat.url}
        kube(*diff, "drift", repo, env=env)
        assert not hook.got and not chat.got
        control.api.merge(f"{objects.config_maps(ns)}/a",
                          {"data": {"k": "CANARY-x"}}, "alice")
        for _ in range(2):
            kube(*diff, "drift", repo, env=env, expect=1)
        kube(*diff, "any", repo, env=env, expect=1)
    drift, again, both = hook.documents
    assert drift["result"] == "different" and drift["exitStatus"] == 1
    [one] = drift["differences"]
    assert one["object"] == f"ConfigMap {ns}/a"
    [field] = one["fields"]
    assert field["path"] == ".data.k" and field["pending"] is None
    assert field["drift"]["manager"] == "alice" and field["drift"]["time"]
    assert again["digest"] == drift["digest"] != both["digest"]
    assert again["id"] != drift["id"]
    text, _, whole = [one["text"] for one in chat.documents]
    assert text.startswith(":warning: *gitops diff found drift* on ")
    assert f"\n• change ConfigMap {ns}/a\n" \
        "    drift: .data.k, by alice (Update) 20" in text
    assert "pending" not in text and f"{ns}/b" not in text
    assert " Ada: two\n" in whole
    for _, _, body in hook.got + chat.got:
        assert b"CANARY" not in body


def test_a_fleet_tells_of_the_clusters_that_differ(gitops, fleet, repo,
                                                   tmp_path):
    on = ["--cluster", f"dir:{tmp_path / 'cluster'}"]
    gitops("sync", *on, repo)
    repo.commit({"db/b.yaml": objects.config_map("b", {"x": "2"})})
    with Receiver() as hook:
        gitops("diff", "--notify=change", *on, repo, expect=1,
               env={"GITOPS_NOTIFY_URL": hook.url})
    assert [one["cluster"] for one in hook.documents] == ["east"]


def test_a_chat_is_told(gitops, repo, on):
    repo.commit(config_map(x="1"), message="<!channel> & <http://x|y>")
    with Receiver() as hook:
        env = {"GITOPS_SLACK_URL": hook.url}
        gitops("sync", *on, repo, env=env)
        repo.commit(BAD)
        gitops("sync", *on, repo, env=env, expect=2)
    done, failed = [one["text"] for one in hook.documents]
    assert done.startswith(":white_check_mark: *gitops sync done* on ")
    assert '"&lt;!channel&gt; &amp; &lt;http://x|y&gt;" by Ada' in done
    assert "\n1 created\n" in done and "\nrun by " in done
    assert failed.startswith(":x: *gitops sync failed*")
    assert "\n• " in failed and "a.yaml:" in failed


def test_a_release_is_told_of_once(gitops, repo):
    named(gitops)
    repo.commit({"pod.yaml": """
        apiVersion: v1
        kind: Pod
        metadata: {name: web, namespace: x}
        spec: {containers: [{name: web, image: "acme/web:1"}]}
        """})
    release = ["release", "--image", "acme/web:2"]
    with Receiver() as hook, Receiver() as chat:
        env = {"GITOPS_NOTIFY_URL": hook.url, "GITOPS_SLACK_URL": chat.url}
        gitops(*release, "--dry-run", repo, env=env)
        gitops(*release, repo, env=env)
        gitops(*release, repo, env=env)
        gitops("release", "--image", "acme/none:2", repo, env=env, expect=2)
    done, failed = hook.documents
    assert (done["result"], failed["result"]) == ("changed", "failed")
    assert done["release"]["commit"] == repo.git("rev-parse", "HEAD")
    assert "\n• acme/web 1 -&gt; 2\n" in chat.documents[0]["text"]


def test_secrets_are_not_told(gitops, repo, on):
    repo.commit({"s.yaml": f"""
        apiVersion: v1
        kind: Secret
        metadata: {{name: s, namespace: x}}
        stringData: {{key: {objects.SECRET}}}
        """}, message=f"the key is {objects.SECRET}")
    with Receiver() as hook:
        gitops("sync", *on, repo, env={"GITOPS_SLACK_URL": hook.url,
                                       "GITOPS_NOTIFY_URL": hook.url})
    assert len(hook.got) == 2
    for _, _, body in hook.got:
        assert b"the key is ***" in body
        gitops.look_for_secrets(body.decode(), "in a notification")


def test_a_fleet_tells_of_each_cluster(gitops, fleet, repo, on):
    with Receiver() as hook, Receiver() as chat:
        gitops("sync", *on, repo, env={"GITOPS_NOTIFY_URL": hook.url,
                                       "GITOPS_SLACK_URL": chat.url})
    assert sorted(one["cluster"] for one in hook.documents) == \
        ["east", "west"]
    [text] = [one["text"] for one in chat.documents]
    assert "on east: web, db\n" in text and "on west: web\n" in text


@pytest.mark.parametrize("receiver,word", [
    ({"status": 500}, "answered 500"),
    ({"status": 403}, "answered 403"),
    ({"status": 302}, "no redirect is followed"),
    ({"hangs": True}, "time")])
def test_nothing_comes_of_a_bad_receiver(gitops, repo, on, receiver, word):
    repo.commit(config_map(x="1"))
    with Receiver(**receiver) as hook:
        result = gitops("sync", *on, repo, timeout=60,
                        env={"GITOPS_NOTIFY_URL": hook.url})
    assert "warning: no notification: GITOPS_NOTIFY_URL: " in result.err
    assert word in result.err and "1 created" in result.out
    assert all(path != "/elsewhere" for path, _, _ in hook.got)


@pytest.mark.parametrize("url,word", [
    ("http://example.com/hooks/CANARY-T0", "http to example.com is not safe"),
    ("file:///etc/passwd", "not a URL"),
    ("CANARY nonsense", "blank or control character"),
    ("http://127.0.0.1:1/hooks/CANARY-T0", "")])
def test_a_bad_url_is_a_warning(gitops, repo, on, url, word):
    repo.commit(config_map(x="1"))
    result = gitops("sync", *on, repo, env={"GITOPS_SLACK_URL": url})
    assert "warning: no notification: GITOPS_SLACK_URL: " in result.err
    assert word in result.err


def test_it_is_told_when_the_time_is_over(gitops, repo, on):
    """The time of the run is not that of the notification."""
    repo.commit(config_map(x="1"))
    with Receiver() as hook:
        with Receiver(hangs=True) as server:
            gitops("sync", "--timeout", "1s", *on,
                   server.url.replace("/hooks", "/git/hooks"), expect=(2, 4),
                   env={"GITOPS_NOTIFY_URL": hook.url})
    assert hook.documents[0]["result"] == "failed"
