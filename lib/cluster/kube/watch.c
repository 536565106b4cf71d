/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/kube/watch.h"

#include <string.h>

#include "cluster/kube/list.h"

#define LINE_BYTES    ((size_t)8 << 20) /* etcd keeps 1.5 MiB */
#define VERSION_BYTES ((size_t)256)

void kube_watch_init(struct kube_watch *watch,
		     void (*take)(void *context, struct bytes object,
				  bool gone),
		     void *context)
{
	*watch = (struct kube_watch){
		.take = take,
		.context = context,
		.line = STR_INIT(LINE_BYTES),
		.version = STR_INIT(VERSION_BYTES),
	};
}

void kube_watch_reset(struct kube_watch *watch)
{
	str_clear(&watch->line);
	str_clear(&watch->version);
	watch->expired = false;
}

void kube_watch_release(struct kube_watch *watch)
{
	str_release(&watch->line);
	str_release(&watch->version);
}

static bool is_text(struct bytes bytes, const char *text)
{
	return bytes.len == strlen(text) &&
	       memcmp(bytes.data, text, bytes.len) == 0;
}

static int take_line(struct kube_watch *watch, struct bytes line,
		     struct err *err)
{
	struct bytes type = kube_text_string(kube_text_member(line, "type"));
	struct bytes object = kube_text_member(line, "object");
	struct bytes version = kube_text_string(
		kube_text_member(kube_text_member(object, "metadata"),
				 "resourceVersion"));

	if (!type.len || !object.len)
		return err_set(err, ERR_FAILED, "the server's watch is broken");
	if (is_text(type, "ERROR")) {
		watch->expired = true;
		return 0;
	}
	if (version.len) {
		str_clear(&watch->version);
		str_add_bytes(&watch->version, version.data, version.len);
	}
	if (!is_text(type, "BOOKMARK"))
		watch->take(watch->context, object, is_text(type, "DELETED"));
	return 0;
}

int kube_watch_feed(struct kube_watch *watch, const char *data, size_t n,
		    struct err *err)
{
	while (n) {
		const char *end = memchr(data, '\n', n);
		size_t len = end ? (size_t)(end - data) : n;

		str_add_bytes(&watch->line, data, len);
		if (watch->line.full)
			return err_set(err, ERR_FAILED,
				       "an object is larger than 8 MiB");
		if (!end)
			return 0;
		if (watch->line.len &&
		    take_line(watch, str_bytes(&watch->line), err) < 0)
			return -1;
		str_clear(&watch->line);
		data += len + 1;
		n -= len + 1;
	}
	return 0;
}
