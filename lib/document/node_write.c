/* SPDX-License-Identifier: Apache-2.0 */

/* Nodes as yaml.v3 writes them: for YAML that stands in a text, and for what
 * is compared with the text of a node. */

#include <string.h>

#include "document/document.h"
#include "document/rune.h"
#include "document/yaml_style.h"

#define INDENT 2

static void write_node(struct str *out, const struct node *node, size_t indent,
		       bool flow);

static void add_indent(struct str *out, size_t n)
{
	while (n-- > 0)
		str_add_char(out, ' ');
}

/* Can it stand between [] or {} without quotes? */
static bool is_plain_in_flow(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strchr(",?[]{}:", text[i]) && text[i])
			return false;
	return n > 0;
}

static void write_single_quoted(struct str *out, const char *text, size_t n)
{
	str_add_char(out, '\'');
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '\'')
			str_add_char(out, '\'');
		str_add_char(out, text[i]);
	}
	str_add_char(out, '\'');
}

static void write_double_quoted(struct str *out, const char *text, size_t n)
{
	static const char names[] = "\"\\\a\b\t\n\v\f\r\x1b";
	static const char letters[] = "\"\\abtnvfre";
	const char *name;
	size_t width;
	uint32_t rune;

	str_add_char(out, '"');
	for (size_t i = 0; i < n; i += width) {
		rune = doc_rune(text + i, n - i, &width);
		name = rune < 0x80 && rune ? strchr(names, (int)rune) : NULL;
		if (name)
			str_printf(out, "\\%c", letters[name - names]);
		else if (rune == 0 || rune == RUNE_INVALID)
			str_add(out, rune ? "\xef\xbf\xbd" : "\\0");
		else if (rune == 0x2028 || rune == 0x2029)
			str_add(out, rune == 0x2028 ? "\\L" : "\\P");
		else if (rune == 0x85)
			str_add(out, "\\N");
		else if (rune == 0xfeff)
			str_add(out, "\\uFEFF");
		else if (rune < 0x20 || (rune >= 0x7f && rune <= 0x9f))
			str_printf(out, "\\x%02X", (unsigned)rune);
		else
			str_add_bytes(out, text + i, width);
	}
	str_add_char(out, '"');
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/*
 * Where lines are folded a break has to stand twice, but not behind a line
 * that begins with a blank.  yaml.v3 asks for the first line of the text where
 * it should ask for the next one.
 */
static bool is_doubled(const struct node *node, const char *line)
{
	char first = node->text[strspn(node->text, "\n")];

	return node->style == NODE_FOLDED && *line != '\n' &&
	       !is_blank(*line) && first && !is_blank(first);
}

/* "|" or ">", and the lines below it. */
static void write_block(struct str *out, const struct node *node, size_t indent)
{
	const char *p = node->text, *end = p + node->n, *next;
	bool one = node->n && end[-1] == '\n';
	bool more = node->n > 1 && one && end[-2] == '\n';

	str_add_char(out, node->style == NODE_FOLDED ? '>' : '|');
	if (*p == ' ' || *p == '\n')
		str_printf(out, "%d", INDENT);
	str_add(out, !one ? "-" : more || node->n == 1 ? "+" : "");
	str_add_char(out, '\n');
	for (; p < end; p = next) {
		next = memchr(p, '\n', (size_t)(end - p));
		next = next ? next + 1 : end;
		if (*p != '\n')
			add_indent(out, indent);
		str_add_bytes(out, p, (size_t)(next - p));
		if (next[-1] == '\n' && is_doubled(node, p))
			str_add_char(out, '\n');
	}
	if (!one)
		str_add_char(out, '\n');
}

static bool is_block(const struct node *node, const struct yaml_text *text,
		     bool flow)
{
	return !flow && text->literal_allowed &&
	       (node->style == NODE_LITERAL || node->style == NODE_FOLDED ||
		(node->style < NODE_QUOTED &&
		 memchr(node->text, '\n', node->n)));
}

/* The tag, where the text alone would be taken for something else.  A string is
 * quoted instead. */
static bool write_tag(struct str *out, const struct node *node)
{
	static const char *const names[] = {
		[NODE_INT] = "!!int",
		[NODE_FLOAT] = "!!float",
		[NODE_BOOL] = "!!bool",
		[NODE_NULL] = "!!null",
		[NODE_TIMESTAMP] = "!!timestamp",
		[NODE_BINARY] = "!!binary",
		[NODE_OTHER_TAG] = NULL,
	};
	const char *name = names[node->tag];

	if (!name || doc_text_tag(node->text, node->n) == node->tag)
		return false;
	str_add(out, name);
	return true;
}

/* Ends with a line break where it is a block. */
static void write_scalar(struct str *out, const struct node *node,
			 size_t indent, bool flow)
{
	struct yaml_text text;
	bool plain = node->style < NODE_QUOTED;

	doc_yaml_analyze(node->text, node->n, &text);
	if (write_tag(out, node)) {
		if (!node->n && plain)
			return;
		str_add_char(out, ' ');
	}
	if (is_block(node, &text, flow)) {
		write_block(out, node, indent);
		return;
	}
	/* A tag of somebody's own is lost, but not that it was no number. */
	if (plain && (node->tag == NODE_STR || node->tag == NODE_OTHER_TAG) &&
	    doc_text_tag(node->text, node->n) != NODE_STR) {
		write_double_quoted(out, node->text, node->n);
		return;
	}
	if (plain && text.plain_allowed &&
	    (!flow || is_plain_in_flow(node->text, node->n)))
		str_add_bytes(out, node->text, node->n);
	else if (node->style != NODE_QUOTED && text.single_allowed &&
		 !text.multiline)
		write_single_quoted(out, node->text, node->n);
	else
		write_double_quoted(out, node->text, node->n);
}

static void write_key(struct str *out, const struct node_entry *entry,
		      bool flow)
{
	const struct node key = {
		.kind = NODE_SCALAR,
		.style = entry->quoted ? NODE_QUOTED : NODE_PLAIN,
		.text = entry->key,
		.n = entry->key_len,
	};

	write_scalar(out, &key, 0,
		     flow || !key.n || memchr(key.text, '\n', key.n));
}

static void write_flow(struct str *out, const struct node *node)
{
	bool mapping = node->kind == NODE_MAPPING;

	str_add_char(out, mapping ? '{' : '[');
	for (size_t i = 0; i < node->n; i++) {
		if (i)
			str_add(out, ", ");
		if (mapping) {
			write_key(out, &node->entries[i], true);
			str_add(out, ": ");
		}
		write_node(out,
			   mapping ? node->entries[i].value : node->items[i], 0,
			   true);
	}
	str_add_char(out, mapping ? '}' : ']');
}

static bool is_flow(const struct node *node)
{
	return node->kind != NODE_SCALAR &&
	       (node->style == NODE_FLOW || !node->n);
}

/* A value in a line that has begun, to the end of its last line; a blank
 * stands before it, unless it has no text. */
static void write_inner(struct str *out, const struct node *node, size_t indent)
{
	size_t before = out->len;

	str_add_char(out, ' ');
	write_node(out, node, indent, false);
	if (out->len == before + 1)
		str_cut(out, before);
	if (out->data[out->len - 1] != '\n')
		str_add_char(out, '\n');
}

static void write_mapping(struct str *out, const struct node *node,
			  size_t indent)
{
	const struct node *value;

	for (size_t i = 0; i < node->n; i++) {
		value = node->entries[i].value;
		if (i)
			add_indent(out, indent);
		write_key(out, &node->entries[i], false);
		str_add_char(out, ':');
		if (value->kind == NODE_SCALAR || is_flow(value)) {
			write_inner(out, value, indent + INDENT);
			continue;
		}
		str_add_char(out, '\n');
		/* Right under its key a sequence is not indented. */
		if (value->kind == NODE_MAPPING)
			indent += INDENT;
		add_indent(out, indent);
		write_node(out, value, indent, false);
		if (value->kind == NODE_MAPPING)
			indent -= INDENT;
	}
}

static void write_sequence(struct str *out, const struct node *node,
			   size_t indent)
{
	for (size_t i = 0; i < node->n; i++) {
		if (i)
			add_indent(out, indent);
		str_add_char(out, '-');
		write_inner(out, node->items[i], indent + INDENT);
	}
}

static void write_node(struct str *out, const struct node *node, size_t indent,
		       bool flow)
{
	if (node->kind == NODE_SCALAR)
		write_scalar(out, node, indent, flow);
	else if (flow || is_flow(node))
		write_flow(out, node);
	else if (node->kind == NODE_MAPPING)
		write_mapping(out, node, indent);
	else
		write_sequence(out, node, indent);
}

void doc_write_node(struct str *out, const struct node *node)
{
	size_t before = out->len;

	write_node(out, node, node->kind == NODE_SCALAR ? INDENT : 0, false);
	if (out->len == before || out->data[out->len - 1] != '\n')
		str_add_char(out, '\n');
}
