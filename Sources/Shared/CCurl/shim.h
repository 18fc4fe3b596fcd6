#pragma once
// The functions are looked up at run time (see CurlLibrary.swift), so of the headers only types and
// constants count; the checks that they wrap around the variadic functions would name the functions.
#define CURL_DISABLE_TYPECHECK
#define CURL_DISABLE_DEPRECATION
#include <curl/curl.h>
#include <dlfcn.h>

// What is used of libcurl, as addresses.
struct ccurl_functions {
    CURLcode (*global_init)(long);
    curl_version_info_data *(*version_info)(CURLversion);
    const char *(*easy_strerror)(CURLcode);
    CURL *(*easy_init)(void);
    void (*easy_cleanup)(CURL *);
    void (*easy_reset)(CURL *);
    CURLcode (*easy_setopt)(CURL *, CURLoption, ...);
    CURLcode (*easy_getinfo)(CURL *, CURLINFO, ...);
    struct curl_slist *(*slist_append)(struct curl_slist *, const char *);
    void (*slist_free_all)(struct curl_slist *);
    CURLM *(*multi_init)(void);
    CURLMcode (*multi_cleanup)(CURLM *);
    CURLMcode (*multi_setopt)(CURLM *, CURLMoption, ...);
    CURLMcode (*multi_add_handle)(CURLM *, CURL *);
    CURLMcode (*multi_remove_handle)(CURLM *, CURL *);
    CURLMcode (*multi_socket_action)(CURLM *, curl_socket_t, int, int *);
    CURLMsg *(*multi_info_read)(CURLM *, int *);
};

// Fills the struct from an open library; returns the name of a function that it lacks, or NULL.
static inline const char *ccurl_find(void *library, struct ccurl_functions *found) {
#define CCURL_FIND(member) \
    *(void **)&found->member = dlsym(library, "curl_" #member); \
    if (!found->member) return "curl_" #member
    CCURL_FIND(global_init);
    CCURL_FIND(version_info);
    CCURL_FIND(easy_strerror);
    CCURL_FIND(easy_init);
    CCURL_FIND(easy_cleanup);
    CCURL_FIND(easy_reset);
    CCURL_FIND(easy_setopt);
    CCURL_FIND(easy_getinfo);
    CCURL_FIND(slist_append);
    CCURL_FIND(slist_free_all);
    CCURL_FIND(multi_init);
    CCURL_FIND(multi_cleanup);
    CCURL_FIND(multi_setopt);
    CCURL_FIND(multi_add_handle);
    CCURL_FIND(multi_remove_handle);
    CCURL_FIND(multi_socket_action);
    CCURL_FIND(multi_info_read);
#undef CCURL_FIND
    return NULL;
}

typedef size_t (*ccurl_data_function)(char *, size_t, size_t, void *);

// Variadic functions cannot be called from Swift: one typed door for each kind of argument.
static inline CURLcode ccurl_set_number(
    const struct ccurl_functions *curl, CURL *handle, CURLoption option, long value) {
    return curl->easy_setopt(handle, option, value);
}
static inline CURLcode ccurl_set_size(
    const struct ccurl_functions *curl, CURL *handle, CURLoption option, curl_off_t value) {
    return curl->easy_setopt(handle, option, value);
}
static inline CURLcode ccurl_set_pointer(
    const struct ccurl_functions *curl, CURL *handle, CURLoption option, const void *value) {
    return curl->easy_setopt(handle, option, value);
}
static inline CURLcode ccurl_set_function(
    const struct ccurl_functions *curl, CURL *handle, CURLoption option,
    ccurl_data_function value) {
    return curl->easy_setopt(handle, option, value);
}
static inline CURLcode ccurl_set_seek(
    const struct ccurl_functions *curl, CURL *handle, int (*value)(void *, curl_off_t, int)) {
    return curl->easy_setopt(handle, CURLOPT_SEEKFUNCTION, value);
}
static inline CURLcode ccurl_get_number(
    const struct ccurl_functions *curl, CURL *handle, CURLINFO info, long *value) {
    return curl->easy_getinfo(handle, info, value);
}
static inline CURLcode ccurl_get_size(
    const struct ccurl_functions *curl, CURL *handle, CURLINFO info, curl_off_t *value) {
    return curl->easy_getinfo(handle, info, value);
}
static inline CURLcode ccurl_get_pointer(
    const struct ccurl_functions *curl, CURL *handle, CURLINFO info, void **value) {
    return curl->easy_getinfo(handle, info, value);
}
static inline CURLMcode ccurl_set_multi_number(
    const struct ccurl_functions *curl, CURLM *multi, CURLMoption option, long value) {
    return curl->multi_setopt(multi, option, value);
}
typedef int (*ccurl_socket_function)(CURL *, curl_socket_t, int, void *, void *);
typedef int (*ccurl_timer_function)(CURLM *, long, void *);
static inline CURLMcode ccurl_set_multi_callbacks(
    const struct ccurl_functions *curl, CURLM *multi, void *context, ccurl_socket_function socket,
    ccurl_timer_function timer) {
    CURLMcode code = curl->multi_setopt(multi, CURLMOPT_SOCKETDATA, context);
    if (!code) code = curl->multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, socket);
    if (!code) code = curl->multi_setopt(multi, CURLMOPT_TIMERDATA, context);
    if (!code) code = curl->multi_setopt(multi, CURLMOPT_TIMERFUNCTION, timer);
    return code;
}
// The members of a union are not seen from Swift.
static inline CURLcode ccurl_result(const CURLMsg *message) { return message->data.result; }
