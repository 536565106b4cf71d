/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/kube/immutable.h"

#include <string.h>

#include "cluster/kube/status.h"
#include "document/document.h"

/*
 * What validation says of a field that it compares with its old value (all of
 * pkg/apis/.../validation and staging of Kubernetes v1.36).  Most say
 * "immutable", and so do the rules of most definitions.
 */
static const char *const sayings[] = {
	"Immutable",
	"cannot change roleRef",
	"immutable",
	"may not change fields other than", /* a Pod's */
	"may not change once set",          /* a Service's address */
	"updates to ",                      /* StatefulSet, StorageClass */
};

/*
 * What a cause says but for the value, which may hold anything: "Invalid value:
 * VALUE: field is immutable", "Forbidden: field is immutable ...".  NULL for
 * causes of other types.
 */
static const char *saying_of(struct arena *scratch, const char *message)
{
	static const char forbidden[] = "Forbidden: ";
	static const char invalid[] = "Invalid value: ";
	const char *last = NULL;

	if (str_starts(message, forbidden)) {
		message += strlen(forbidden);
		return arena_strndup(scratch, message, strcspn(message, "\n"));
	}
	if (!str_starts(message, invalid))
		return NULL;
	message += strlen(invalid);
	for (const char *at = message; (at = strstr(at, ": ")) != NULL; at++)
		last = at + strlen(": ");
	return last;
}

static bool says_immutable(const char *saying)
{
	for (size_t i = 0; i < ARRAY_LEN(sayings); i++)
		if (strstr(saying, sayings[i]))
			return true;
	return false;
}

/* Are the values that are wanted those that live, whatever else is there? */
static bool is_within(const json_t *want, const json_t *live)
{
	const json_t *member;
	const char *key;
	size_t i;

	if (json_is_object(want) && json_is_object(live)) {
		json_object_foreach((json_t *)(uintptr_t)want, key, member)
			if (!is_within(member, json_object_get(live, key)))
				return false;
		return true;
	}
	if (!json_is_array(want) || !json_is_array(live))
		return doc_equal(want, live);
	if (json_array_size(want) != json_array_size(live))
		return false;
	json_array_foreach(want, i, member)
		if (!is_within(member, json_array_get(live, i)))
			return false;
	return true;
}

/*
 * "updates to statefulset spec for fields other than 'replicas', 'template'
 * are forbidden" is said of the whole spec: which of its fields are it?
 */
static void add_fields(struct arena *scratch, struct str *out,
		       const struct cluster_item *item, const char *field,
		       const char *saying)
{
	AUTO_ERR struct err broken = { 0 };
	json_t *live = NULL;
	const json_t *wanted, *member;
	const size_t before = out->len;
	const char *key;

	if (saying && strstr(saying, "for fields other than") &&
	    doc_read_json(scratch, "live", item->live, &live, &broken) == 0) {
		wanted = doc_get(item->want->doc, field, NULL);
		json_object_foreach((json_t *)(uintptr_t)wanted, key, member) {
			const char *quoted = arena_printf(scratch, "'%s'", key);

			if (!strstr(saying, quoted) &&
			    !is_within(member, doc_get(live, field, key, NULL)))
				str_printf(out, "%s%s.%s", out->len ? ", " : "",
					   field, key);
		}
	}
	if (out->len == before)
		str_printf(out, "%s%s", out->len ? ", " : "", field);
}

char *kube_immutable_fields(struct arena *arena,
			    const struct cluster_item *item,
			    const struct kube_call *call)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	AUTO_STR struct str fields = STR_INIT(STR_BIG);
	const json_t *said, *cause;
	size_t i;

	if (call->response.status != 422 || !item->live.len)
		return NULL;
	said = kube_status_parse(scratch, call->response.body);
	json_array_foreach(doc_get(said, "details", "causes", NULL), i, cause) {
		const char *field = doc_get_string(cause, "field", NULL);
		const char *message = doc_get_string(cause, "message", NULL);
		const char *saying = message ? saying_of(scratch, message) :
					       NULL;

		if (!field || !*field || !saying || !says_immutable(saying))
			return NULL;
		add_fields(scratch, &fields, item, field, saying);
	}
	return fields.len ? str_keep(&fields, arena) : NULL;
}

void kube_refuse_immutable(struct cluster_item *item)
{
	err_set(&item->err, ERR_REFUSED,
		"it has to be replaced: %s cannot be changed", item->immutable);
	if (item->replace_hint)
		err_hint(&item->err, "%s", item->replace_hint);
}
