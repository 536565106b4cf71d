/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/vec.h"
#include "document/document.h"
#include "image/find.h"

#define KEY "\"$imagepolicy\""

/* ---- where comments are ---- */

/* The line of `at`, without its end. */
static struct bytes line_at(struct bytes text, size_t at)
{
	size_t begin = at, end = at;

	while (begin && text.data[begin - 1] != '\n')
		begin--;
	while (end < text.len && text.data[end] != '\n' &&
	       text.data[end] != '\r')
		end++;
	return (struct bytes){ text.data + begin, end - begin };
}

/* The line before, or one of no bytes. */
static struct bytes line_before(struct bytes text, struct bytes line)
{
	size_t begin = (size_t)(line.data - text.data);

	if (!begin)
		return (struct bytes){ text.data, 0 };
	return line_at(text, begin - 1);
}

/* What of a line is a comment, behind nothing but these; else of no bytes. */
static struct bytes comment_behind(struct bytes line, const char *these)
{
	size_t n = 0;

	while (n < line.len && strchr(these, line.data[n]))
		n++;
	if (n == line.len || line.data[n] != '#')
		return (struct bytes){ line.data, 0 };
	return (struct bytes){ line.data + n, line.len - n };
}

/*
 * The comment above: of a scalar that begins its line, but for the dash of a
 * sequence.  One line alone: two lines of comments are one text, which is no
 * marker.
 */
static struct bytes comment_above(const struct splice_file *file,
				  const struct splice_place *place)
{
	const char *begin = file->bytes.data + place->begin;
	struct bytes line = line_at(file->bytes, place->begin);
	struct bytes none = { begin, 0 }, above;

	for (const char *c = line.data; c < begin; c++)
		if (!strchr(" \t-", *c))
			return none;
	above = line_before(file->bytes, line);
	if (comment_behind(line_before(file->bytes, above), " \t").len)
		return none;
	return comment_behind(above, " \t-");
}

/*
 * The comment on the line: behind the scalar and perhaps a comma, for what is
 * behind a bracket belongs to the whole collection; of a block, behind its
 * first line's "|" or ">-".
 */
static struct bytes comment_beside(const struct splice_file *file,
				   const struct splice_place *place)
{
	const char *begin = file->bytes.data + place->begin;
	struct bytes line = line_at(file->bytes, place->begin);
	const char *line_end = line.data + line.len;
	struct splice_place written = *place;
	struct bytes comment;

	if (place->style == NODE_LITERAL || place->style == NODE_FOLDED) {
		comment.data = begin + strcspn(begin, " \t\r\n");
		if (comment.data > line_end)
			comment.data = line_end;
		comment.len = (size_t)(line_end - comment.data);
		return comment_behind(comment, " \t");
	}
	/* An alias has no end of its own. */
	if (place->kind == SPLICE_ALIAS)
		written.end = place->begin + 1 + place->len;
	comment = splice_comment(file, &written);
	for (const char *c = file->bytes.data + written.end; c < comment.data;
	     c++)
		if (*c == ']' || *c == '}')
			comment.len = 0;
	return comment;
}

static bool holds_key(struct bytes comment)
{
	const size_t n = strlen(KEY);

	for (size_t i = 0; i + n <= comment.len; i++)
		if (memcmp(comment.data + i, KEY, n) == 0)
			return true;
	return false;
}

/* ---- what they say ---- */

/* "NAMESPACE:POLICY[:PART]" */
static void read_setter(struct arena *arena, const char *text,
			struct image_marker *out)
{
	static const struct {
		const char *name;
		enum image_part part;
	} parts[] = {
		{ "", IMAGE_WHOLE },
		{ ":tag", IMAGE_TAG },
		{ ":name", IMAGE_NAME },
		{ ":digest", IMAGE_DIGEST },
	};
	size_t n = strcspn(text, ":");
	const char *policy = text + n + (text[n] == ':');
	size_t len = strcspn(policy, ":");

	out->fault = "expected NAMESPACE:POLICY, and perhaps :tag, :name or "
		     ":digest behind it";
	if (!n || !len)
		return;
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		if (!str_equal(policy + len, parts[i].name))
			continue;
		out->namespace = arena_strndup(arena, text, n);
		out->policy = arena_strndup(arena, policy, len);
		out->part = parts[i].part;
		out->fault = NULL;
	}
}

/* Behind the "#" a JSON object of strings, as Flux wants it. */
static void read_comment(struct arena *arena, struct bytes comment,
			 struct image_marker *out)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	AUTO_ERR struct err why = { 0 };
	const char *key, *setter;
	json_t *value, *member;

	while (comment.len && strchr("# \t", *comment.data)) {
		comment.data++;
		comment.len--;
	}
	/* doc_read_json() wants its text to end. */
	comment.data = arena_strndup(scratch, comment.data, comment.len);
	out->fault = "the comment is not a JSON object of texts";
	if (doc_read_json(scratch, "marker", comment, &value, &why) < 0 ||
	    !json_is_object(value))
		return;
	json_object_foreach(value, key, member)
		if (!json_is_string(member))
			return;
	setter = doc_get_string(value, "$imagepolicy", NULL);
	if (setter)
		read_setter(arena, setter, out);
}

static void look_at(struct arena *arena, const struct splice_file *file,
		    size_t document, const struct splice_place *place,
		    struct image_markers *out)
{
	struct image_marker marker = { .document = document, .at = place };
	struct bytes comment = comment_beside(file, place);

	if (!holds_key(comment))
		comment = comment_above(file, place);
	if (!holds_key(comment))
		return;
	if (place->kind == SPLICE_SCALAR)
		read_comment(arena, comment, &marker);
	else
		marker.fault = "it is an alias: what it stands for is set "
			       "elsewhere";
	*vec_push(arena, out) = marker;
}

static void walk(struct arena *arena, const struct splice_file *file,
		 size_t document, const struct splice_place *place,
		 struct image_markers *out)
{
	const struct splice_place *one = place->first;

	if (place->kind == SPLICE_SCALAR || place->kind == SPLICE_ALIAS) {
		look_at(arena, file, document, place, out);
		return;
	}
	for (; one; one = one->next)
		walk(arena, file, document, one, out);
}

void image_find_markers(struct arena *arena, const struct splice_file *file,
			struct image_markers *out)
{
	/* Most files have none. */
	if (!holds_key(file->bytes))
		return;
	for (size_t i = 0; i < file->documents.n; i++)
		walk(arena, file, i, file->documents.v[i], out);
}
