/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A stream of YAML documents, cut as kustomize cuts it: CRLF becomes LF, then
 * every line that begins with "---" separates, and each piece is parsed for
 * itself.  libyaml would find most of the same borders, but not all: "%YAML"
 * needs its "---" in the same piece, and a byte order mark may begin each.
 */

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "document/yaml_read.h"

const struct doc_budget doc_budget_default = {
	.file_bytes = (size_t)8 << 20,
	.depth = 128,
	.nodes = 1000000,
	.documents = 20000,
};

#define SEPARATOR "\n---"

int(doc_yaml_fail)(const struct yaml_reader *reader, struct err *err,
		   const char *fmt, ...)
{
	AUTO_STR struct str text = STR_INIT(1024);
	va_list ap;

	va_start(ap, fmt);
	str_vprintf(&text, fmt, ap);
	va_end(ap);
	return err_set(err, ERR_INPUT, "%s:%u: %s", reader->name,
		       doc_yaml_line(reader), str_text(&text));
}

unsigned doc_yaml_line(const struct yaml_reader *reader)
{
	return reader->line + (unsigned)reader->event.start_mark.line;
}

static size_t count_lines(const char *data, size_t n)
{
	size_t lines = 0;
	const char *end = data + n;

	while ((data = memchr(data, '\n', (size_t)(end - data)))) {
		lines++;
		data++;
	}
	return lines;
}

/* libyaml knows a byte's offset, not its line, where it cannot decode. */
static int fail_reading(const struct yaml_reader *reader, struct err *err)
{
	const yaml_parser_t *p = &reader->parser;
	size_t offset = p->problem_offset < reader->chunk.len ?
				p->problem_offset :
				reader->chunk.len;
	unsigned line = reader->line +
			(unsigned)count_lines(reader->chunk.data, offset);

	if (p->problem_value < 0)
		return err_set(err, ERR_INPUT, "%s:%u: %s", reader->name, line,
			       p->problem);
	return err_set(err, ERR_INPUT, "%s:%u: %s (0x%02X)", reader->name, line,
		       p->problem, (unsigned)p->problem_value);
}

static char byte_at(const struct yaml_reader *reader, size_t line,
		    size_t column)
{
	const char *p = reader->chunk.data;
	const char *end = p + reader->chunk.len;

	for (; line && p; line--) {
		p = memchr(p, '\n', (size_t)(end - p));
		if (p)
			p++;
	}
	return p && column < (size_t)(end - p) ? p[column] : '\0';
}

static int fail_parsing(const struct yaml_reader *reader, struct err *err)
{
	const yaml_parser_t *p = &reader->parser;
	unsigned line = reader->line + (unsigned)p->problem_mark.line;

	if (p->context && p->context_mark.line != p->problem_mark.line)
		err_set(err, ERR_INPUT, "%s:%u: %s %s that begins at line %u",
			reader->name, line, p->problem, p->context,
			reader->line + (unsigned)p->context_mark.line);
	else
		err_set(err, ERR_INPUT, "%s:%u: %s%s%s", reader->name, line,
			p->problem, p->context ? " " : "",
			p->context ? p->context : "");
	if (byte_at(reader, p->problem_mark.line, p->problem_mark.column) ==
	    '\t')
		return err_hint(err, "indent with spaces: YAML takes no tabs");
	if (strcmp(p->problem, "did not find expected <document start>") != 0)
		return -1;
	if (reader->chunk.data[0] == '%')
		return err_hint(err, "remove lines that begin with '%%': "
				     "YAML directives are not supported");
	return err_hint(err, "put a line '---' between two documents");
}

int doc_yaml_next(struct yaml_reader *reader, struct err *err)
{
	yaml_event_delete(&reader->event);
	if (yaml_parser_parse(&reader->parser, &reader->event))
		return 0;
	switch (reader->parser.error) {
	case YAML_READER_ERROR:
		return fail_reading(reader, err);
	case YAML_SCANNER_ERROR:
	case YAML_PARSER_ERROR:
		return fail_parsing(reader, err);
	case YAML_NO_ERROR:
	case YAML_MEMORY_ERROR:
	case YAML_COMPOSER_ERROR:
	case YAML_WRITER_ERROR:
	case YAML_EMITTER_ERROR:
		break;
	}
	return err_set(err, ERR_FAILED, "%s:%u: out of memory", reader->name,
		       reader->line);
}

/*
 * The document whose DOCUMENT-START is current.  Empty ones vanish.  What
 * follows "..." without a "---" is never read by kustomize and kubectl: that
 * nobody means.
 */
static int read_document(struct yaml_reader *reader, bool *seen,
			 struct err *err)
{
	bool empty = false;
	unsigned line;

	if (doc_yaml_next(reader, err) < 0)
		return -1;
	reader->anchors = NULL;
	line = doc_yaml_line(reader);
	if (reader->take(reader, &empty, err) < 0)
		return -1;
	if (!empty) {
		if (*seen)
			return err_set(err, ERR_INPUT,
				       "%s:%u: expected '---' between two "
				       "documents",
				       reader->name, line);
		if (reader->documents >= reader->budget->documents)
			return err_set(err, ERR_INPUT,
				       "%s:%u: more than %zu documents in a "
				       "file",
				       reader->name, line,
				       reader->budget->documents);
		reader->documents++;
	}
	*seen = true;
	return doc_yaml_next(reader, err);
}

static int read_events(struct yaml_reader *reader, struct err *err)
{
	bool seen = false;

	do {
		if (doc_yaml_next(reader, err) < 0)
			return -1;
		if (reader->event.type == YAML_DOCUMENT_START_EVENT &&
		    read_document(reader, &seen, err) < 0)
			return -1;
	} while (reader->event.type != YAML_STREAM_END_EVENT);
	return 0;
}

static int read_chunk(struct yaml_reader *reader, struct bytes chunk,
		      struct err *err)
{
	const unsigned char *b = (const unsigned char *)chunk.data;
	int result;

	reader->chunk = chunk;
	if (chunk.len >= 2 &&
	    ((b[0] == 0xff && b[1] == 0xfe) || (b[0] == 0xfe && b[1] == 0xff) ||
	     !b[0] != !b[1])) {
		err_set(err, ERR_INPUT, "%s:%u: UTF-16, expected UTF-8",
			reader->name, reader->line);
		return err_hint(err,
				"convert it with iconv -f UTF-16 -t UTF-8");
	}
	if (!yaml_parser_initialize(&reader->parser))
		return err_set(err, ERR_FAILED, "%s:%u: out of memory",
			       reader->name, reader->line);
	yaml_parser_set_input_string(&reader->parser, b, chunk.len);
	reader->event = (yaml_event_t){ .type = YAML_NO_EVENT };
	result = read_events(reader, err);
	yaml_event_delete(&reader->event);
	yaml_parser_delete(&reader->parser);
	return result;
}

/* Behind the dashes of a separator stands nothing but a comment. */
static int check_separator(const struct yaml_reader *reader, const char *rest,
			   const char *end, struct err *err)
{
	while (rest < end && strchr(" \t\v\f\r", *rest) && *rest)
		rest++;
	if (rest == end || *rest == '#')
		return 0;
	return err_set(err, ERR_INPUT,
		       "%s:%u: expected nothing behind '---', found '%.*s'",
		       reader->name, reader->line,
		       end - rest > 40 ? 40 : (int)(end - rest), rest);
}

static const char *find(const char *p, const char *end, const char *needle)
{
	size_t n = strlen(needle);

	while ((p = memchr(p, needle[0], (size_t)(end - p)))) {
		if ((size_t)(end - p) < n)
			return NULL;
		if (!memcmp(p, needle, n))
			return p;
		p++;
	}
	return NULL;
}

int doc_yaml_stream(struct yaml_reader *reader, struct bytes bytes,
		    struct err *err)
{
	const char *start = bytes.data, *end = bytes.data + bytes.len;
	const char *dashes, *line_end;
	struct bytes chunk;

	if (bytes.len > reader->budget->file_bytes)
		return err_set(err, ERR_INPUT,
			       "%s:%u: %zu bytes, more than the %zu that are "
			       "read of a file",
			       reader->name, reader->line, bytes.len,
			       reader->budget->file_bytes);
	if (!bytes.len)
		return 0;
	for (;;) {
		dashes = find(start, end, SEPARATOR);
		line_end = dashes ? memchr(dashes + 1, '\n',
					   (size_t)(end - dashes) - 1) :
				    NULL;
		if (!line_end)
			break;
		/* The line end before the dashes is the document's. */
		chunk.data = start;
		chunk.len = (size_t)(dashes + 1 - start);
		if (read_chunk(reader, chunk, err) < 0)
			return -1;
		reader->line += (unsigned)count_lines(start, chunk.len);
		if (check_separator(reader, dashes + strlen(SEPARATOR),
				    line_end, err) < 0)
			return -1;
		reader->line++;
		start = line_end + 1;
	}
	chunk.data = start;
	chunk.len = (size_t)(end - start);
	return read_chunk(reader, chunk, err);
}

static struct bytes unify_line_ends(struct arena *arena, struct bytes in)
{
	const char *from = in.data, *end = in.data + in.len, *next;
	char *copy, *to;

	if (!find(from, end, "\r\n"))
		return in;
	copy = arena_alloc(arena, in.len);
	to = copy;
	while ((next = find(from, end, "\r\n"))) {
		memcpy(to, from, (size_t)(next - from));
		to += next - from;
		*to++ = '\n';
		from = next + 2;
	}
	memcpy(to, from, (size_t)(end - from));
	to += end - from;
	return (struct bytes){ copy, (size_t)(to - copy) };
}

static int take_node(struct yaml_reader *reader, bool *empty, struct err *err)
{
	struct nodes *out = reader->taken;
	struct node *root;

	if (doc_yaml_root(reader, &root, err) < 0)
		return -1;
	*empty = node_is_null(root);
	if (!*empty)
		*vec_push(reader->arena, out) = root;
	return 0;
}

struct doc_source doc_source_file(const char *name, struct bytes bytes)
{
	return (struct doc_source){
		.name = name,
		.line = 1,
		.bytes = bytes,
	};
}

struct doc_source doc_source_text(const struct node *scalar)
{
	static const char blanks[] = " \t\n\v\f\r";
	const char *start = scalar->text, *end = start + scalar->n;
	unsigned line = scalar->line;

	/* The text of a literal begins on the line below its "|". */
	if (scalar->style == NODE_LITERAL || scalar->style == NODE_FOLDED)
		line++;
	while (start < end && memchr(blanks, *start, sizeof(blanks) - 1))
		line += *start++ == '\n';
	while (end > start && memchr(blanks, end[-1], sizeof(blanks) - 1))
		end--;
	return (struct doc_source){
		.name = scalar->file ? scalar->file : "a text",
		.line = line ? line : 1,
		.bytes = { start, (size_t)(end - start) },
	};
}

int doc_read_nodes(struct arena *arena, const struct doc_source *source,
		   const struct doc_budget *budget, struct nodes *out,
		   struct err *err)
{
	struct yaml_reader reader = {
		.arena = arena,
		.name = arena_strdup(arena, source->name),
		.budget = budget ? budget : &doc_budget_default,
		.line = source->line,
		.repeats = source->repeats,
		.take = take_node,
		.taken = out,
	};
	struct bytes bytes = source->bytes;
	size_t had = out->n;
	int result;

	/* What is too large is refused before it is copied. */
	if (bytes.len && bytes.len <= reader.budget->file_bytes)
		bytes = unify_line_ends(arena, bytes);
	result = doc_yaml_stream(&reader, bytes, err);
	free(reader.entries);
	free(reader.items);
	if (result < 0)
		out->n = had;
	return result;
}
