#ifndef GATEHOUSE_CCURL_SHIM_H
#define GATEHOUSE_CCURL_SHIM_H

#include <curl/curl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* curl_easy_setopt, curl_easy_getinfo and curl_multi_setopt are variadic: one function for each kind of argument. */

static inline CURLcode gatehouse_curl_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode gatehouse_curl_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode gatehouse_curl_set_string(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}
/* The list must live as long as the transfer. */
static inline CURLcode gatehouse_curl_set_list(CURL *easy, CURLoption option, struct curl_slist *list) {
    return curl_easy_setopt(easy, option, list);
}
/* libcurl copies the bytes, so the caller's array may go. */
static inline CURLcode gatehouse_curl_set_body(CURL *easy, const void *bytes, size_t count) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)count);
    return code == CURLE_OK ? curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, (const char *)bytes) : code;
}
/* Reads what is to be sent from memory, as long as the answer is open: fclose it after the transfer. NULL without memory. */
static inline FILE *gatehouse_curl_set_input(CURL *easy, void *bytes, size_t count) {
    FILE *input = fmemopen(bytes, count, "rb");
    if (input == NULL) return NULL;
    if (curl_easy_setopt(easy, CURLOPT_READDATA, input) == CURLE_OK
        && curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L) == CURLE_OK)
        return input;
    fclose(input);
    return NULL;
}
/* The number comes back from gatehouse_curl_next_completion. */
static inline CURLcode gatehouse_curl_set_id(CURL *easy, uintptr_t id) {
    return curl_easy_setopt(easy, CURLOPT_PRIVATE, (void *)id);
}

typedef size_t (*gatehouse_curl_bytes_function)(char *bytes, size_t size, size_t count, void *context);
typedef curl_socket_t (*gatehouse_curl_open_function)(void *context, curlsocktype purpose, struct curl_sockaddr *address);
typedef int (*gatehouse_curl_request_function)(void *context, char *peer, char *local, int peer_port, int local_port);

/* All callbacks of a transfer get the same context. */
static inline CURLcode gatehouse_curl_set_callbacks(
    CURL *easy, void *context, gatehouse_curl_bytes_function body, gatehouse_curl_bytes_function header,
    gatehouse_curl_open_function open, gatehouse_curl_request_function request
) {
    CURLcode codes[] = {
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, body),
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, context),
        curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, header),
        curl_easy_setopt(easy, CURLOPT_HEADERDATA, context),
        curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open),
        curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, context),
        curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, request),
        curl_easy_setopt(easy, CURLOPT_PREREQDATA, context),
    };
    for (size_t index = 0; index < sizeof codes / sizeof codes[0]; index += 1)
        if (codes[index] != CURLE_OK) return codes[index];
    return CURLE_OK;
}

/* 0 when libcurl does not know it. */
static inline long gatehouse_curl_info_long(CURL *easy, CURLINFO info) {
    long value = 0;
    return curl_easy_getinfo(easy, info, &value) == CURLE_OK ? value : 0;
}
static inline curl_off_t gatehouse_curl_info_offset(CURL *easy, CURLINFO info) {
    curl_off_t value = 0;
    return curl_easy_getinfo(easy, info, &value) == CURLE_OK ? value : 0;
}

static inline CURLMcode gatehouse_curl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

/* The next transfer that has ended: 1 and its number and result, or 0 when there is none. */
static inline int gatehouse_curl_next_completion(CURLM *multi, uintptr_t *id, CURLcode *result) {
    int left = 0;
    CURLMsg *message = NULL;
    while ((message = curl_multi_info_read(multi, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE) continue;
        char *found = NULL;
        *result = message->data.result;
        if (curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &found) != CURLE_OK) continue;
        *id = (uintptr_t)found;
        return 1;
    }
    return 0;
}

/* The address of a socket to be opened, in network order: 4 or 16 bytes, or 0 for another family. `addr` is declared
   as struct sockaddr and really is as long as `addrlen` says, which Swift cannot express. */
static inline int gatehouse_curl_address(const struct curl_sockaddr *address, uint8_t bytes[16]) {
    if (address->family == AF_INET && address->addrlen >= sizeof(struct sockaddr_in)) {
        struct sockaddr_in v4;
        memcpy(&v4, &address->addr, sizeof v4);
        memcpy(bytes, &v4.sin_addr, 4);
        return 4;
    }
    if (address->family == AF_INET6 && address->addrlen >= sizeof(struct sockaddr_in6)) {
        struct sockaddr_in6 v6;
        memcpy(&v6, &address->addr, sizeof v6);
        memcpy(bytes, &v6.sin6_addr, 16);
        return 16;
    }
    return 0;
}

/* A macro in C. */
static inline curl_socket_t gatehouse_curl_no_socket(void) { return CURL_SOCKET_BAD; }

#endif
