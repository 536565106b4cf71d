/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/opt.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/vec.h"

#define NUMBER_DIGITS 6

/* ---- the table as a list ---- */

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct opt *)a)->name,
		      ((const struct opt *)b)->name);
}

static void add_table(struct arena *arena, const struct opt *table,
		      size_t offset, struct opt_list *out)
{
	for (; table->type != OPT_TYPE_END; table++) {
		struct opt *opt;

		if (table->type == OPT_TYPE_INCLUDE) {
			add_table(arena, table->table, offset + table->offset,
				  out);
			continue;
		}
		opt = vec_push(arena, out);
		*opt = *table;
		opt->offset += offset;
	}
}

void opt_list_all(struct arena *arena, const struct opt *table,
		  struct opt_list *out)
{
	*out = (struct opt_list){ 0 };
	add_table(arena, table, 0, out);
	*vec_push(arena, out) = (struct opt){
		.type = OPT_TYPE_HELP,
		.letter = 'h',
		.name = "help",
		.help = "show this text",
	};
	qsort(out->v, out->n, sizeof(*out->v), by_name);
}

static bool takes_value(const struct opt *opt)
{
	return opt->type == OPT_TYPE_STRING || opt->type == OPT_TYPE_STRINGS ||
	       opt->type == OPT_TYPE_SECONDS || opt->type == OPT_TYPE_CHOICE;
}

const char *opt_arg(struct arena *arena, const struct opt *opt)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);

	if (opt->type != OPT_TYPE_CHOICE)
		return opt->arg;
	for (size_t i = 0; opt->choices[i]; i++) {
		if (i)
			str_add_char(&text, '|');
		str_add(&text, opt->choices[i]);
	}
	return str_keep(&text, arena);
}

char *opt_variable(struct arena *arena, const struct opt *opt)
{
	char *name = opt->variable ?
			     arena_strdup(arena, opt->variable) :
			     arena_printf(arena, "GITOPS_%s", opt->name);

	for (char *c = name; *c; c++)
		*c = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
	return name;
}

/* ---- the words of a command line ---- */

struct parser {
	struct arena *arena;
	struct opt_list list;
	char **argv; /* what is still to be read */
	char **end;
	const char *letters; /* the rest of "-vvq", or NULL */
	bool only_operands;  /* "--" was met */
};

/* One option with its value, or one operand. */
struct word {
	const struct opt *opt; /* NULL: an operand */
	const char *value;     /* NULL: a flag alone */
	const char *shown;     /* "--rev", "-n": for messages */
};

static void start(struct parser *p, struct arena *arena,
		  const struct opt *table, int argc, char **argv)
{
	*p = (struct parser){ .arena = arena };
	p->argv = argv;
	p->end = argv + argc;
	opt_list_all(arena, table, &p->list);
}

static int unknown(struct parser *p, const char *shown, const char *name,
		   struct err *err)
{
	const char **names = arena_array(p->arena, p->list.n + 1,
					 sizeof(*names));
	const char *nearest;

	for (size_t i = 0; i < p->list.n; i++)
		names[i] = p->list.v[i].name;
	nearest = name ? str_nearest(name, names) : NULL;
	if (nearest)
		return err_set(err, ERR_USAGE,
			       "unknown option '%s'; did you mean '--%s'?",
			       shown, nearest);
	return err_set(err, ERR_USAGE, "unknown option '%s'", shown);
}

/* The value of an option that needs one is the next word if it is not in
 * this one. */
static int next_value(struct parser *p, struct word *word, struct err *err)
{
	if (!word->value && takes_value(word->opt)) {
		if (p->argv == p->end)
			return err_set(err, ERR_USAGE, "option '%s' needs %s",
				       word->shown,
				       opt_arg(p->arena, word->opt));
		word->value = *p->argv++;
	}
	if (word->value && !*word->value)
		return err_set(err, ERR_USAGE, "option '%s' is empty",
			       word->shown);
	return 0;
}

static int next_long(struct parser *p, const char *text, struct word *word,
		     struct err *err)
{
	size_t n = strcspn(text, "=");
	char *name = arena_strndup(p->arena, text, n);

	word->shown = arena_printf(p->arena, "--%s", name);
	if (text[n])
		word->value = text + n + 1;
	for (size_t i = 0; i < p->list.n; i++) {
		if (strcmp(p->list.v[i].name, name) == 0) {
			word->opt = &p->list.v[i];
			return next_value(p, word, err);
		}
	}
	return unknown(p, word->shown, name, err);
}

static int next_letter(struct parser *p, struct word *word, struct err *err)
{
	const char letter = *p->letters++;

	word->shown = arena_printf(p->arena, "-%c", letter);
	for (size_t i = 0; i < p->list.n; i++)
		if (p->list.v[i].letter == letter)
			word->opt = &p->list.v[i];
	if (!word->opt)
		return unknown(p, word->shown, NULL, err);
	if (!*p->letters) {
		p->letters = NULL;
	} else if (takes_value(word->opt)) {
		word->value = p->letters;
		p->letters = NULL;
	}
	return next_value(p, word, err);
}

/* 1 for a word, 0 at the end, -1 for what is no option. */
static int next_word(struct parser *p, struct word *word, struct err *err)
{
	const char *text;

	*word = (struct word){ 0 };
	if (p->letters)
		return next_letter(p, word, err) < 0 ? -1 : 1;
	if (p->argv == p->end)
		return 0;
	text = *p->argv++;
	if (!p->only_operands && strcmp(text, "--") == 0) {
		p->only_operands = true;
		if (p->argv == p->end)
			return 0;
		text = *p->argv++;
	}
	if (p->only_operands || text[0] != '-' || !text[1]) {
		word->value = text;
		return 1;
	}
	if (text[1] == '-')
		return next_long(p, text + 2, word, err) < 0 ? -1 : 1;
	p->letters = text + 1;
	return next_letter(p, word, err) < 0 ? -1 : 1;
}

bool opt_wants_help(struct arena *arena, const struct opt *table, int argc,
		    char **argv)
{
	AUTO_ERR struct err ignored = { 0 };
	struct parser p;
	struct word word;

	start(&p, arena, table, argc, argv);
	while (next_word(&p, &word, &ignored) > 0)
		if (word.opt && word.opt->type == OPT_TYPE_HELP)
			return true;
	return false;
}

/* ---- numbers ---- */

int64_t opt_number(const char *text)
{
	const char *digits = *text == '#' ? text + 1 : text;
	const size_t n = strspn(digits, "0123456789");

	if (!n || digits[n] || n > NUMBER_DIGITS)
		return 0;
	return strtoll(digits, NULL, 10);
}

int64_t opt_take_number(struct arena *arena, const struct opt *table, int *argc,
			char **argv)
{
	AUTO_ERR struct err ignored = { 0 };
	struct parser p;
	struct word word;
	int64_t number;

	start(&p, arena, table, *argc, argv);
	while (next_word(&p, &word, &ignored) > 0) {
		number = word.opt ? 0 : opt_number(word.value);
		if (!number)
			continue;
		memmove(p.argv - 1, p.argv,
			(size_t)(p.end - p.argv) * sizeof(*p.argv));
		--*argc;
		return number;
	}
	return 0;
}

/* ---- values ---- */

static int store_flag(const struct word *word, bool *field, struct err *err)
{
	static const struct {
		const char *text;
		bool value;
	} words[] = {
		{ "0", false },
		{ "1", true },
		{ "false", false },
		{ "true", true },
	};

	if (!word->value) {
		*field = true;
		return 0;
	}
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (strcmp(word->value, words[i].text) == 0) {
			*field = words[i].value;
			return 0;
		}
	}
	return err_set(err, ERR_USAGE, "%s: '%s' is neither true nor false",
		       word->shown, word->value);
}

static int store_count(const struct word *word, int *field, struct err *err)
{
	if (!word->value) {
		++*field;
		return 0;
	}
	if (!isdigit((unsigned char)word->value[0]) || word->value[1])
		return err_set(err, ERR_USAGE,
			       "%s: '%s' is not a digit from 0 to 9",
			       word->shown, word->value);
	*field = word->value[0] - '0';
	return 0;
}

static int store_choice(struct arena *arena, const struct word *word,
			int *field, struct err *err)
{
	const char *const *choices = word->opt->choices;

	for (int i = 0; choices[i]; i++) {
		if (strcmp(word->value, choices[i]) == 0) {
			*field = i;
			return 0;
		}
	}
	return err_set(err, ERR_USAGE, "%s: '%s' is none of %s", word->shown,
		       word->value, opt_arg(arena, word->opt));
}

/* The list is made anew, one longer: it is short, and the default's own
 * storage is not ours. */
static void store_strings(struct arena *arena, const char *value,
			  const char ***field)
{
	const char **old = *field, **grown;
	size_t n = 0;

	while (old && old[n])
		n++;
	grown = arena_array(arena, n + 2, sizeof(*grown));
	if (n)
		memcpy(grown, old, n * sizeof(*grown));
	grown[n] = value;
	*field = grown;
}

static int store(struct arena *arena, const struct word *word, void *args,
		 struct err *err)
{
	/* Through void *: OPT_FIELD has compared the types. */
	void *field = (char *)args + word->opt->offset;

	switch (word->opt->type) {
	case OPT_TYPE_FLAG:
		return store_flag(word, field, err);
	case OPT_TYPE_COUNT:
		return store_count(word, field, err);
	case OPT_TYPE_STRING:
		*(const char **)field = word->value;
		return 0;
	case OPT_TYPE_STRINGS:
		store_strings(arena, word->value, field);
		return 0;
	case OPT_TYPE_SECONDS:
		if (clock_parse_duration(word->value, field, err) < 0)
			return err_wrap(err, "%s", word->shown);
		return 0;
	case OPT_TYPE_CHOICE:
		return store_choice(arena, word, field, err);
	case OPT_TYPE_HELP:
	case OPT_TYPE_INCLUDE:
	case OPT_TYPE_END:
		break;
	}
	return 0;
}

static int store_presets(struct run *run, const struct opt_list *list,
			 const bool *given, void *args, struct err *err)
{
	for (size_t i = 0; i < list->n; i++) {
		const char *name = opt_variable(run->arena, &list->v[i]);
		const struct word word = {
			.opt = &list->v[i],
			.value = run_env(run, name),
			.shown = name,
		};

		if (!given[i] && word.value &&
		    store(run->arena, &word, args, err) < 0)
			return -1;
	}
	return 0;
}

int opt_parse(struct run *run, const struct opt *table, void *args, int argc,
	      char **argv, const char **operand, struct err *err)
{
	struct parser p;
	struct word word;
	bool *given;
	int more;

	start(&p, run->arena, table, argc, argv);
	given = arena_array(run->arena, p.list.n, sizeof(*given));
	for (;;) {
		more = next_word(&p, &word, err);
		if (more <= 0)
			break;
		if (word.opt) {
			given[word.opt - p.list.v] = true;
			if (store(run->arena, &word, args, err) < 0)
				return -1;
			continue;
		}
		if (!*word.value)
			return err_set(err, ERR_USAGE, "an argument is empty");
		if (!operand)
			return err_set(err, ERR_USAGE,
				       "unexpected argument '%s'", word.value);
		*operand = word.value;
		operand = NULL;
	}
	if (more < 0)
		return -1;
	return store_presets(run, &p.list, given, args, err);
}

int opt_check_number(const char *option, const char *text, struct err *err)
{
	const char *end = text;

	if (!text)
		return 0;
	while (*end >= '0' && *end <= '9')
		end++;
	if (end > text && end - text < 8 && !*end)
		return 0;
	return err_set(err, ERR_USAGE, "--%s: expected a number, found '%s'",
		       option, text);
}
