/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* memfd_create() */

/* Any bytes as a kubeconfig: read, or refused with a message. */

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cluster/kube/config.h"
#include "document/document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const env[] = { "HOME=/nonexistent", NULL };
	struct cluster_args args = { 0 };
	struct kube_config config = { 0 };
	struct err err = { 0 };
	struct run run;
	char path[64];
	int fd = memfd_create("kubeconfig", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	doc_init();
	run_init(&run, env);
	args.kubeconfig = path;
	if (kube_config_load(&run, &args, &config, &err) == 0) {
		assert(config.server && *config.server);
		assert(config.namespace && *config.namespace);
		assert(!config.cert_pem.len == !config.key_pem.len);
		assert(!config.exec || config.exec->command);
	} else {
		assert(err.msg && strstr(err.msg, path));
	}
	err_clear(&err);
	run_release(&run);
	close(fd);
	return 0;
}
