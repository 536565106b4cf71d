/* SPDX-License-Identifier: Apache-2.0 */
#include "base/digest.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include "base/arena.h"

/* libcrypto fails here only with no memory left, or with a broken
 * configuration that disables SHA-256: neither can be answered. */

void digest_sha256(const void *bytes, size_t n,
		   uint8_t out[DIGEST_SHA256_BYTES])
{
	if (!SHA256(bytes, n, out))
		xmalloc_failed();
}

void digest_sha256_hex(const void *bytes, size_t n, char out[DIGEST_SHA256_HEX])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t digest[DIGEST_SHA256_BYTES];

	digest_sha256(bytes, n, digest);
	for (size_t i = 0; i < sizeof(digest); i++) {
		out[2 * i] = digits[digest[i] >> 4];
		out[2 * i + 1] = digits[digest[i] & 15];
	}
	out[DIGEST_SHA256_HEX - 1] = '\0';
}

void digest_hmac_sha256(const void *key, size_t key_len, const void *bytes,
			size_t n, uint8_t out[DIGEST_SHA256_BYTES])
{
	uint8_t short_key[DIGEST_SHA256_BYTES];

	/* RFC 2104 has longer keys than a block of 64 bytes hashed; doing it
	 * here keeps every length within HMAC()'s int. */
	if (key_len > 64) {
		digest_sha256(key, key_len, short_key);
		key = short_key;
		key_len = sizeof(short_key);
	}
	if (!HMAC(EVP_sha256(), key_len ? key : "", (int)key_len, bytes, n, out,
		  NULL))
		xmalloc_failed();
	OPENSSL_cleanse(short_key, sizeof(short_key));
}

void digest_hmac_sha1(const void *key, size_t key_len, const void *bytes,
		      size_t n, uint8_t out[DIGEST_SHA1_BYTES])
{
	if (key_len > INT_MAX || !HMAC(EVP_sha1(), key_len ? key : "",
				       (int)key_len, bytes, n, out, NULL))
		xmalloc_failed();
}

void digest_random(void *out, size_t n)
{
	/* Not past INT_MAX, which nobody asks for. */
	if (n > (1U << 30) || RAND_bytes(out, (int)n) != 1)
		xmalloc_failed();
}

const char *digest_library(void)
{
	return OpenSSL_version(OPENSSL_VERSION_STRING);
}
