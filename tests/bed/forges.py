# SPDX-License-Identifier: Apache-2.0
"""Fakes of forges that cannot be had: each request is checked against rules
drawn from the forge's published API description, and answered in its form.

GitHub             rest-api-description, api.github.com.2022-11-28, and the
                   GraphQL mutation enablePullRequestAutoMerge
GitLab             doc/api/openapi/openapi_v3.yaml of 19.5
Bitbucket Cloud    dac-static.atlassian.com/cloud/bitbucket/swagger.v3.json,
                   as of June 2026
Bitbucket Server   dac-static.atlassian.com/server/bitbucket/9.2.swagger.v3.json
"""

import http.server
import json
import re
import threading
import urllib.parse

TOKEN = "CANARY-forge-token"
SHA = "0123456789abcdef0123456789abcdef01234567"

PULL = {"title": str, "body": str, "head": str, "base": str, "draft": bool}
BUILD = {"state": ("INPROGRESS", "SUCCESSFUL", "FAILED"), "key": str,
         "name": str, "description": str, "url": str}
REVIEWERS = {"reviewers": list}

# Method, path, query, fields that must be there, and others that may be:
# "name": type, or the values there are.
RULES = {
    "github": [
        ("GET", "/repos/o/r", "", {}, {}),
        ("GET", "/repos/o/r/pulls", "state base head per_page page", {}, {}),
        ("POST", "/repos/o/r/pulls", "", {"title": str, "head": str,
                                          "base": str}, PULL),
        ("PATCH", "/repos/o/r/pulls/N", "", {},
         {"title": str, "body": str, "state": ("open", "closed")}),
        ("GET", "/repos/o/r/pulls/N", "", {}, {}),
        ("POST", "/repos/o/r/issues/N/labels", "", {"labels": list}, {}),
        ("POST", "/repos/o/r/pulls/N/requested_reviewers", "", {},
         {"reviewers": list, "team_reviewers": list}),
        ("POST", "/graphql", "", {"query": str, "variables": dict}, {}),
        ("GET", "/repos/o/r/issues/N/comments", "per_page page", {}, {}),
        ("POST", "/repos/o/r/issues/N/comments", "", {"body": str}, {}),
        ("PATCH", "/repos/o/r/issues/comments/N", "", {"body": str}, {}),
        ("DELETE", "/repos/o/r/issues/comments/N", "", {}, {}),
        ("POST", "/repos/o/r/statuses/" + SHA, "",
         {"state": ("error", "failure", "pending", "success")},
         {"context": str, "description": str, "target_url": str}),
    ],
    "gitlab": [
        ("GET", "/projects/o%2Fr/merge_requests",
         "state source_branch target_branch per_page", {}, {}),
        ("POST", "/projects/o%2Fr/merge_requests", "",
         {"title": str, "source_branch": str, "target_branch": str},
         {"description": str, "labels": str, "remove_source_branch": bool}),
        ("GET", "/projects/o%2Fr/merge_requests/N", "", {}, {}),
        ("PUT", "/projects/o%2Fr/merge_requests/N", "", {},
         {"title": str, "description": str, "state_event": ("close",),
          "reviewer_ids": list}),
        ("PUT", "/projects/o%2Fr/merge_requests/N/merge", "", {},
         {"auto_merge": bool, "merge_when_pipeline_succeeds": bool,
          "sha": str, "squash_commit_message": str}),
        ("GET", "/users", "username", {}, {}),
        ("GET", "/projects/o%2Fr/merge_requests/N/notes",
         "sort per_page page", {}, {}),
        ("POST", "/projects/o%2Fr/merge_requests/N/notes", "", {"body": str},
         {}),
        ("PUT", "/projects/o%2Fr/merge_requests/N/notes/N", "",
         {"body": str}, {}),
        ("DELETE", "/projects/o%2Fr/merge_requests/N/notes/N", "", {}, {}),
        ("POST", "/projects/o%2Fr/statuses/" + SHA, "",
         {"state": ("pending", "running", "success", "failed", "canceled")},
         {"name": str, "description": str, "target_url": str}),
    ],
    "bitbucket": [
        ("GET", "/repositories/o/r/pullrequests", "pagelen fields q sort", {}, {}),
        ("POST", "/repositories/o/r/pullrequests", "",
         {"title": str, "source": dict},
         {"description": str, "destination": dict, "draft": bool,
          "close_source_branch": bool, **REVIEWERS}),
        ("PUT", "/repositories/o/r/pullrequests/N", "", {},
         {"title": str, "description": str, **REVIEWERS}),
        ("GET", "/repositories/o/r/pullrequests/N", "", {}, {}),
        ("POST", "/repositories/o/r/pullrequests/N/decline", "", {}, {}),
        ("GET", "/repositories/o/r/pullrequests/N/comments", "pagelen page",
         {}, {}),
        ("POST", "/repositories/o/r/pullrequests/N/comments", "",
         {"content": dict}, {}),
        ("PUT", "/repositories/o/r/pullrequests/N/comments/N", "",
         {"content": dict}, {}),
        ("DELETE", "/repositories/o/r/pullrequests/N/comments/N", "", {}, {}),
        ("POST", f"/repositories/o/r/commit/{SHA}/statuses/build", "",
         {"key": str, "state": str, "url": str}, BUILD),
    ],
    "bitbucket-server": [
        ("GET", "/projects/o/repos/r/pull-requests",
         "state direction limit at order", {}, {}),
        ("POST", "/projects/o/repos/r/pull-requests", "",
         {"title": str, "fromRef": dict, "toRef": dict},
         {"description": str, "draft": bool, **REVIEWERS}),
        ("PUT", "/projects/o/repos/r/pull-requests/N", "",
         {"version": int, **REVIEWERS}, {"title": str, "description": str}),
        ("GET", "/projects/o/repos/r/pull-requests/N", "", {}, {}),
        ("POST", "/projects/o/repos/r/pull-requests/N/decline", "version",
         {"version": int}, {}),
        ("POST", "/projects/o/repos/r/pull-requests/N/merge", "version",
         {"version": int, "autoMerge": bool}, {}),
        ("GET", "/projects/o/repos/r/pull-requests/N/activities",
         "limit start", {}, {}),
        ("POST", "/projects/o/repos/r/pull-requests/N/comments", "",
         {"text": str}, {}),
        ("PUT", "/projects/o/repos/r/pull-requests/N/comments/N", "",
         {"text": str, "version": int}, {}),
        ("DELETE", "/projects/o/repos/r/pull-requests/N/comments/N",
         "version", {}, {}),
        ("POST", "/rest/build-status/1.0/commits/" + SHA, "",
         {"key": str, "state": str, "url": str}, BUILD),
    ],
}

PREFIX = {"github": "/api/v3", "gitlab": "/api/v4", "bitbucket": "/2.0",
          "bitbucket-server": "/rest/api/latest"}


def fits(value, wanted):
    if isinstance(wanted, tuple):
        return value in wanted
    return isinstance(value, wanted) and not (
        wanted is int and isinstance(value, bool))


class Forge:
    """One fake.  `faults` are faults of what was asked; `answers` are given,
    in turn, in place of its own: (method, part of the path) to (status,
    headers, body)."""

    def __init__(self, kind):
        self.kind = kind
        self.asked, self.faults, self.answers = [], [], []
        self.pulls, self.closed, self.notes = [], [], []
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0),
                                                      self.handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.remote = f"{self.url}/o/r.git"
        threading.Thread(target=self.server.serve_forever,
                         daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def handler(forge):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args):
                pass

            def answer(self):
                n = int(self.headers.get("Content-Length") or 0)
                text = self.rfile.read(n)
                status, headers, body = forge.take(
                    self.command, self.path, self.headers, text)
                out = (b"" if body is None else body.encode()
                       if isinstance(body, str) else
                       json.dumps(body).encode())
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(out)))
                self.end_headers()
                self.wfile.write(out)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer
        return Handler

    # ---- what is asked ----

    def take(self, method, target, headers, text):
        path, _, query = target.partition("?")
        body = json.loads(text) if text else {}
        self.asked.append((method, path, body))
        self.check(method, path, query, headers, body)
        for i, (what, part, answer) in enumerate(self.answers):
            if what == method and part in path:
                del self.answers[i]
                return answer
        return self.own(method, path, query, body)

    def check(self, method, path, query, headers, body):
        if headers.get("Authorization") != f"Bearer {TOKEN}":
            self.faults.append(f"{path}: who is it?")
        if body and headers.get("Content-Type") != "application/json":
            self.faults.append(f"{path}: not JSON")
        if self.kind == "github" and (
                headers.get("X-GitHub-Api-Version") != "2022-11-28" or
                not headers.get("User-Agent")):
            self.faults.append(f"{path}: headers of GitHub")
        below = re.sub(r"/\d+(?=/|$)", "/N",
                       path.removeprefix(PREFIX[self.kind]))
        if path == "/api/graphql":
            below = "/graphql"
        for rule in RULES[self.kind]:
            if rule[:2] == (method, below):
                break
        else:
            self.faults.append(f"{method} {path}: there is no such operation")
            return
        _, _, allowed, needed, more = rule
        for name, _ in urllib.parse.parse_qsl(query, keep_blank_values=True):
            if name not in allowed.split():
                self.faults.append(f"{method} {path}: parameter {name}")
        for name in needed:
            if name not in body:
                self.faults.append(f"{method} {path}: {name} is missing")
        for name, value in body.items():
            wanted = {**needed, **more}.get(name)
            if wanted is None or not fits(value, wanted):
                self.faults.append(f"{method} {path}: {name}: {value!r}")

    # ---- what is answered ----

    def decline(self):
        """What a person can do, or we."""
        self.closed = self.pulls[:] + self.closed
        self.pulls.clear()

    def own(self, method, path, query, body):
        numbers = [int(n) for n in re.findall(r"/(\d+)(?=/|$)", path)]
        if "statuses" in path or "build-status" in path:
            return 201, {}, {}
        if re.search(r"/(comments|notes|activities)(/|$)", path):
            return self.talk(method, path, numbers, body)
        if path.endswith(("/o/r", "/graphql", "/labels", "/merge",
                          "/requested_reviewers", "/decline")):
            if path.endswith("/decline"):
                self.decline()
            return 200, {}, {"data": {}}
        if path.endswith("/users"):
            return 200, {}, [{"id": 77}]
        return self.pull(method, query, numbers, body)

    def pull(self, method, query, numbers, body):
        if method == "GET":
            closed = "=closed" in query or "DECLINED" in query
            if numbers:
                return 200, {}, self.look()
            return 200, {}, self.listed(self.closed if closed else self.pulls)
        if method == "POST":
            self.pulls.append(self.made(body))
        elif "closed" in body.values() or "close" in body.values():
            self.decline()
        else:
            self.pulls[0].update(body)
        return 200, {}, self.pulls[0] if self.pulls else {}

    def look(self):
        """GitLab's pipeline is there from the second look on."""
        now = dict(self.pulls[0])
        if self.kind == "gitlab":
            self.pulls[0]["head_pipeline"] = {"id": 1}
        return now

    def listed(self, values):
        if self.kind in ("github", "gitlab"):
            return values
        return {"values": values, "isLastPage": True}

    def made(self, body):
        page = f"{self.url}/pulls/5"
        same = {"id": 1, "full_name": "o/r"}
        if self.kind == "github":
            return {**body, "number": 5, "html_url": page, "node_id": "N_5",
                    "head": {"ref": body["head"], "sha": SHA, "repo": same},
                    "base": {"ref": body["base"], "repo": same}}
        if self.kind == "gitlab":
            return {**body, "iid": 5, "web_url": page, "sha": SHA,
                    "source_project_id": 1, "target_project_id": 1}
        if self.kind == "bitbucket":
            return {**body, "id": 5, "links": {"html": {"href": page}},
                    "source": {**body["source"], "repository": same,
                               "commit": {"hash": SHA[:12]}},
                    "destination": {**body["destination"],
                                    "repository": same}}
        return {**body, "id": 5, "version": 3,
                "links": {"self": [{"href": page}]},
                "fromRef": {**body["fromRef"], "latestCommit": SHA,
                            "repository": same},
                "toRef": {**body["toRef"], "repository": same}}

    def talk(self, method, path, numbers, body):
        text = (body.get("body") or body.get("text") or
                body.get("content", {}).get("raw"))
        if method == "GET":
            return 200, {}, self.listed([self.note(*one)
                                         for one in self.notes])
        if method == "POST":
            self.notes.append([len(self.notes) + 100, text])
        for one in list(self.notes):
            if one[0] == numbers[-1] and method == "DELETE":
                self.notes.remove(one)
            elif one[0] == numbers[-1]:
                one[1] = text
        return (204, {}, None) if method == "DELETE" else (200, {}, {})

    def note(self, number, text):
        if self.kind == "bitbucket":
            return {"id": number, "content": {"raw": text}, "deleted": False}
        if self.kind == "bitbucket-server":
            return {"action": "COMMENTED",
                    "comment": {"id": number, "version": 2, "text": text}}
        return {"id": number, "body": text}
