/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/kube/config_entry.h"

#include <string.h>

#include "base/file.h"
#include "document/document.h"

#define PEM_CAP ((size_t)1 << 20)

int kube_entry_fail(const struct config_entry *entry, struct err *err,
		    const char *fmt, ...)
{
	va_list ap;
	AUTO_STR struct str text = STR_INIT(STR_BIG);

	va_start(ap, fmt);
	str_vprintf(&text, fmt, ap);
	va_end(ap);
	return err_set(err, ERR_INPUT, "%s: %s", entry->from, str_text(&text));
}

int kube_entry_string(const struct config_entry *entry, const char *field,
		      const char **out, struct err *err)
{
	const json_t *value = json_object_get(entry->value, field);

	if (value && !json_is_null(value) && !json_is_string(value)) {
		kube_entry_fail(entry, err, "%s: expected text", field);
		return err_hint(err, "put the value in quotes");
	}
	*out = NULL;
	if (value && json_string_length(value) > 0)
		*out = json_string_value(value);
	return 0;
}

int kube_entry_bool(const struct config_entry *entry, const char *field,
		    bool *out, struct err *err)
{
	const json_t *value = json_object_get(entry->value, field);

	if (value && !json_is_null(value) && !json_is_boolean(value))
		return kube_entry_fail(entry, err, "%s: expected true or false",
				       field);
	*out = json_is_true(value);
	return 0;
}

int kube_entry_list(const struct config_entry *entry, const char *field,
		    const char ***out, struct err *err)
{
	const json_t *value = json_object_get(entry->value, field);
	const char **list;

	if (!value || json_is_null(value)) {
		*out = NULL;
		return 0;
	}
	if (!json_is_array(value))
		return kube_entry_fail(entry, err, "%s: expected a list",
				       field);
	list = arena_array(entry->run->arena, json_array_size(value) + 1,
			   sizeof(*list));
	for (size_t i = 0; i < json_array_size(value); i++) {
		list[i] = json_string_value(json_array_get(value, i));
		if (!list[i])
			return kube_entry_fail(entry, err,
					       "%s: item %zu: expected text",
					       field, i + 1);
	}
	*out = list;
	return 0;
}

int kube_entry_path(const struct config_entry *entry, const char *field,
		    const char **out, struct err *err)
{
	struct arena *arena = entry->run->arena;
	const char *path, *slash = strrchr(entry->file, '/');

	if (kube_entry_string(entry, field, &path, err) < 0)
		return -1;
	if (path && *path != '/' && slash)
		path = arena_printf(arena, "%.*s/%s",
				    (int)(slash - entry->file), entry->file,
				    path);
	*out = path;
	return 0;
}

static int decode_pem(const struct config_entry *entry, const char *field,
		      const char *base64, struct bytes *out, struct err *err)
{
	AUTO_STR struct str pem = STR_INIT(PEM_CAP);

	if (!str_decode_base64(&pem, base64, strlen(base64)))
		return kube_entry_fail(entry, err, "%s: not base64", field);
	if (pem.full)
		return kube_entry_fail(entry, err, "%s: more than %zu bytes",
				       field, PEM_CAP);
	out->data = str_keep(&pem, entry->run->arena);
	out->len = pem.len;
	return 0;
}

static int read_pem(const struct config_entry *entry, const char *field,
		    struct bytes *out, struct err *err)
{
	const char *path;

	if (kube_entry_path(entry, field, &path, err) < 0)
		return -1;
	if (!path)
		return 0;
	if (file_read(entry->run->arena, path, PEM_CAP, out, err) < 0)
		return err_wrap(err, "%s: %s", entry->from, field);
	return 0;
}

int kube_entry_pem(const struct config_entry *entry, const char *field,
		   struct bytes *out, struct err *err)
{
	const char *data_field = arena_printf(entry->run->arena, "%s-data",
					      field);
	struct bytes pem = { 0 };
	const char *base64, *path;

	if (kube_entry_string(entry, data_field, &base64, err) < 0 ||
	    kube_entry_string(entry, field, &path, err) < 0)
		return -1;
	if (base64 && path)
		return kube_entry_fail(entry, err, "both %s and %s are given",
				       field, data_field);
	if (base64) {
		field = data_field;
		if (decode_pem(entry, field, base64, &pem, err) < 0)
			return -1;
	} else if (read_pem(entry, field, &pem, err) < 0) {
		return -1;
	}
	if (pem.data && (memchr(pem.data, '\0', pem.len) ||
			 !strstr(pem.data, "-----BEGIN ")))
		return kube_entry_fail(entry, err,
				       "%s: expected PEM "
				       "(-----BEGIN ...-----)",
				       field);
	*out = pem;
	return 0;
}
