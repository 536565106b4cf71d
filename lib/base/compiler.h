/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_COMPILER_H
#define BASE_COMPILER_H

/* What the compiler checks for us: spelled once, read everywhere. */

#define MUST_USE        __attribute__((warn_unused_result))
#define NORETURN        __attribute__((noreturn))
#define PRINTF(fmt, ap) __attribute__((format(printf, fmt, ap)))
#define UNUSED          __attribute__((unused))

/* Members of an array (not of a pointer). */
#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))

#endif
