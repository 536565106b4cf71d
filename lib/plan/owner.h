/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLAN_OWNER_H
#define PLAN_OWNER_H

/*
 * Owner: whose the objects are that live and are wanted.  Two apps that claim
 * one object would undo each other's work at every sync; so an object that
 * carries another set's mark is not taken without leave.  Pure.
 */

#include "base/compiler.h"
#include "base/err.h"
#include "plan/plan.h"

/*
 * ERR_REFUSED for each wanted object that lives with the label of a set which
 * is none of `sets` (NULL-ended): those of all apps of the repository, between
 * which objects may move.
 */
MUST_USE int owner_check(const struct plan *plan, const char *const *sets,
			 struct err *err);

#endif
