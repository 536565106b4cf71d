/* SPDX-License-Identifier: Apache-2.0 */

/*
 * gitops completion: what a shell needs to complete our command lines, made
 * from the same tables that parse them.
 *
 * What an argument may be is told by its name in the table: FILE and PATH are
 * files, CLUSTER is "kube" or "dir:" and a path.
 */

#include <string.h>

#include "cmd/cmd.h"
#include "cmd/common.h"

static const struct opt completion_opts[] = {
	OPT_END,
};

enum value { VALUE_NONE, VALUE_ANY, VALUE_CHOICE, VALUE_FILE, VALUE_CLUSTER };

static enum value value_of(const struct opt *opt)
{
	if (opt->type == OPT_TYPE_CHOICE)
		return VALUE_CHOICE;
	if (!opt->arg)
		return VALUE_NONE;
	if (str_equal(opt->arg, "FILE") || str_equal(opt->arg, "PATH"))
		return VALUE_FILE;
	if (str_equal(opt->arg, "CLUSTER"))
		return VALUE_CLUSTER;
	return VALUE_ANY;
}

/* "text json" */
static void add_choices(struct str *out, const struct opt *opt)
{
	for (size_t i = 0; opt->choices[i]; i++)
		str_printf(out, "%s%s", i ? " " : "", opt->choices[i]);
}

/* The words a command takes for its operand, or NULL where it is a path. */
static char *operand_words(struct arena *arena, const struct cmd *cmd)
{
	AUTO_STR struct str words = STR_INIT(STR_BIG);

	if (str_ends(cmd->operands, "[REPOSITORY]"))
		return NULL;
	if (str_equal(cmd->operands, "[COMMAND]")) {
		for (size_t i = 0; cmd_all[i]; i++)
			str_printf(&words, "%s%s", i ? " " : "",
				   cmd_all[i]->name);
	} else {
		str_add(&words, cmd->operands);
		for (size_t i = 0; i < words.len; i++)
			if (words.data[i] == '|')
				words.data[i] = ' ';
	}
	return str_keep(&words, arena);
}

static void add_commands(struct str *out)
{
	for (size_t i = 0; cmd_all[i]; i++)
		str_printf(out, "%s%s", i ? " " : "", cmd_all[i]->name);
}

/* ---- bash ---- */

/*
 * Bash breaks words at "=" and ":", so that "--output=j" is three of them and
 * "dir:x" too; what is before is put together first.
 */
static const char bash_head[] =
	"# bash completion for gitops; made by 'gitops completion bash'\n"
	"_gitops()\n"
	"{\n"
	"\tlocal cur=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]}\n"
	"\tlocal option=${COMP_WORDS[COMP_CWORD-1]} at=$((COMP_CWORD - 1))\n"
	"\tlocal words= files= operands= paths=\n"
	"\tCOMPREPLY=()\n"
	"\tif [[ $cur == : || $option == : ]]; then\n"
	"\t\tcur=${cur#:}\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
	"\t\tcompopt -o filenames 2>/dev/null\n"
	"\t\treturn\n"
	"\tfi\n"
	"\tif [[ $cur == = ]]; then\n"
	"\t\tcur=\n"
	"\telif [[ $option == = ]]; then\n"
	"\t\toption=${COMP_WORDS[at-1]}\n"
	"\tfi\n"
	"\tif ((COMP_CWORD == 1)); then\n"
	"\t\tcommand= option=\n"
	"\tfi\n"
	"\tcase $command:$option in\n";

static const char bash_middle[] = "\t*)\n"
				  "\t\tcase $command in\n";

static const char bash_tail[] =
	"\t\tesac\n"
	"\t\t[[ $cur != -* ]] && words=$operands && files=$paths\n"
	"\t\t;;\n"
	"\tesac\n"
	"\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
	"\tif [[ $words == *dir: ]]; then\n"
	"\t\tcompopt -o nospace 2>/dev/null\n"
	"\tfi\n"
	"\tif [[ $files ]]; then\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
	"\t\tcompopt -o filenames 2>/dev/null\n"
	"\tfi\n"
	"}\n"
	"complete -F _gitops gitops\n";

/* "sync:--output|sync:-o) words='text json';;" */
static void bash_option(struct str *out, const struct cmd *cmd,
			const struct opt *opt)
{
	const enum value value = value_of(opt);

	if (value == VALUE_NONE)
		return;
	str_printf(out, "\t%s:--%s", cmd->name, opt->name);
	if (opt->letter)
		str_printf(out, "|%s:-%c", cmd->name, opt->letter);
	str_add(out, ")");
	if (value == VALUE_CHOICE) {
		str_add(out, " words='");
		add_choices(out, opt);
		str_add(out, "'");
	} else if (value == VALUE_FILE) {
		str_add(out, " files=1");
	} else if (value == VALUE_CLUSTER) {
		str_add(out, " words='kube dir:'");
	}
	str_add(out, ";;\n");
}

static void bash_command(struct str *out, struct arena *arena,
			 const struct cmd *cmd)
{
	const char *words = operand_words(arena, cmd);
	struct opt_list list;

	opt_list_all(arena, cmd->opts, &list);
	str_printf(out, "\t\t%s)\n\t\t\twords='", cmd->name);
	for (size_t i = 0; i < list.n; i++) {
		str_printf(out, "%s--%s", i ? " " : "", list.v[i].name);
		if (list.v[i].letter)
			str_printf(out, " -%c", list.v[i].letter);
	}
	str_printf(out, "'\n\t\t\toperands='%s' paths=%s;;\n",
		   words ? words : "", words ? "" : "1");
}

static void bash(struct str *out, struct arena *arena)
{
	str_add(out, bash_head);
	for (size_t i = 0; cmd_all[i]; i++) {
		struct opt_list list;

		opt_list_all(arena, cmd_all[i]->opts, &list);
		for (size_t j = 0; j < list.n; j++)
			bash_option(out, cmd_all[i], &list.v[j]);
	}
	str_add(out, bash_middle);
	for (size_t i = 0; cmd_all[i]; i++)
		bash_command(out, arena, cmd_all[i]);
	str_add(out, "\t\t*)\n\t\t\toperands='");
	add_commands(out);
	str_add(out, "' paths=;;\n");
	str_add(out, bash_tail);
}

/* ---- zsh ---- */

/* In single quotes, and with a backslash before what _arguments and _describe
 * take for their own. */
static void add_zsh(struct str *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			str_add(out, "'\\'");
		else if (strchr(":[]\\", *text))
			str_add_char(out, '\\');
		str_add_char(out, *text);
	}
}

/* "'(-o --output)'{-o,--output=}'[text or json]:FORMAT:(text json)'" */
static void zsh_option(struct str *out, struct arena *arena,
		       const struct opt *opt)
{
	const enum value value = value_of(opt);
	const char *equals = value == VALUE_NONE ? "" : "=";
	const bool again = opt->type == OPT_TYPE_STRINGS ||
			   opt->type == OPT_TYPE_COUNT;

	str_add(out, " \\\n\t\t\t");
	if (opt->letter && again)
		str_printf(out, "\\*{-%c,--%s%s}'[", opt->letter, opt->name,
			   equals);
	else if (opt->letter)
		str_printf(out, "'(-%c --%s)'{-%c,--%s%s}'[", opt->letter,
			   opt->name, opt->letter, opt->name, equals);
	else
		str_printf(out, "'%s--%s%s[", again ? "*" : "", opt->name,
			   equals);
	add_zsh(out, opt->help);
	str_add(out, "]");
	if (value != VALUE_NONE) {
		str_add(out, ":");
		add_zsh(out, opt_arg(arena, opt));
		str_add(out, ":");
	}
	if (value == VALUE_CHOICE) {
		str_add(out, "(");
		add_choices(out, opt);
		str_add(out, ")");
	} else if (value == VALUE_FILE) {
		str_add(out, "_files");
	} else if (value == VALUE_CLUSTER) {
		str_add(out, "_gitops_cluster");
	}
	str_add(out, "'");
}

static void zsh_command(struct str *out, struct arena *arena,
			const struct cmd *cmd)
{
	const char *words = operand_words(arena, cmd);
	struct opt_list list;

	opt_list_all(arena, cmd->opts, &list);
	str_printf(out, "\t%s)\n\t\t_arguments -s -S", cmd->name);
	for (size_t i = 0; i < list.n; i++)
		zsh_option(out, arena, &list.v[i]);
	if (*cmd->operands) {
		str_add(out, " \\\n\t\t\t'::");
		add_zsh(out, cmd->operands);
		if (words)
			str_printf(out, ":(%s)'", words);
		else
			str_add(out, ":_files -/'");
	}
	str_add(out, " ;;\n");
}

static void zsh(struct str *out, struct arena *arena)
{
	str_add(out, "#compdef gitops\n"
		     "# made by 'gitops completion zsh'\n"
		     "_gitops_cluster() {\n"
		     "\tif compset -P 'dir:'; then\n"
		     "\t\t_files -/\n"
		     "\telse\n"
		     "\t\tcompadd kube\n"
		     "\t\tcompadd -S '' dir:\n"
		     "\tfi\n"
		     "}\n"
		     "_gitops() {\n"
		     "\tlocal -a commands\n"
		     "\tcommands=(");
	for (size_t i = 0; cmd_all[i]; i++) {
		str_printf(out, "\n\t\t'%s:", cmd_all[i]->name);
		add_zsh(out, cmd_all[i]->summary);
		str_add(out, "'");
	}
	str_add(out, ")\n"
		     "\tif (( CURRENT == 2 )); then\n"
		     "\t\t_describe command commands\n"
		     "\t\treturn\n"
		     "\tfi\n"
		     "\tshift words\n"
		     "\t(( CURRENT-- ))\n"
		     "\tcase $words[1] in\n");
	for (size_t i = 0; cmd_all[i]; i++)
		zsh_command(out, arena, cmd_all[i]);
	str_add(out, "\tesac\n"
		     "}\n"
		     "if [ \"$funcstack[1]\" = _gitops ]; then\n"
		     "\t_gitops \"$@\"\n"
		     "else\n"
		     "\tcompdef _gitops gitops\n"
		     "fi\n");
}

/* ---- fish ---- */

/* In single quotes, where fish knows \' and \\. */
static void add_fish(struct str *out, const char *text)
{
	str_add_char(out, '\'');
	for (; *text; text++) {
		if (*text == '\'' || *text == '\\')
			str_add_char(out, '\\');
		str_add_char(out, *text);
	}
	str_add_char(out, '\'');
}

static void fish_option(struct str *out, const struct cmd *cmd,
			const struct opt *opt)
{
	str_printf(out,
		   "complete -c gitops -n '__fish_seen_subcommand_from %s' "
		   "-l %s",
		   cmd->name, opt->name);
	if (opt->letter)
		str_printf(out, " -s %c", opt->letter);
	switch (value_of(opt)) {
	case VALUE_NONE:
		break;
	case VALUE_ANY:
		str_add(out, " -x");
		break;
	case VALUE_CHOICE:
		str_add(out, " -x -a '");
		add_choices(out, opt);
		str_add(out, "'");
		break;
	case VALUE_FILE:
		str_add(out, " -r -F");
		break;
	case VALUE_CLUSTER:
		str_add(out, " -x -a 'kube dir:'");
		break;
	}
	str_add(out, " -d ");
	add_fish(out, opt->help);
	str_add_char(out, '\n');
}

static void fish(struct str *out, struct arena *arena)
{
	str_add(out, "# made by 'gitops completion fish'\n"
		     "complete -c gitops -f\n");
	for (size_t i = 0; cmd_all[i]; i++) {
		const struct cmd *cmd = cmd_all[i];
		const char *words = operand_words(arena, cmd);
		struct opt_list list;

		str_printf(out,
			   "complete -c gitops -n __fish_use_subcommand "
			   "-a %s -d ",
			   cmd->name);
		add_fish(out, cmd->summary);
		str_printf(out,
			   "\ncomplete -c gitops -n "
			   "'__fish_seen_subcommand_from %s' -a '%s'\n",
			   cmd->name,
			   words ? words : "(__fish_complete_directories)");
		opt_list_all(arena, cmd->opts, &list);
		for (size_t j = 0; j < list.n; j++)
			fish_option(out, cmd, &list.v[j]);
	}
}

/* ---- the command ---- */

static const struct shell {
	const char *name;
	void (*write)(struct str *out, struct arena *arena);
} shells[] = {
	{ "bash", bash },
	{ "zsh", zsh },
	{ "fish", fish },
};

static int completion_run(struct run *run, int argc, char **argv,
			  struct report **report, struct err *err)
{
	const struct output_args output = { 0 };
	AUTO_STR struct str out = STR_INIT(STR_BIG);
	const char *name = NULL;
	char *no_args;

	if (opt_parse(run, completion_opts, &no_args, argc, argv, &name, err) <
	    0)
		return -1;
	if (!name)
		return err_set(err, ERR_USAGE, "name a shell: %s",
			       cmd_completion.operands);
	for (size_t i = 0; i < ARRAY_LEN(shells); i++)
		if (str_equal(shells[i].name, name))
			shells[i].write(&out, run->arena);
	if (!out.len)
		return err_set(err, ERR_USAGE, "'%s' is none of %s", name,
			       cmd_completion.operands);
	output_open(run, "completion", REPORT_TEXT, &output, report);
	report_text(*report, str_text(&out));
	return 0;
}

const struct cmd cmd_completion = {
	.name = "completion",
	.operands = "bash|zsh|fish",
	.summary = "print what a shell needs to complete gitops",
	.details = "To have it in bash at once: eval \"$(gitops completion "
		   "bash)\"",
	.opts = completion_opts,
	.fn = completion_run,
};
