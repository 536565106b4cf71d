/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/file.h"
#include "image/registry_inside.h"

#define MANIFEST_CAP ((size_t)4 << 20) /* as much as registries take */
#define CONFIG_CAP   ((size_t)8 << 20)
#define FACT_CAP     ((size_t)256)
#define PLATFORM     "linux/amd64"

#define ACCEPT                                                                 \
	"Accept: application/vnd.oci.image.index.v1+json, "                    \
	"application/vnd.docker.distribution.manifest.list.v2+json, "          \
	"application/vnd.oci.image.manifest.v1+json, "                         \
	"application/vnd.docker.distribution.manifest.v2+json"

/* ---- requests, and what came of them ---- */

static struct exchange manifest_of(struct registry *registry,
				   struct arena *arena,
				   const struct registry_image *image,
				   const char *method, const char *what)
{
	struct exchange exchange = {
		.origin = registry_origin(registry, image->image),
		.scope = registry_scope(arena, image->image),
		.method = method,
		.path = arena_printf(arena, "/v2/%s/manifests/%s",
				     image->image->repository, what),
		.accept = ACCEPT,
		.body_cap = MANIFEST_CAP,
	};

	return exchange;
}

static char *sha256_of(struct arena *arena, struct bytes bytes)
{
	char hex[DIGEST_SHA256_HEX];

	digest_sha256_hex(bytes.data, bytes.len, hex);
	return arena_printf(arena, "sha256:%s", hex);
}

/* The body is what its digest says; we can tell only of sha256. */
static int check_digest(const struct exchange *one, const char *digest,
			struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();

	if (!str_starts(digest, "sha256:"))
		return err_set(err, ERR_FAILED,
			       "GET %s: its digest is not of sha256", one->url);
	if (str_equal(sha256_of(arena, one->response.body), digest))
		return 0;
	return err_set(err, ERR_FAILED,
		       "GET %s: the answer has another digest than %s",
		       one->url, digest);
}

/* 0 with a status of 200, or 404, which is no error here. */
static int accept(struct exchange *one, struct registry_image *image)
{
	if (one->err.status) {
		err_append(&image->err, &one->err);
		return -1;
	}
	image->gone = one->response.status == 404;
	if (one->response.status == 200 || image->gone)
		return 0;
	return registry_refused(one, &image->err);
}

/* ---- digests ---- */

/* By GET, where HEAD does not say it. */
static void take_digest(struct arena *arena, struct exchange *one,
			struct registry_image *image)
{
	const char *said = one->response.digest;

	if (accept(one, image) < 0 || image->gone)
		return;
	if (said && image_is_digest(said)) {
		if (!str_equal(one->method, "HEAD") &&
		    check_digest(one, said, &image->err) < 0)
			return;
		image->digest = arena_strdup(arena, said);
	} else if (!str_equal(one->method, "HEAD")) {
		image->digest = sha256_of(arena, one->response.body);
	}
}

static bool lacks_digest(const struct registry_image *image)
{
	return !image->digest && !image->gone && !image->err.status;
}

static int find_digests(struct registry *registry,
			struct registry_image *images, size_t n,
			const char *method, struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct exchange *all = arena_array(arena, n, sizeof(*all));
	size_t *whose = arena_array(arena, n, sizeof(*whose));
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		if (!lacks_digest(&images[i]))
			continue;
		whose[count] = i;
		all[count++] = manifest_of(registry, arena, &images[i], method,
					   images[i].tag);
	}
	if (!count)
		return 0;
	if (registry_send(registry, arena, all, count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		struct registry_image *image = &images[whose[i]];

		/* A registry may not know HEAD. */
		if (str_equal(method, "HEAD") && !all[i].err.status &&
		    (all[i].response.status == 405 ||
		     all[i].response.status == 501))
			continue;
		take_digest(registry->run->arena, &all[i], image);
	}
	return 0;
}

/* ---- dates ---- */

/* "0001-01-01T00:00:00Z", which Go writes for none, is before 1970; so is
 * what reproducible builds write. */
static bool take_date(const char *text, struct registry_image *out)
{
	AUTO_ERR struct err ignored = { 0 };
	const char *fraction;
	uint32_t ns = 0;
	int64_t wall;

	if (!text || clock_parse_rfc3339(text, &wall, &ignored) < 0 ||
	    wall <= 0)
		return false;
	fraction = strchr(text, '.');
	for (uint32_t unit = 100000000; fraction && unit; unit /= 10) {
		fraction++;
		if (*fraction < '0' || *fraction > '9')
			break;
		ns += unit * (uint32_t)(*fraction - '0');
	}
	out->has_date = true;
	out->built_s = wall;
	out->built_ns = ns;
	return true;
}

static bool take_labels(const json_t *labels, struct registry_image *out)
{
	return take_date(doc_get_string(labels,
					"org.opencontainers.image.created",
					NULL),
			 out) ||
	       take_date(doc_get_string(labels, "org.label-schema.build-date",
					NULL),
			 out);
}

/* What is looked at on the way from a digest to a date. */
struct path {
	struct registry_image *image; /* the first of that digest */
	const char *digest;           /* of what is to be had next */
	bool is_config;
	unsigned depth; /* indexes seen */
	bool done;
};

static const char *platform_of(struct arena *arena, const json_t *entry)
{
	const char *os = doc_get_string(entry, "platform", "os", NULL);
	const char *cpu = doc_get_string(entry, "platform", "architecture",
					 NULL);
	const char *variant = doc_get_string(entry, "platform", "variant",
					     NULL);

	if (!os || !cpu || str_equal(os, "unknown"))
		return NULL;
	return arena_printf(arena, "%s/%s%s%s", os, cpu, variant ? "/" : "",
			    variant ? variant : "");
}

/* "linux/arm" stands for every variant of it. */
static bool is_platform(const char *platform, const char *wanted)
{
	size_t n = strlen(wanted);

	return platform && strncmp(platform, wanted, n) == 0 &&
	       (!platform[n] || platform[n] == '/');
}

/* The manifest for the platform; without a wish, the first for any. */
static const char *choose_manifest(struct arena *arena,
				   const struct registry *registry,
				   const json_t *manifests)
{
	const char *wanted = registry->platform ? registry->platform : PLATFORM;
	const char *first = NULL;
	size_t i;
	json_t *entry;

	json_array_foreach(manifests, i, entry) {
		const char *digest = doc_get_string(entry, "digest", NULL);
		const char *platform = platform_of(arena, entry);

		if (!digest || !image_is_digest(digest) || !platform)
			continue;
		if (is_platform(platform, wanted))
			return digest;
		if (!first)
			first = digest;
	}
	return registry->platform ? NULL : first;
}

static bool is_config(const char *media_type)
{
	return media_type &&
	       (str_equal(media_type,
			  "application/vnd.oci.image.config.v1+json") ||
		str_equal(media_type,
			  "application/vnd.docker.container.image.v1+json"));
}

/* An index leads to a manifest, and that to a configuration. */
static void step(struct arena *arena, const struct registry *registry,
		 struct path *path, const json_t *value)
{
	const json_t *manifests = doc_get(value, "manifests", NULL);
	const json_t *config = doc_get(value, "config", NULL);
	const char *next = NULL;

	if (path->is_config) {
		if (!take_date(doc_get_string(value, "created", NULL),
			       path->image))
			take_labels(doc_get(value, "config", "Labels", NULL),
				    path->image);
		path->done = true;
		return;
	}
	if (manifests && !path->depth++)
		next = choose_manifest(arena, registry, manifests);
	/* The configuration has the last word. */
	take_labels(doc_get(value, "annotations", NULL), path->image);
	if (config && is_config(doc_get_string(config, "mediaType", NULL))) {
		next = doc_get_string(config, "digest", NULL);
		path->is_config = true;
	}
	path->done = !next || !image_is_digest(next);
	if (!path->done)
		path->digest = arena_strdup(registry->run->arena, next);
}

static void take_answer(struct registry *registry, struct path *path,
			struct exchange *one)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct registry_image *image = path->image;
	AUTO_ERR struct err why = { 0 };
	json_t *value;

	path->done = true;
	if (accept(one, image) < 0 || image->gone ||
	    check_digest(one, path->digest, &image->err) < 0)
		return;
	if (doc_read_json(arena, one->url, one->response.body, &value, &why) <
	    0) {
		err_set(&image->err, ERR_FAILED, "GET %s: not JSON", one->url);
		return;
	}
	path->done = false;
	step(arena, registry, path, value);
}

static struct exchange next_of(struct registry *registry, struct arena *arena,
			       const struct path *path)
{
	struct exchange one = manifest_of(registry, arena, path->image, "GET",
					  path->digest);

	if (path->is_config) {
		one.path = arena_printf(arena, "/v2/%s/blobs/%s",
					path->image->image->repository,
					path->digest);
		one.accept = NULL;
		one.body_cap = CONFIG_CAP;
	}
	return one;
}

static int walk(struct registry *registry, struct path *paths, size_t n,
		bool *some, struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct exchange *all = arena_array(arena, n, sizeof(*all));
	struct path **whose = arena_array(arena, n, sizeof(struct path *));
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		if (paths[i].done)
			continue;
		whose[count] = &paths[i];
		all[count++] = next_of(registry, arena, &paths[i]);
	}
	*some = count > 0;
	if (count && registry_send(registry, arena, all, count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		take_answer(registry, whose[i], &all[i]);
	return 0;
}

/* ---- what is known for good ---- */

static const char *fact_file(struct registry *registry, const char *digest)
{
	const char *platform = registry->platform ? registry->platform : "any";
	char *path = arena_printf(registry->run->arena, "%s/date-%s-%s",
				  registry->cache, digest, platform);

	/* Neither holds anything else that a name could not. */
	for (char *c = path + strlen(registry->cache) + 1; *c; c++)
		if (*c == '/' || *c == ':')
			*c = '-';
	return path;
}

/* "SECONDS NANOSECONDS" of the build, or "-"; and a line end. */
static bool recall(struct registry *registry, struct registry_image *image)
{
	AUTO_ERR struct err ignored = { 0 };
	struct bytes bytes;
	long long s;
	unsigned ns;

	if (file_read(registry->run->arena, fact_file(registry, image->digest),
		      FACT_CAP, &bytes, &ignored) < 0 ||
	    !str_ends(bytes.data, "\n"))
		return false;
	if (str_equal(bytes.data, "-\n"))
		return true;
	if (sscanf(bytes.data, "%lld %u\n", &s, &ns) != 2 || s <= 0)
		return false;
	image->has_date = true;
	image->built_s = s;
	image->built_ns = ns;
	return true;
}

static void remember(struct registry *registry,
		     const struct registry_image *image)
{
	AUTO_STR struct str text = STR_INIT(FACT_CAP);
	AUTO_ERR struct err ignored = { 0 };

	if (image->err.status || image->gone)
		return;
	if (image->has_date)
		str_printf(&text, "%lld %u\n", (long long)image->built_s,
			   (unsigned)image->built_ns);
	else
		str_add(&text, "-\n");
	/* Somebody else may have been faster. */
	if (file_create(fact_file(registry, image->digest), str_bytes(&text),
			0600, &ignored) < 0)
		run_debug(registry->run, "%s", ignored.msg);
}

/* ---- all of them ---- */

static void copy_date(const struct registry_image *from,
		      struct registry_image *to)
{
	to->gone = from->gone;
	to->has_date = from->has_date;
	to->built_s = from->built_s;
	to->built_ns = from->built_ns;
	if (!from->err.status)
		return;
	err_set(&to->err, from->err.status, "%s", from->err.msg);
	if (from->err.hint)
		err_hint(&to->err, "%s", from->err.hint);
}

static int find_dates(struct registry *registry, struct registry_image *images,
		      size_t n, struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct path *paths = arena_array(arena, n, sizeof(*paths));
	struct path **by_image = arena_array(arena, n, sizeof(struct path *));
	struct map *known = map_new(arena);
	bool some = true;
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		struct registry_image *image = &images[i];
		const char *key;

		if (!image->want_date || !image->digest || image->err.status ||
		    recall(registry, image))
			continue;
		key = arena_printf(arena, "%s/%s@%s", image->image->host,
				   image->image->repository, image->digest);
		by_image[i] = map_get(known, key);
		if (by_image[i])
			continue;
		by_image[i] = &paths[count++];
		*by_image[i] = (struct path){ .image = image,
					      .digest = image->digest };
		map_set(known, key, by_image[i]);
	}
	while (some)
		if (walk(registry, paths, count, &some, err) < 0)
			return -1;
	for (size_t i = 0; i < count; i++)
		remember(registry, paths[i].image);
	for (size_t i = 0; i < n; i++)
		if (by_image[i] && by_image[i]->image != &images[i])
			copy_date(by_image[i]->image, &images[i]);
	return 0;
}

int registry_look(struct registry *registry, struct registry_image *images,
		  size_t n, struct err *err)
{
	for (size_t i = 0; i < n; i++)
		if (image_is_digest(images[i].tag))
			images[i].digest = images[i].tag;
	if (find_digests(registry, images, n, "HEAD", err) < 0 ||
	    find_digests(registry, images, n, "GET", err) < 0)
		return -1;
	return find_dates(registry, images, n, err);
}
