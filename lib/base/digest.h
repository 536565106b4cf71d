/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

/* Digests and random bytes, by libcrypto. */

#include <stddef.h>
#include <stdint.h>

#define DIGEST_SHA1_BYTES   20
#define DIGEST_SHA256_BYTES 32
#define DIGEST_SHA256_HEX   65

void digest_sha256(const void *bytes, size_t n,
		   uint8_t out[DIGEST_SHA256_BYTES]);
/* Lower-case hexadecimal, NUL-terminated. */
void digest_sha256_hex(const void *bytes, size_t n,
		       char out[DIGEST_SHA256_HEX]);
/* HMAC-SHA-256 (RFC 2104). */
void digest_hmac_sha256(const void *key, size_t key_len, const void *bytes,
			size_t n, uint8_t out[DIGEST_SHA256_BYTES]);
/* HMAC-SHA-1, for what others have written with it (known_hosts). */
void digest_hmac_sha1(const void *key, size_t key_len, const void *bytes,
		      size_t n, uint8_t out[DIGEST_SHA1_BYTES]);
/* Unpredictable bytes; aborts where the system has none. */
void digest_random(void *out, size_t n);

/* The version of OpenSSL that runs: "3.0.17". */
const char *digest_library(void);

#endif
