/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/kube/config_entry.h"

#include <string.h>

#include "document/document.h"
#include "http/http.h"

/* What a cluster of a kubeconfig may be. */

static bool is_loopback(const char *host)
{
	return strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 ||
	       str_starts(host, "127.");
}

static int read_url(const struct config_entry *entry, const char *field,
		    const char *text, struct http_url *out, struct err *err)
{
	AUTO_ERR struct err why = { 0 };

	if (http_url_parse(entry->run->arena, text, out, &why) < 0)
		return kube_entry_fail(entry, err, "%s: %s", field, why.msg);
	return 0;
}

/*
 * http:// is for `kubectl proxy` on this machine: anywhere else it would send
 * our credentials, and everybody's Secrets, in the clear.
 */
static int read_server(const struct config_entry *entry,
		       struct kube_config *config, struct err *err)
{
	struct http_url url;
	const char *server;
	size_t len;

	if (kube_entry_string(entry, "server", &server, err) < 0)
		return -1;
	if (!server)
		return kube_entry_fail(entry, err,
				       "server: expected the URL of the API "
				       "server");
	if (read_url(entry, "server", server, &url, err) < 0)
		return -1;
	if (strcmp(url.scheme, "https") != 0 &&
	    (strcmp(url.scheme, "http") != 0 || !is_loopback(url.host)))
		return kube_entry_fail(entry, err,
				       "server: expected https://, not %s://",
				       url.scheme);
	if (url.user || url.password || url.query)
		return kube_entry_fail(entry, err,
				       "server: expected a URL without user, "
				       "password and query");
	len = strlen(server);
	while (server[len - 1] == '/')
		len--;
	config->server = arena_strndup(entry->run->arena, server, len);
	return 0;
}

static int read_proxy(const struct config_entry *entry,
		      struct kube_config *config, struct err *err)
{
	struct run *run = entry->run;
	struct http_url url;

	if (kube_entry_string(entry, "proxy-url", &config->proxy, err) < 0)
		return -1;
	if (!config->proxy)
		return 0;
	if (read_url(entry, "proxy-url", config->proxy, &url, err) < 0)
		return -1;
	if (strcmp(url.scheme, "http") != 0 &&
	    strcmp(url.scheme, "https") != 0 &&
	    strcmp(url.scheme, "socks5") != 0)
		return kube_entry_fail(entry, err,
				       "proxy-url: expected http://, https:// "
				       "or socks5://, not %s://",
				       url.scheme);
	if (url.password)
		run_add_secret(run, url.password, strlen(url.password));
	/* Names are resolved by the proxy, as kubectl has it. */
	if (strcmp(url.scheme, "socks5") == 0)
		config->proxy = arena_printf(run->arena, "socks5h%s",
					     config->proxy + strlen("socks5"));
	return 0;
}

/* What a cluster's owner has to say to exec plugins. */
static json_t *find_exec_extension(json_t *cluster)
{
	json_t *item;
	size_t i;

	json_array_foreach(json_object_get(cluster, "extensions"), i, item) {
		const char *name = doc_get_string(item, "name", NULL);

		if (str_equal(name, "client.authentication.k8s.io/exec"))
			return json_object_get(item, "extension");
	}
	return NULL;
}

int kube_config_read_cluster(const struct config_entry *entry,
			     struct kube_config *config, struct err *err)
{
	if (read_server(entry, config, err) < 0 ||
	    read_proxy(entry, config, err) < 0 ||
	    kube_entry_string(entry, "tls-server-name", &config->server_name,
			      err) < 0 ||
	    kube_entry_bool(entry, "insecure-skip-tls-verify",
			    &config->insecure, err) < 0 ||
	    kube_entry_pem(entry, "certificate-authority", &config->ca_pem,
			   err) < 0)
		return -1;
	if (config->insecure && config->ca_pem.len)
		return kube_entry_fail(entry, err,
				       "insecure-skip-tls-verify and "
				       "certificate-authority exclude each "
				       "other");
	config->exec_extension = find_exec_extension(entry->value);
	return 0;
}
