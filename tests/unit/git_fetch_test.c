/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/git_fixture.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "git/fetch.h"

static struct run run;
static const char *dir; /* temporary, and HOME */

static int setup(void **state UNUSED)
{
	static char home[64] = "HOME=";
	static const char *env[] = { home, "PATH=/usr/bin:/bin", NULL };
	const char *parent = getenv("TMPDIR");
	char *path;

	run_init(&run, env);
	path = arena_printf(run.arena, "%s/git_fetch.XXXXXX",
			    parent ? parent : "/tmp");
	assert_non_null(mkdtemp(path));
	dir = path;
	home[5] = '\0';
	strncat(home, dir, sizeof(home) - 6);
	return 0;
}

static int teardown(void **state UNUSED)
{
	AUTO_ERR struct err err = { 0 };

	assert_int_equal(file_remove_all(dir, &err), 0);
	run_release(&run);
	return 0;
}

/* ---- silence ---- */

/* A socket that takes connections, and nobody to answer them. */
static int listen_silently(uint16_t *port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	*port = ntohs(address.sin_port);
	return fd;
}

static void assert_silence_ends(const char *format)
{
	struct repo_args args = { .timeout_ms = 300 };
	AUTO_ERR struct err err = { 0 };
	int64_t begin = clock_ms();
	struct repo *repo;
	uint16_t port;
	int fd = listen_silently(&port);

	args.location = arena_printf(run.arena, "%s:%u/x", format, port);
	assert_int_equal(repo_open(&run, &args, &repo, &err), -1);
	close(fd);
	assert_int_equal(err.status, ERR_TEMPORARY);
	assert_non_null(strstr(err.msg, "said nothing for 300 ms"));
	assert_true(clock_ms() - begin < 10000);
}

static void a_silent_http_server_is_given_up(void **state UNUSED)
{
	assert_silence_ends("http://127.0.0.1");
}

static void a_silent_ssh_server_is_given_up(void **state UNUSED)
{
	assert_silence_ends("ssh://git@127.0.0.1");
}

/* ---- known_hosts ---- */

static const char *known(const char *text, const char *host, const char *port)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);
	AUTO_ERR struct err err = { 0 };
	const char *ssh = arena_printf(run.arena, "%s/.ssh", dir);
	const char *path = arena_printf(run.arena, "%s/known_hosts", ssh);
	struct bytes bytes = { text, strlen(text) };

	assert_int_equal(file_make_dir(ssh, 0700, &err), 0);
	assert_int_equal(file_write(path, bytes, 0600, &err), 0);
	assert_int_equal(repo_known_hosts(&run, host, port, &out, &err), 0);
	return str_keep(&out, run.arena);
}

static void known_keys_are_those_of_the_host(void **state UNUSED)
{
	static const struct {
		const char *line, *host, *port;
		bool found;
	} cases[] = {
		{ "a.example ssh-ed25519 KEY", "a.example", "22", true },
		{ "a.example ssh-ed25519 KEY", "a.example", "2222", true },
		{ "[a.example]:2222 ssh-ed25519 KEY", "a.example", "2222",
		  true },
		{ "[a.example]:2222 ssh-ed25519 KEY", "a.example", "22",
		  false },
		{ "[a.example]:22 ssh-ed25519 KEY", "a.example", "22", false },
		{ "*.example ssh-ed25519 KEY", "a.example", "22", true },
		{ "?.EXAMPLE ssh-ed25519 KEY", "a.example", "22", true },
		{ "*.example,!a.* ssh-ed25519 KEY", "a.example", "22", false },
		{ "!a.*,*.example ssh-ed25519 KEY", "a.example", "22", false },
		{ "b,a.example,c ssh-ed25519 KEY", "a.example", "22", true },
		{ "aXexample ssh-ed25519 KEY", "a.example", "22", false },
		{ "[a-c].example ssh-ed25519 KEY", "a.example", "22", false },
		{ "::1 ssh-ed25519 KEY", "[::1]", "22", true },
		{ "[::1]:2222 ssh-ed25519 KEY", "[::1]", "2222", true },
		/* ssh-keygen -H of "a.example". */
		{ "|1|6ICaEx0ClpBTqO5Tm4y0VjsNCLE=|"
		  "4GHuxpZT8DgvdksVmf4SmMjHAPM= ssh-ed25519 KEY",
		  "a.example", "22", true },
		{ "|1|6ICaEx0ClpBTqO5Tm4y0VjsNCLE=|"
		  "4GHuxpZT8DgvdksVmf4SmMjHAPM= ssh-ed25519 KEY",
		  "b.example", "22", false },
		{ "|1|6ICaEx0ClpBTqO5Tm4y0VjsNCLE=|x ssh-ed25519 KEY",
		  "a.example", "22", false },
		{ "a.example ssh-dss KEY", "a.example", "22", false },
		{ "a.example ssh-ed25519", "a.example", "22", false },
		{ "a.example", "a.example", "22", false },
		{ "@revoked a.example ssh-ed25519 KEY", "a.example", "22",
		  false },
		{ "@cert-authority * ssh-ed25519 KEY", "a.example", "22",
		  false },
		{ "#a.example ssh-ed25519 KEY", "a.example", "22", false },
		{ " \ta.example\tssh-ed25519  KEY  comment", "a.example", "22",
		  true },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *text = known(cases[i].line, cases[i].host,
					 cases[i].port);

		if ((*text != '\0') != cases[i].found)
			fail_msg("%s: '%s'", cases[i].line, text);
	}
}

static void the_best_kind_of_key_is_asked_for_first(void **state UNUSED)
{
	assert_string_equal(known("h ssh-rsa A\n"
				  "h ecdsa-sha2-nistp256 B\r\n"
				  "h ssh-ed25519 C\n",
				  "h", "22"),
			    "[h]:22 ssh-ed25519 C\n"
			    "[h]:22 ecdsa-sha2-nistp256 B\n"
			    "[h]:22 ssh-rsa A\n");
}

static void keys_of_the_port_go_before_keys_of_the_host(void **state UNUSED)
{
	assert_string_equal(known("h ssh-ed25519 A\n[h]:2222 ssh-rsa B\n", "h",
				  "2222"),
			    "[h]:2222 ssh-rsa B\n");
}

static void revoked_keys_are_left_out(void **state UNUSED)
{
	assert_string_equal(known("h ssh-ed25519 A\n@revoked * ssh-ed25519 A\n"
				  "h ssh-ed25519 B\n@revoked x ssh-ed25519 B\n",
				  "h", "22"),
			    "[h]:22 ssh-ed25519 B\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_silent_http_server_is_given_up),
		cmocka_unit_test(a_silent_ssh_server_is_given_up),
		cmocka_unit_test(known_keys_are_those_of_the_host),
		cmocka_unit_test(the_best_kind_of_key_is_asked_for_first),
		cmocka_unit_test(keys_of_the_port_go_before_keys_of_the_host),
		cmocka_unit_test(revoked_keys_are_left_out),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
