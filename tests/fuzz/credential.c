/* SPDX-License-Identifier: Apache-2.0 */

/* Any bytes as what an exec plugin prints: a credential that can be sent, or
 * an error that quotes none of it. */

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "cluster/kube/exec.h"
#include "document/document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct kube_exec exec = {
		.api_version = "client.authentication.k8s.io/v1",
		.command = "plugin",
	};
	struct kube_credential credential = { 0 };
	struct bytes output = { (const char *)data, size };
	struct err err = { 0 };
	struct run run;

	doc_init();
	run_init(&run, NULL);
	if (kube_exec_parse(&run, &exec, output, &credential, &err) == 0) {
		assert(credential.token || credential.cert_pem.len);
		assert(!credential.cert_pem.len == !credential.key_pem.len);
		assert(!credential.token || !strpbrk(credential.token, "\r\n"));
	} else {
		assert(strncmp(err.msg, "plugin: ", 8) == 0);
	}
	err_clear(&err);
	run_release(&run);
	return 0;
}
