/* SPDX-License-Identifier: Apache-2.0 */
#ifndef IMAGE_REGISTRY_INSIDE_H
#define IMAGE_REGISTRY_INSIDE_H

/* What a registry is made of; for the room image alone. */

#include "base/map.h"
#include "document/document.h"
#include "http/http.h"
#include "image/registry.h"

/* A file of logins. */
struct login_file {
	const char *path;
	json_t *value;
};

struct login_files {
	struct login_file *v;
	size_t n, room;
};

/* What is known of a login; all NULL where there is none. */
struct login {
	const char *user;
	const char *password;
	const char *identity; /* a refresh token, in place of both */
	const char *helper;   /* the program that knows: "pass" */
	const char *source;   /* the file that said so */
};

enum origin_auth {
	ORIGIN_UNKNOWN, /* nothing was answered yet */
	ORIGIN_OPEN,    /* asks for nothing */
	ORIGIN_BASIC,   /* Basic with every request */
	ORIGIN_BEARER,  /* tokens, by scope */
};

/* A registry, and how it is spoken to. */
struct origin {
	const char *host;       /* "registry-1.docker.io", as connected to */
	const char *domain;     /* "docker.io", as logins are kept */
	const char *repository; /* the first one: a login may be for a path */
	bool loopback;
	bool plain;     /* http, as far as we know */
	bool switched;  /* it was found to be https */
	bool shy;       /* offered a login before it asked, and was refused */
	bool one_scope; /* does not give out tokens for several at once */
	struct login found; /* as the files say */
	struct login login; /* and as the helper says */
	bool helper_asked;
	const char *basic; /* "Authorization: Basic ...", or NULL */
	enum origin_auth auth;
	const char *realm;
	const char *service;
	struct map *tokens; /* by scope: "Authorization: Bearer ..." */
	struct err err;     /* why it cannot be asked at all */
	size_t requests;
	size_t token_requests;
};

struct origins {
	struct origin **v;
	size_t n, room;
};

struct registry {
	struct run *run;
	struct http *http;
	const char *const *plain_http;
	const char *platform;
	const char *cache;
	int64_t tags_fresh_s;
	struct login_files logins;
	struct origins origins;
	struct map *by_name; /* host/repository to its origin */
};

/*
 * A request to a registry, which is sent as often as it takes: to be told how
 * to log in, after a token has expired, after a redirect.
 */
struct exchange {
	struct origin *origin;
	const char *scope; /* "repository:library/nginx:pull" */
	const char *method;
	const char *path;   /* "/v2/..." of the origin; or, where it was
			       redirected before, a URL in `url` */
	const char *accept; /* NULL: anything */
	size_t body_cap;

	struct http_response response; /* in the arena of registry_send() */
	struct err err;  /* where there is none; whoever sent it clears it */
	const char *url; /* that answered */

	bool done;
	bool foreign; /* redirected to where our login has no business */
	bool redirected;
	bool refreshed; /* its token was renewed once */
	const char *headers[3];
};

/* registry.c: the origin of an image, made where it is new. */
struct origin *registry_origin(struct registry *registry,
			       const struct image_ref *image);
const char *registry_scope(struct arena *arena, const struct image_ref *image);

/* send.c: answer all, or -1 where the run ends. */
MUST_USE int registry_send(struct registry *registry, struct arena *arena,
			   struct exchange *exchanges, size_t n,
			   struct err *err);
/* Is anybody waiting for a token of this origin and scope? */
bool registry_waits(const struct exchange *exchange);
/* What an answer that is no good means.  Always -1. */
int registry_refused(const struct exchange *exchange, struct err *err);

/* token.c: get what tokens the exchanges wait for. */
MUST_USE int registry_get_tokens(struct registry *registry, struct arena *arena,
				 struct exchange *exchanges, size_t n,
				 struct err *err);
/* May a login of this origin go to that realm?  NULL, or why not. */
const char *registry_realm_fault(struct arena *arena,
				 const struct origin *origin,
				 const char *realm);
bool registry_is_loopback(const char *host);

/* login.c */
MUST_USE int registry_read_logins(struct registry *registry, struct err *err);
/* What the files say of an origin; runs nothing. */
void registry_find_login(struct registry *registry, struct origin *origin);
/* Run the helper that the files name.  0 also where it knows no login. */
MUST_USE int registry_ask_helper(struct run *run, struct origin *origin,
				 struct err *err);
/* Fill in origin->basic. */
void registry_make_basic(struct run *run, struct origin *origin);

/* link.c: the URL of the next page, NULL after the last; ERR_REFUSED where it
 * is of another origin than `url`. */
MUST_USE int registry_next_page(struct arena *arena, const char *url,
				const char *link, const char **out,
				struct err *err);
/* "/path?query" of a URL. */
const char *registry_path_of(const char *url);
/* Where a redirect leads; ERR_REFUSED but for https, or the same origin. */
MUST_USE int registry_redirect(struct arena *arena, const char *url,
			       const char *location, const char **out,
			       bool *same, struct err *err);

#endif
