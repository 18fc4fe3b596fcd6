#pragma once
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/md5.h>
#include <openssl/params.h>

// Parameters are an array that ends with a macro's value, which Swift cannot build.
static inline int ccrypto_hmac_sha256_init(
    EVP_MAC_CTX *context, const unsigned char *key, size_t count) {
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)"SHA256", 0),
        OSSL_PARAM_construct_end()};
    return EVP_MAC_init(context, key, count, parameters);
}

// To find MD5 among its providers, libcrypto makes tables of all that it has: most of a millisecond,
// of which a hook has few. These are deprecated for that they pass over providers.
static inline int ccrypto_md5_init(MD5_CTX *context) { return MD5_Init(context); }

static inline int ccrypto_md5_update(MD5_CTX *context, const void *bytes, size_t count) {
    return MD5_Update(context, bytes, count);
}

static inline int ccrypto_md5_final(unsigned char *digest, MD5_CTX *context) {
    return MD5_Final(digest, context);
}
