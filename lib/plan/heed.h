/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLAN_HEED_H
#define PLAN_HEED_H

/*
 * Heed: what annotations of other tools say of how an object is applied.  Pure.
 *
 *	kustomize.toolkit.fluxcd.io/reconcile  Disabled: it is left alone
 *	kustomize.toolkit.fluxcd.io/ssa        Ignore: it is left alone
 *	                                       IfNotPresent: it is made, and
 *	                                       never changed
 *	                                       Merge: what others have applied
 *	                                       is not folded into ours
 *
 *	kustomize.toolkit.fluxcd.io/force      Enabled: where it cannot be
 *	                                       changed it is deleted and made
 *	                                       anew
 *	argocd.argoproj.io/sync-options        Force=true,Replace=true: the same
 *
 * As for Flux (kustomize-controller v1.9.4), each may be an annotation or a
 * label, letter case does not matter, and it is heeded in git and, but for
 * IfNotPresent, on what lives.
 */

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"
#include "plan/plan.h"

/* Of plan/hook.h: Argo CD's annotations, and those of Helm. */
#define HEED_HOOK             "argocd.argoproj.io/hook"
#define HEED_HOOK_POLICY      "argocd.argoproj.io/hook-delete-policy"
#define HEED_HELM_HOOK        "helm.sh/hook"
#define HEED_HELM_HOOK_POLICY "helm.sh/hook-delete-policy"
#define HEED_HELM_HOOK_WEIGHT "helm.sh/hook-weight"

/* An object that is a hook. */
struct heed_hook {
	const char *key;    /* of the annotation that says so */
	const char *says;   /* as it stands */
	const char *phases; /* the same in Argo CD's words */
};

struct heed_rules {
	bool force_replace;       /* of all, whatever they say */
	const char *const *kinds; /* also of these, as in prune_rules */
};

/*
 * Before anything is read: ERR_INPUT, with the object's origin, for a value
 * that nobody knows.
 */
MUST_USE int heed_wishes(const struct plan *plan, struct err *err);

/*
 * After cluster_read(): how each wanted item is to be treated.  What is left
 * alone is PLAN_KEEP; what is being deleted is made anew once it is gone.
 */
void heed_items(struct plan *plan, const struct heed_rules *rules);

/*
 * Is the object a hook?  Helm's annotation, of which Argo CD's takes the place,
 * means what it means to Argo CD: pre-install and pre-upgrade are PreSync,
 * post-install and post-upgrade PostSync; other hooks are for what does not
 * happen in a sync, and crd-install is none.
 */
bool heed_hook(const json_t *object, struct heed_hook *out);

/* Is `value`, whatever its letter case, one of those in `list`, which stand
 * between commas?  NULL lists nothing. */
bool heed_lists(const char *list, const char *value);

#endif
