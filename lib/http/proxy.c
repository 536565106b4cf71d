/* SPDX-License-Identifier: Apache-2.0 */
#include "http/transfer.h"

#include <arpa/inet.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/*
 * Which proxy: the rules of Go's httpproxy, which kubectl follows, and not
 * libcurl's, which know no port in NO_PROXY, send loopback addresses through
 * the proxy, and read the environment themselves.
 */

struct address {
	int family; /* AF_INET, AF_INET6, or 0 for a name */
	unsigned char bytes[16];
};

static struct address parse_address(const char *host)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct address address = { 0 };

	if (inet_pton(AF_INET, host, address.bytes) == 1) {
		address.family = AF_INET;
	} else if (inet_pton(AF_INET6, host, address.bytes) == 1) {
		address.family = AF_INET6;
		if (memcmp(address.bytes, mapped, sizeof(mapped)) == 0) {
			memmove(address.bytes, address.bytes + 12, 4);
			address.family = AF_INET;
		}
	}
	return address;
}

static bool same_prefix(const unsigned char *a, const unsigned char *b,
			unsigned bits)
{
	unsigned char mask = (unsigned char)(0xff << (8 - bits % 8));

	if (memcmp(a, b, bits / 8) != 0)
		return false;
	return bits % 8 == 0 || ((a[bits / 8] ^ b[bits / 8]) & mask) == 0;
}

bool http_is_loopback(const char *host)
{
	static const unsigned char loopback6[16] = { [15] = 1 };
	struct address address = parse_address(host);

	switch (address.family) {
	case AF_INET:
		return address.bytes[0] == 127;
	case AF_INET6:
		return memcmp(address.bytes, loopback6, 16) == 0;
	default:
		return strcasecmp(host, "localhost") == 0;
	}
}

/* "10.0.0.0/8" holds 10.1.2.3. */
static bool network_holds(const char *network, const char *slash,
			  const char *host)
{
	char base[INET6_ADDRSTRLEN];
	struct address want, have = parse_address(host);
	unsigned long bits;
	char *end;

	if ((size_t)(slash - network) >= sizeof(base))
		return false;
	memcpy(base, network, (size_t)(slash - network));
	base[slash - network] = '\0';
	want = parse_address(base);
	bits = strtoul(slash + 1, &end, 10);
	return want.family && want.family == have.family && end > slash + 1 &&
	       !*end && bits <= (want.family == AF_INET ? 32 : 128) &&
	       same_prefix(want.bytes, have.bytes, (unsigned)bits);
}

/* "example.com" also covers a.example.com; ".example.com" covers only that. */
static bool name_covers(const char *entry, const char *host)
{
	size_t host_len = strlen(host), len;

	if (str_starts(entry, "*."))
		entry++;
	len = strlen(entry);
	if (*entry == '.')
		return host_len > len &&
		       strcasecmp(host + host_len - len, entry) == 0;
	if (strcasecmp(host, entry) == 0)
		return true;
	return host_len > len && host[host_len - len - 1] == '.' &&
	       strcasecmp(host + host_len - len, entry) == 0;
}

/* Cut ":port" off the entry and return it; NULL where it names none. */
static const char *cut_port(char *entry)
{
	char *colon = strrchr(entry, ':');

	if (*entry == '[') {
		char *end = strchr(entry, ']');

		if (!end)
			return NULL;
		*end = '\0';
		return end[1] == ':' ? end + 2 : NULL;
	}
	if (!colon || strchr(entry, ':') != colon)
		return NULL; /* none, or a bare IPv6 address */
	*colon = '\0';
	return colon + 1;
}

static bool entry_covers(struct arena *arena, const char *text, size_t n,
			 const struct http_url *url)
{
	char *entry = arena_strndup(arena, text, n);
	const char *slash = strchr(entry, '/'), *port;
	struct address address;

	if (strcmp(entry, "*") == 0)
		return true;
	if (slash)
		return network_holds(entry, slash, url->host);
	port = cut_port(entry);
	if (port && strcmp(port, url->port) != 0)
		return false;
	if (*entry == '[')
		entry++;
	address = parse_address(entry);
	if (address.family) {
		struct address have = parse_address(url->host);

		return memcmp(&address, &have, sizeof(have)) == 0;
	}
	return *entry && name_covers(entry, url->host);
}

static bool no_proxy(const struct run *run, const struct http_url *url)
{
	const char *list = run_env(run, "NO_PROXY");
	AUTO_ARENA struct arena *scratch = NULL;

	if (!list)
		list = run_env(run, "no_proxy");
	if (!list)
		return false;
	scratch = arena_new();
	while (*list) {
		size_t n = strcspn(list, ", \t");

		if (n && entry_covers(scratch, list, n, url))
			return true;
		list += n;
		list += strspn(list, ", \t");
	}
	return false;
}

const char *http_proxy(const struct run *run, const struct http_url *url)
{
	static const char *const https[] = { "HTTPS_PROXY", "https_proxy" };
	/* A web server sets HTTP_PROXY from a request's "Proxy:" header, so
	 * that only the lower case is safe (CVE-2016-5385). */
	static const char *const http[] = { "http_proxy", "http_proxy" };
	static const char *const all[] = { "ALL_PROXY", "all_proxy" };
	bool is_https = strcmp(url->scheme, "https") == 0;
	const char *proxy = NULL;

	for (size_t i = 0; i < 2 && !proxy; i++)
		proxy = run_env(run, is_https ? https[i] : http[i]);
	for (size_t i = 0; i < 2 && !proxy; i++)
		proxy = run_env(run, all[i]);
	if (!proxy || http_is_loopback(url->host) || no_proxy(run, url))
		return "";
	return proxy;
}

const char *http_proxy_shown(struct arena *arena, const char *proxy)
{
	const char *scheme = strstr(proxy, "://");
	const char *host = scheme ? scheme + 3 : proxy;
	const char *at = strrchr(host, '@');

	if (!at)
		return arena_strdup(arena, proxy);
	return arena_printf(arena, "%.*s%s", (int)(host - proxy), proxy,
			    at + 1);
}
