/* SPDX-License-Identifier: Apache-2.0 */

/* gitops help: the option tables as text. */

#include <ctype.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/common.h"

static const struct opt help_opts[] = {
	OPT_END,
};

static void add_sentence(struct str *out, const char *text)
{
	str_add_char(out, (char)toupper((unsigned char)*text));
	str_add(out, text + 1);
	str_add(out, ".\n");
}

/* All commands, on one screen of 24 lines. */
static void add_overview(struct str *out)
{
	str_add(out, "Usage: gitops COMMAND [OPTION]... [REPOSITORY]\n\n"
		     "Make a Kubernetes cluster match a git repository, in one "
		     "run.\n\nCommands:\n");
	for (size_t i = 0; cmd_all[i]; i++)
		str_printf(out, "  %-11s %s\n", cmd_all[i]->name,
			   cmd_all[i]->summary);
	str_add(out,
		"\n"
		"REPOSITORY is a URL, user@host:path or a local path, by "
		"default '.'.\n"
		"An option is preset by GITOPS_ and its name: "
		"GITOPS_CONTEXT=staging.\n"
		"\n"
		"Exit status: 0 done, 1 differences (diff only), 2 error, "
		"3 partly done,\n"
		"4 temporary failure, 128+n ended by signal n.\n"
		"\n"
		"See 'gitops help COMMAND' for its options, and gitops(1).\n");
}

static void add_command(struct str *out, struct arena *arena,
			const struct cmd *cmd)
{
	str_printf(out, "Usage: gitops %s [OPTION]...%s%s\n\n", cmd->name,
		   *cmd->operands ? " " : "", cmd->operands);
	add_sentence(out, cmd->summary);
	if (cmd->details)
		str_printf(out, "%s\n", cmd->details);
	str_add(out, "\nOptions:\n");
	opt_help(out, arena, cmd->opts);
	str_printf(out, "\nSee gitops-%s(1).\n", cmd->name);
}

static int help_run(struct run *run, int argc, char **argv,
		    struct report **report, struct err *err)
{
	const struct output_args output = { 0 };
	AUTO_STR struct str out = STR_INIT(STR_BIG);
	const struct cmd *cmd = NULL;
	const char *name = NULL;
	char *no_args;

	if (opt_parse(run, help_opts, &no_args, argc, argv, &name, err) < 0)
		return -1;
	for (size_t i = 0; name && cmd_all[i]; i++)
		if (strcmp(cmd_all[i]->name, name) == 0)
			cmd = cmd_all[i];
	if (name && !cmd)
		return err_set(err, ERR_USAGE, "there is no command '%s'",
			       name);
	if (cmd)
		add_command(&out, run->arena, cmd);
	else
		add_overview(&out);
	output_open(run, "help", REPORT_TEXT, &output, report);
	report_text(*report, str_text(&out));
	return 0;
}

const struct cmd cmd_help = {
	.name = "help",
	.operands = "[COMMAND]",
	.summary = "show what a command does and its options",
	.opts = help_opts,
	.fn = help_run,
};
