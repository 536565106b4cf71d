/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORGE_INSIDE_H
#define FORGE_INSIDE_H

/* For the room forge alone: a driver a kind, and what they are made with. */

#include <jansson.h>

#include "forge/forge.h"
#include "http/http.h"

enum forge_kind {
	FORGE_GITHUB,
	FORGE_GITLAB,
	FORGE_BITBUCKET,
	FORGE_BITBUCKET_SERVER,
	FORGE_GITEA,
	FORGE_KINDS, /* how many */
};

/* A comment of a pull request. */
struct forge_note {
	int64_t id;
	int64_t version; /* of Bitbucket Server */
	const char *body;
};

struct forge_notes {
	struct forge_note *v;
	size_t n;
	size_t room;
};

/* What a kind does in a way of its own. */
struct forge_driver {
	const char *name;  /* "GitHub" */
	const char *pulls; /* path below the repository's: "/pulls" */
	const char *draft; /* put before a title it makes a draft of it; NULL:
			      there is a field for it */
	bool plain;        /* its Markdown knows no HTML */
	bool rearms;       /* auto-merge is asked for again of new commits */
	size_t text_most;  /* bytes */
	/* As the forge describes one. */
	void (*pull_of)(const json_t *value, struct forge_pull *out);
	/* The open one or, where `declined`, the newest that was closed without
	 * being merged; NULL in `*out` where there is none. */
	int (*find)(struct forge *forge, const char *head, const char *base,
		    bool declined, const json_t **out, struct err *err);
	/* What is posted for a new one. */
	json_t *(*fields)(struct forge *forge,
			  const struct forge_pull_args *args);
	int (*edit)(struct forge *forge, const struct forge_pull *pull,
		    const struct forge_pull_args *args, struct err *err);
	/* What is asked for after it was made. */
	void (*adorn)(struct forge *forge, const struct forge_pull *pull,
		      const struct forge_pull_args *args);
	/* Have it merge itself.  NULL: its API has nothing for that. */
	int (*auto_merge)(struct forge *forge, const struct forge_pull *pull,
			  const struct forge_pull_args *args, struct err *err);
	int (*close)(struct forge *forge, const struct forge_pull *pull,
		     struct err *err);
	int (*notes)(struct forge *forge, int64_t pull, struct forge_notes *out,
		     struct err *err);
	/* `was` NULL: a new one; `body` NULL: none any more. */
	int (*say)(struct forge *forge, int64_t pull,
		   const struct forge_note *was, const char *body,
		   struct err *err);
	int (*status)(struct forge *forge, const struct forge_status *status,
		      struct err *err);
};

extern const struct forge_driver forge_github;
extern const struct forge_driver forge_gitlab;
extern const struct forge_driver forge_bitbucket;
extern const struct forge_driver forge_bitbucket_server;
extern const struct forge_driver forge_gitea;

struct forge {
	struct run *run;
	struct http *http;
	enum forge_kind kind;
	const struct forge_driver *driver;
	const char *web;   /* "https://git.example.com" */
	const char *api;   /* "https://git.example.com/api/v1" */
	const char *owner; /* "acme"; of GitLab "acme/sub" */
	const char *name;  /* "config" */
	const char *repo;  /* below `api`: "/repos/acme/config" */
	const char *page;  /* of the repository */
	const char *const *headers;
};

/* ---- place.c ---- */

/* Kind, origin and repository; neither token nor http yet. */
MUST_USE int forge_place(struct run *run, const struct forge_args *args,
			 struct forge *out, struct err *err);

/* "host:port" of a URL, or "" where it is none. */
const char *forge_origin(struct arena *arena, const char *url);

/* ---- call.c ---- */

/*
 * Send a request to `path`: below the repository's address, below the API's
 * where it begins with "//", or a whole URL of this forge.  `body` NULL: none.
 * `out` may be NULL; it is JSON null where the answer is empty.
 */
MUST_USE int forge_call(struct forge *forge, const char *method,
			const char *path, json_t *body, json_t **out,
			struct err *err);

/* The path of a pull request, and what is below it: "/merge". */
const char *forge_pull_path(const struct forge *forge, int64_t number,
			    const char *rest);

/*
 * The pull request as it is once `ready` says so of it, or after a few seconds
 * without: forges look at a new one in the background, and refuse to merge it
 * until they have.
 */
MUST_USE int forge_await(struct forge *forge, const struct forge_pull *pull,
			 bool (*ready)(const json_t *pull), json_t **out,
			 struct err *err);

/* A mapping of texts: name, value, ..., NULL; a NULL value is left out. */
json_t *forge_texts(struct forge *forge, ...) __attribute__((sentinel));
json_t *forge_list(struct forge *forge, const char *const *texts);
/* An integer of a document, or 0. */
int64_t forge_int(const json_t *value, const char *key);

/* A status as both kinds of Bitbucket take it: texts of `most` bytes. */
json_t *forge_build(struct forge *forge, const struct forge_status *status,
		    size_t most);

/* A copy, cut to so many bytes of whole characters, with "..." at the end. */
const char *forge_cut(struct arena *arena, const char *text, size_t most);

/* A warning that this could not be done, which ends nothing. */
void forge_give_up(struct forge *forge, const char *what, struct err *why);

#endif
