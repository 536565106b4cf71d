/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* pipe2() */
#include "fault_server.h"

#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"
#include "test.h"

struct fault_server {
	struct arena *arena;
	char *dir;
	pid_t pid;
	int in; /* its standard input; closed, it ends */
	json_t *ports;
};

/* The line that names the ports; NULL where the server did not come up. */
static json_t *read_ports(int fd)
{
	char line[512] = "";
	size_t n = 0;
	ssize_t got;

	while (n + 1 < sizeof(line) && !strchr(line, '\n')) {
		got = read(fd, line + n, sizeof(line) - 1 - n);
		if (got <= 0)
			return NULL;
		n += (size_t)got;
	}
	return json_loads(line, 0, NULL);
}

int fault_server_start(void **state)
{
	struct arena *arena = arena_new();
	struct fault_server *server = arena_alloc(arena, sizeof(*server));
	const char *tmp = getenv("TMPDIR");
	int in[2], out[2];

	server->arena = arena;
	server->dir = arena_printf(arena, "%s/fault-XXXXXX",
				   tmp ? tmp : "/tmp");
	if (!mkdtemp(server->dir) || pipe2(in, O_CLOEXEC) < 0 ||
	    pipe2(out, O_CLOEXEC) < 0)
		return -1;
	server->pid = fork();
	if (server->pid == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		execlp("python3", "python3", "tests/unit/fault_server.py",
		       server->dir, (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	server->in = in[1];
	server->ports = read_ports(out[0]);
	close(out[0]);
	*state = server;
	return server->ports ? 0 : -1;
}

int fault_server_stop(void **state)
{
	struct fault_server *server = *state;
	struct err err = { 0 };

	close(server->in);
	waitpid(server->pid, NULL, 0);
	json_decref(server->ports);
	if (file_remove_all(server->dir, &err) < 0)
		err_clear(&err);
	arena_free(server->arena);
	return 0;
}

const char *fault_server_port(void **state, const char *name)
{
	const struct fault_server *server = *state;
	const json_t *port = json_object_get(server->ports, name);

	return arena_printf(server->arena, "%d", (int)json_integer_value(port));
}

const char *fault_server_url(void **state, const char *name)
{
	const struct fault_server *server = *state;
	const char *scheme = str_equal(name, "http") ? "http" : "https";

	return arena_printf(server->arena, "%s://localhost:%s", scheme,
			    fault_server_port(state, name));
}

const char *fault_server_path(void **state, const char *name)
{
	const struct fault_server *server = *state;

	return arena_printf(server->arena, "%s/%s", server->dir, name);
}

struct bytes fault_server_file(void **state, const char *name)
{
	const struct fault_server *server = *state;
	struct bytes bytes = { 0 };
	struct err err = { 0 };

	assert_return_code(file_read(server->arena,
				     fault_server_path(state, name), 1 << 20,
				     &bytes, &err),
			   0);
	return bytes;
}
