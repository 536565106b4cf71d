/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OBJECT_QUANTITY_H
#define OBJECT_QUANTITY_H

/*
 * Quantity: Kubernetes' notation of amounts, "100m", "1.5Gi", "1e3".  The API
 * server writes each in a form of its own: what is wanted as "1000m" lives as
 * "1".
 */

#include <stdbool.h>

/*
 * Are both texts quantities, and of the same amount?  Exact; false where one
 * has more than 18 digits.
 */
bool quantity_equal(const char *a, const char *b);

#endif
