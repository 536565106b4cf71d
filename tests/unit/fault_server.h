/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UNIT_FAULT_SERVER_H
#define UNIT_FAULT_SERVER_H

/*
 * The server that misbehaves on demand (fault_server.py), for a group of
 * tests: start it in the group's setup, stop it in its teardown.
 */

#include "base/arena.h"
#include "base/str.h"

/* Group setup and teardown; the server is in *state. */
int fault_server_start(void **state);
int fault_server_stop(void **state);

/* "https://localhost:PORT" of the listener by that name. */
const char *fault_server_url(void **state, const char *name);
const char *fault_server_port(void **state, const char *name);
/* A file of the directory with the certificates. */
struct bytes fault_server_file(void **state, const char *name);
const char *fault_server_path(void **state, const char *name);

#endif
