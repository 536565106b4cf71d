/* SPDX-License-Identifier: Apache-2.0 */
#include "document/splice.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "document/document.h"
#include "document/rune.h"
#include "document/yaml_style.h"

#define STR_TAG "tag:yaml.org,2002:str"

/* ---- pointers ---- */

static size_t index_of(const struct splice_place *place)
{
	const struct splice_place *one = place->up->first;
	size_t i = 0;

	for (; one && one != place; one = one->next)
		i++;
	return i;
}

static void add_pointer(struct str *out, const struct splice_place *place)
{
	char number[24];

	if (!place->up)
		return;
	add_pointer(out, place->up);
	if (!place->key)
		snprintf(number, sizeof(number), "%zu", index_of(place));
	doc_pointer_add(out, place->key ? place->key : number);
}

const char *splice_pointer(struct arena *arena,
			   const struct splice_place *place)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);

	add_pointer(&text, place);
	return str_keep(&text, arena);
}

/* ---- finding ---- */

/* The next step of a pointer, unescaped. */
static const char *take_step(struct arena *arena, const char **pointer)
{
	size_t n = strcspn(*pointer + 1, "/");
	char *step = arena_strndup(arena, *pointer + 1, n), *to = step;

	*pointer += 1 + n;
	for (const char *from = step; *from; from++) {
		if (from[0] == '~' && (from[1] == '0' || from[1] == '1'))
			*to++ = *++from == '0' ? '~' : '/';
		else
			*to++ = *from;
	}
	*to = '\0';
	return step;
}

static const struct splice_place *find_key(const struct splice_place *mapping,
					   const char *key)
{
	const struct splice_place *one = mapping->first;

	while (one && !str_equal(one->key, key))
		one = one->next;
	return one;
}

static const struct splice_place *find_index(
	const struct splice_place *sequence, const char *step)
{
	const struct splice_place *one = sequence->first;
	char *end;
	unsigned long i = strtoul(step, &end, 10);

	if (end == step || *end || !strchr("0123456789", *step))
		return NULL;
	while (one && i--)
		one = one->next;
	return one;
}

static int fail_at(struct arena *arena, const struct splice_file *file,
		   const struct splice_place *place, const char *why,
		   struct err *err)
{
	const char *pointer = splice_pointer(arena, place);

	return err_set(err, ERR_INPUT, "%s:%u: %s: %s", file->name, place->line,
		       *pointer ? pointer : "the document", why);
}

static int fail_alias(struct arena *arena, const struct splice_file *file,
		      const struct splice_place *place, struct err *err)
{
	fail_at(arena, file, place,
		arena_printf(arena, "is the alias '*%s'", place->text), err);
	return err_hint(err,
			"change the value where '&%s' stands, or write it out "
			"here",
			place->text);
}

/* Nothing stands under the key itself. */
static int fail_missing(const struct splice_file *file,
			const struct splice_place *at, const char *pointer,
			struct err *err)
{
	const struct splice_place *merge = at->kind == SPLICE_MAPPING ?
						   find_key(at, "<<") :
						   NULL;

	if (!merge)
		return err_set(err, ERR_NOT_FOUND, "%s:%u: no %s", file->name,
			       at->line, pointer);
	err_set(err, ERR_INPUT, "%s:%u: %s can only come from '<<'", file->name,
		merge->line, pointer);
	return err_hint(err, "change the mapping that is merged, or write the "
			     "key out");
}

int splice_find(struct arena *arena, const struct splice_file *file,
		size_t document, const char *pointer,
		const struct splice_place **out, struct err *err)
{
	const struct splice_place *at, *next;
	const char *rest = pointer;

	if (document >= file->documents.n)
		return err_set(err, ERR_NOT_FOUND,
			       "%s: has %zu documents, no number %zu",
			       file->name, file->documents.n, document + 1);
	at = file->documents.v[document];
	while (*rest == '/') {
		const char *step = take_step(arena, &rest);

		if (at->kind == SPLICE_ALIAS)
			return fail_alias(arena, file, at, err);
		next = at->kind == SPLICE_MAPPING  ? find_key(at, step) :
		       at->kind == SPLICE_SEQUENCE ? find_index(at, step) :
						     NULL;
		if (!next)
			return fail_missing(file, at, pointer, err);
		at = next;
	}
	if (*rest)
		return err_set(err, ERR_INPUT, "'%s' is no JSON pointer",
			       pointer);
	*out = at;
	return 0;
}

struct bytes splice_comment(const struct splice_file *file,
			    const struct splice_place *place)
{
	const char *data = file->bytes.data;
	size_t at = place->end, end;

	while (at < file->bytes.len &&
	       strchr(place->flow ? " \t,]}" : " \t", data[at]) && data[at])
		at++;
	end = at;
	if (at < file->bytes.len && data[at] == '#' && at > place->end)
		while (end < file->bytes.len && data[end] != '\n' &&
		       data[end] != '\r')
			end++;
	return (struct bytes){ data + at, end - at };
}

/* ---- what can be changed ---- */

/* Is the tag one that says "a string"? */
static bool says_string(const char *tag)
{
	return !tag || !strcmp(tag, "!") || !strcmp(tag, STR_TAG);
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* Why a place cannot be changed by itself, or NULL. */
static const char *obstacle(const struct splice_file *file,
			    const struct splice_place *place)
{
	const char *bytes = file->bytes.data + place->begin;
	size_t len = place->end - place->begin;

	if (place->kind != SPLICE_SCALAR)
		return "is no scalar";
	if (place->loose)
		return "stands in a text that is folded or has escapes";
	if (place->style == NODE_LITERAL || place->style == NODE_FOLDED)
		return "is a block scalar, which is not edited";
	if (!says_string(place->tag))
		return "has a tag of its own, which a new value may not fit";
	if (memchr(bytes, '\n', len) || memchr(bytes, '\r', len))
		return "stands on more than one line";
	if (!len)
		return "is empty";
	/* "&a:b" is the anchor "a" of ":b" to libyaml. */
	if (place->begin && is_word(bytes[-1]))
		return "stands right behind its anchor";
	if (place->is_key)
		return "is a key elsewhere, by an alias";
	return NULL;
}

static int check_place(struct arena *arena, const struct splice_file *file,
		       const struct splice_place *place, struct err *err)
{
	const char *why;

	if (place->kind == SPLICE_ALIAS)
		return fail_alias(arena, file, place, err);
	why = obstacle(file, place);
	if (!why)
		return 0;
	fail_at(arena, file, place, why, err);
	if (place->loose)
		return err_hint(err, "write the text that it stands in as a "
				     "block, behind: |");
	return err_hint(err, "write the value on one line, as in: key: value");
}

/* ---- how the new value is spelled ---- */

/* Can it be written on one line, as itself? */
static bool fits_a_line(const char *text)
{
	size_t n = strlen(text), width;

	for (size_t i = 0; i < n; i += width) {
		uint32_t rune = doc_rune(text + i, n - i, &width);

		if (rune == RUNE_INVALID || doc_is_break(rune) ||
		    (!doc_is_printable(rune) && rune < 0x10000))
			return false;
	}
	return true;
}

/* Within brackets more signs mean something. */
static bool is_cut_by_flow(const struct splice_place *place, const char *text)
{
	return place->flow && (*text == ':' || strpbrk(text, ",[]{}?"));
}

static enum yaml_style choose_style(const struct splice_place *place,
				    const char *text)
{
	struct yaml_text look;
	enum yaml_style style;

	if (place->style == NODE_SINGLE_QUOTED)
		return STYLE_SINGLE_QUOTED;
	if (place->style == NODE_QUOTED)
		return STYLE_DOUBLE_QUOTED;
	doc_yaml_analyze(text, strlen(text), &look);
	style = doc_yaml_style(&look, false);
	/* "<<" is a merge key to yaml.v3 wherever it stands. */
	if (style == STYLE_PLAIN &&
	    (is_cut_by_flow(place, text) || str_equal(text, "<<") ||
	     doc_text_tag(text, strlen(text)) != NODE_STR))
		style = STYLE_DOUBLE_QUOTED;
	return style;
}

static void add_value(struct str *out, enum yaml_style style, const char *text)
{
	bool single = style == STYLE_SINGLE_QUOTED;

	if (style == STYLE_PLAIN) {
		str_add(out, text);
		return;
	}
	str_add_char(out, single ? '\'' : '"');
	for (; *text; text++) {
		if (single && *text == '\'')
			str_add_char(out, '\'');
		if (!single && (*text == '"' || *text == '\\'))
			str_add_char(out, '\\');
		str_add_char(out, *text);
	}
	str_add_char(out, single ? '\'' : '"');
}

/* ---- proof ---- */

/* What was, with its edits, and what has become of it. */
struct proof {
	struct arena *arena;
	const struct splice_file *was;
	struct splice_file is;
	const struct splice_edit *edits;
	size_t n;
};

static bool same_places(struct proof *proof, const struct splice_place *was,
			const struct splice_place *is);

static bool same_documents(struct proof *proof, const struct splice_places *was,
			   const struct splice_places *is)
{
	bool same = was->n == is->n;

	for (size_t i = 0; same && i < was->n; i++)
		same = same_places(proof, was->v[i], is->v[i]);
	return same;
}

static bool has_bytes(const struct splice_place *is, const char *text,
		      size_t len)
{
	return is->len == len && (!len || memcmp(text, is->text, len) == 0);
}

/* A text that was entered may differ, but not in what is inside. */
static bool same_inside(struct proof *proof, const struct splice_inside *was,
			const struct splice_place *is)
{
	AUTO_ERR struct err none = { 0 };
	struct splice_places documents;

	return is->style == was->place->style &&
	       splice_enter(proof->arena, &proof->is, is, &documents, &none) ==
		       0 &&
	       same_documents(proof, &was->documents, &documents);
}

static bool same_text(struct proof *proof, const struct splice_place *was,
		      const struct splice_place *is)
{
	const struct splice_file *file = proof->was;

	for (size_t i = 0; i < proof->n; i++)
		if (proof->edits[i].place == was)
			return has_bytes(is, proof->edits[i].text,
					 strlen(proof->edits[i].text));
	for (size_t i = 0; i < file->inside.n; i++)
		if (file->inside.v[i].place == was)
			return same_inside(proof, &file->inside.v[i], is);
	return was->style == is->style && has_bytes(is, was->text, was->len);
}

static bool same_places(struct proof *proof, const struct splice_place *was,
			const struct splice_place *is)
{
	for (; was && is; was = was->next, is = is->next)
		if (was->kind != is->kind || !str_equal(was->key, is->key) ||
		    !str_equal(was->tag, is->tag) ||
		    was->repeated != is->repeated || was->line != is->line ||
		    !same_text(proof, was, is) ||
		    !same_places(proof, was->first, is->first))
			return false;
	return !was && !is;
}

/* That nothing else has changed is not believed, but looked at. */
static int prove(struct arena *arena, const struct splice_file *was,
		 const struct splice_edit *edits, size_t n, struct bytes bytes,
		 struct err *err)
{
	struct proof proof = {
		.arena = arena,
		.was = was,
		.edits = edits,
		.n = n,
	};

	if (splice_read(arena, was->name, bytes, &proof.is, err) < 0)
		return err_wrap(err, "after the edit");
	if (same_documents(&proof, &was->documents, &proof.is.documents))
		return 0;
	return err_set(err, ERR_FAILED,
		       "%s: the edit would change more than a value",
		       was->name);
}

/* ---- the edit ---- */

static int by_place(const void *a, const void *b)
{
	const struct splice_edit *one = a, *two = b;

	return (one->place->begin > two->place->begin) -
	       (one->place->begin < two->place->begin);
}

static int check_edits(struct arena *arena, const struct splice_file *file,
		       const struct splice_edit *edits, size_t n,
		       struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		const struct splice_place *place = edits[i].place;

		if (check_place(arena, file, place, err) < 0)
			return -1;
		if (!fits_a_line(edits[i].text))
			return fail_at(arena, file, place,
				       "the new value holds a line break or "
				       "a control character",
				       err);
		if (i && edits[i - 1].place == place &&
		    !str_equal(edits[i - 1].text, edits[i].text))
			return fail_at(arena, file, place,
				       "two different values are to be set",
				       err);
	}
	return 0;
}

int splice_apply(struct arena *arena, const struct splice_file *file,
		 const struct splice_edit *edits, size_t n, struct bytes *out,
		 struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct splice_edit *sorted = arena_array(scratch, n, sizeof(*sorted));
	AUTO_STR struct str text = STR_INIT(STR_BIG);
	size_t at = 0;

	for (size_t i = 0; i < n; i++)
		sorted[i] = edits[i];
	qsort(sorted, n, sizeof(*sorted), by_place);
	if (check_edits(scratch, file, sorted, n, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const struct splice_place *place = sorted[i].place;

		if (i && sorted[i - 1].place == place)
			continue;
		str_add_bytes(&text, file->bytes.data + at, place->begin - at);
		add_value(&text, choose_style(place, sorted[i].text),
			  sorted[i].text);
		at = place->end;
	}
	str_add_bytes(&text, file->bytes.data + at, file->bytes.len - at);
	if (prove(scratch, file, sorted, n, str_bytes(&text), err) < 0)
		return -1;
	*out = (struct bytes){ str_keep(&text, arena), text.len };
	return 0;
}
