/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/map.h"
#include "release/release.h"

#define SUBJECT_MOST 64 /* bytes of a move */

static const char *own_words(struct arena *arena, const char **moves, size_t n)
{
	/* Digests make it too long for a subject: the trailer has them. */
	if (n == 1 && strlen(moves[0]) > SUBJECT_MOST)
		return arena_printf(arena, "Release %.*s",
				    (int)strcspn(moves[0], " "), moves[0]);
	if (n == 1)
		return arena_printf(arena, "Release %s", moves[0]);
	return n ? arena_printf(arena, "Release %zu images", n) :
		   "Release images";
}

/* The keys, as "a, b". */
static const char *list_of(struct arena *arena, const struct map *map)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	for (size_t i = 0; i < map->n; i++)
		str_printf(&out, "%s%s", i ? ", " : "", map->entries[i].key);
	return str_keep(&out, arena);
}

static const char *apps_of(struct arena *arena, const struct release_plan *plan)
{
	struct map *names = map_new(arena);

	for (size_t i = 0; i < plan->places.n; i++) {
		const struct release_place *place = &plan->places.v[i];

		for (size_t j = 0; place->moved && j < place->file->apps.n; j++)
			map_set(names, place->file->apps.v[j]->name, names);
	}
	return list_of(arena, names);
}

struct word {
	const char *name, *text;
};

/* The word that `text` begins with, or NULL. */
static const struct word *word_at(const struct word *words, size_t n,
				  const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (str_starts(text, words[i].name))
			return &words[i];
	return NULL;
}

static const char *fill_in(struct arena *arena, const char *template,
			   const struct word *words, size_t n)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	while (*template) {
		const struct word *word = word_at(words, n, template);

		if (word) {
			str_add(&out, word->text);
			template += strlen(word->name);
		} else {
			str_add_char(&out, *template ++);
		}
	}
	return str_keep(&out, arena);
}

const char *release_message(struct arena *arena,
			    const struct release_plan *plan,
			    const char *template)
{
	struct map *images = map_new(arena), *all = map_new(arena);
	struct word words[] = {
		{ "{apps}", apps_of(arena, plan) },
		{ "{count}", NULL },
		{ "{images}", NULL },
		{ "{moves}", NULL },
	};
	size_t n;
	const char **moves = release_moves(arena, plan, &n);

	if (!template)
		return own_words(arena, moves, n);
	for (size_t i = 0; i < n; i++) {
		map_set(all, moves[i], all);
		map_set(images,
			arena_printf(arena, "%.*s", (int)strcspn(moves[i], " "),
				     moves[i]),
			images);
	}
	words[1].text = arena_printf(arena, "%zu", n);
	words[2].text = list_of(arena, images);
	words[3].text = list_of(arena, all);
	return fill_in(arena, template, words, ARRAY_LEN(words));
}
