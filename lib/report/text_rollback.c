/* SPDX-License-Identifier: Apache-2.0 */

/* What a rollback does in git, for people. */

#include "report/internal.h"

static void add_commit(const struct report *report, struct str *out,
		       const struct revision *revision)
{
	AUTO_ARENA struct arena *scratch = arena_new();

	report_add(report, out, report_text_commit(scratch, "", revision->oid));
	str_add(out, " \"");
	report_add(report, out, revision->subject);
	str_add(out, "\"\n");
}

void report_text_goal(struct report *report, const char *app, const char *image,
		      const struct revision *revision)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	report_add(report, &out, app);
	str_add(&out, ": ");
	if (image) {
		report_add(report, &out, image);
		str_add_char(&out, ' ');
	}
	str_add(&out, "back to ");
	add_commit(report, &out, revision);
	report_write(report, report->args.out, &out);
}

static void add_texts(const struct report *report, struct str *out,
		      const char *word, const char *const *texts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		str_printf(out, "  %-9s ", word);
		report_add(report, out, *texts[i] ? texts[i] : ".");
		str_add_char(out, '\n');
	}
}

void report_text_rollback(struct report *report,
			  const struct report_rollback *rollback)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);
	struct revision made = { .oid = rollback->commit,
				 .subject = rollback->subject };

	for (size_t i = 0; i < rollback->n_undone; i++) {
		str_add(&out, "  undone    ");
		add_commit(report, &out, &rollback->undone[i]);
	}
	add_texts(report, &out, "restored", rollback->paths, rollback->n_paths);
	add_texts(report, &out, "rejected", rollback->rejected,
		  rollback->n_rejected);
	if (made.oid) {
		str_add(&out, "committed: ");
		add_commit(report, &out, &made);
	} else if (made.subject) {
		str_add(&out,
			rollback->pull ? "to merge: \"" : "to commit: \"");
		report_add(report, &out, made.subject);
		str_add(&out, "\"\n");
	} else {
		str_add(&out, "nothing to roll back\n");
	}
	if (rollback->pull)
		report_add_pulls(report, &out, rollback->pull, 1);
	if (rollback->pull && made.subject)
		str_add(&out, "nothing is synced before it is merged\n");
	report_write(report, report->args.out, &out);
}
