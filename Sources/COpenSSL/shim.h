#ifndef GATEHOUSE_COPENSSL_SHIM_H
#define GATEHOUSE_COPENSSL_SHIM_H

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

/* SHA-2 through the functions that cannot fail: EVP allocates and looks its algorithm up on every digest, so each
   caller would need an answer to "the digest failed", and the wrong answer makes two different inputs equal.
   OpenSSL 3 marks them as deprecated, which is about choosing a provider; we use the default one. */
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"

typedef SHA256_CTX gatehouse_sha256_state;
typedef SHA512_CTX gatehouse_sha512_state;

static inline void gatehouse_sha256_start(gatehouse_sha256_state *state) { (void)SHA256_Init(state); }
static inline void gatehouse_sha256_add(gatehouse_sha256_state *state, const void *bytes, size_t count) {
    (void)SHA256_Update(state, bytes, count);
}
static inline void gatehouse_sha256_finish(gatehouse_sha256_state *state, unsigned char *digest) {
    (void)SHA256_Final(digest, state);
}

static inline void gatehouse_sha384_start(gatehouse_sha512_state *state) { (void)SHA384_Init(state); }
static inline void gatehouse_sha512_start(gatehouse_sha512_state *state) { (void)SHA512_Init(state); }
/* SHA-384 is SHA-512 from another start, cut off: the state remembers its digest length. */
static inline void gatehouse_sha512_add(gatehouse_sha512_state *state, const void *bytes, size_t count) {
    (void)SHA512_Update(state, bytes, count);
}
static inline void gatehouse_sha512_finish(gatehouse_sha512_state *state, unsigned char *digest) {
    (void)SHA512_Final(digest, state);
}

#pragma clang diagnostic pop

/* A public key from its parameters. OSSL_PARAM keeps the address of each name, and only C's literals stay where they
   are; numbers are in the machine's byte order (EVP_PKEY_fromdata(3)). NULL when OpenSSL refuses the numbers. */
static inline EVP_PKEY *gatehouse_public_key(const char *kind, OSSL_PARAM *parameters) {
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, kind, NULL);
    if (context == NULL) return NULL;
    if (EVP_PKEY_fromdata_init(context) != 1
        || EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1) {
        EVP_PKEY_free(key);
        key = NULL;
    }
    EVP_PKEY_CTX_free(context);
    return key;
}
static inline EVP_PKEY *gatehouse_rsa_public_key(unsigned char *modulus, size_t modulus_count,
                                                 unsigned char *exponent, size_t exponent_count) {
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, modulus, modulus_count),
        OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_E, exponent, exponent_count),
        OSSL_PARAM_construct_end(),
    };
    return gatehouse_public_key("RSA", parameters);
}
static inline EVP_PKEY *gatehouse_ec_public_key(char *group, unsigned char *point, size_t point_count) {
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, point_count),
        OSSL_PARAM_construct_end(),
    };
    return gatehouse_public_key("EC", parameters);
}

/* Refuses to ask a person for the pass phrase of an encrypted PEM file: the default reads the terminal. */
static inline int gatehouse_no_passphrase(char *buffer, int size, int writing, void *context) {
    (void)buffer; (void)size; (void)writing; (void)context;
    return -1;
}
static inline EVP_PKEY *gatehouse_read_private_key(BIO *bio) {
    return PEM_read_bio_PrivateKey(bio, NULL, gatehouse_no_passphrase, NULL);
}

/* OPENSSL_free is a macro. */
static inline void gatehouse_free(void *memory) { OPENSSL_free(memory); }

/* Stacks that own what is in them; the typed names of these functions are macros. */
static inline void gatehouse_free_bags(STACK_OF(PKCS12_SAFEBAG) *bags) {
    sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
}
static inline void gatehouse_free_safes(STACK_OF(PKCS7) *safes) { sk_PKCS7_pop_free(safes, PKCS7_free); }

#endif
