/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/cmd.h"

/* What an error means to whoever started us; gitops(1), EXIT STATUS.  1 is
 * not here: it is diff's word for a difference. */
static const int exit_status[] = {
	[ERR_OK] = 0,
	[ERR_USAGE] = 2,
	[ERR_INPUT] = 2,
	[ERR_ACCESS] = 2,
	[ERR_NOT_FOUND] = 2,
	[ERR_REFUSED] = 2,
	[ERR_FAILED] = 2,
	[ERR_PARTIAL] = 3,
	[ERR_TEMPORARY] = 4,
	[ERR_UNHEALTHY] = 5,
	[ERR_CANCELLED] = CMD_EXIT_SIGNAL, /* + signal */
};

/* Of many errors one that will be the same in a rerun decides. */
int cmd_exit_status(const struct run *run, const struct err *err)
{
	const int temporary = exit_status[ERR_TEMPORARY];
	int status = exit_status[err->status];

	if (err->status == ERR_CANCELLED)
		return CMD_EXIT_SIGNAL + (int)*run->cancelled;
	for (; err && status == temporary; err = err->next)
		status = exit_status[err->status];
	return status;
}
