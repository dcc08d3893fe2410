#ifndef GATEHOUSE_CLIBJWT_SHIM_H
#define GATEHOUSE_CLIBJWT_SHIM_H

#include <jwt.h>
#include <openssl/err.h>
#include <stdlib.h>

/* libjwt leaves its failures in the thread's OpenSSL error queue, where the next caller of OpenSSL would find them. */
static inline void gatehouse_jwt_clear_errors(void) { ERR_clear_error(); }

#endif
