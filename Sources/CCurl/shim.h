// libcurl's options are variadic, which Swift cannot call: one plain function for each type of value.
#ifndef STICKLER_CCURL_SHIM_H
#define STICKLER_CCURL_SHIM_H

#include <curl/curl.h>

// What libcurl hands the body of an answer to; less than all of it ends the transfer.
typedef size_t (*stickler_curl_receiver)(char *bytes, size_t one, size_t count, void *owner);

static inline CURLcode stickler_curl_number(void *transfer, CURLoption option, long value) {
  return curl_easy_setopt(transfer, option, value);
}

static inline CURLcode stickler_curl_text(void *transfer, CURLoption option, const char *value) {
  return curl_easy_setopt(transfer, option, value);
}

static inline CURLcode stickler_curl_lines(void *transfer, CURLoption option, struct curl_slist *value) {
  return curl_easy_setopt(transfer, option, value);
}

// libcurl copies the bytes.
static inline CURLcode stickler_curl_bytes(void *transfer, CURLoption option, const void *bytes, size_t count) {
  struct curl_blob blob = {(void *)bytes, count, CURL_BLOB_COPY};
  return curl_easy_setopt(transfer, option, &blob);
}

static inline CURLcode stickler_curl_receive(void *transfer, stickler_curl_receiver receiver, void *owner) {
  CURLcode code = curl_easy_setopt(transfer, CURLOPT_WRITEFUNCTION, receiver);
  return code ? code : curl_easy_setopt(transfer, CURLOPT_WRITEDATA, owner);
}

// libcurl writes there until the transfer is released; at least CURL_ERROR_SIZE bytes.
static inline CURLcode stickler_curl_tell(void *transfer, char *buffer) {
  return curl_easy_setopt(transfer, CURLOPT_ERRORBUFFER, buffer);
}

static inline long stickler_curl_status(void *transfer) {
  long status = 0;
  curl_easy_getinfo(transfer, CURLINFO_RESPONSE_CODE, &status);
  return status;
}

// Seconds that the server asks to wait, 0 if it does not.
static inline long stickler_curl_retry_after(void *transfer) {
  curl_off_t seconds = 0;
  curl_easy_getinfo(transfer, CURLINFO_RETRY_AFTER, &seconds);
  return (long)seconds;
}

// The next transfer that has ended and how, or NULL.
static inline void *stickler_curl_ended(CURLM *transfers, CURLcode *result) {
  int left;
  for (CURLMsg *message; (message = curl_multi_info_read(transfers, &left));) {
    if (message->msg != CURLMSG_DONE) continue;
    *result = message->data.result;
    return message->easy_handle;
  }
  return 0;
}

// Waits for the transfers and, unless it is negative, for a descriptor; says whether that one is readable.
static inline int stickler_curl_wait(CURLM *transfers, int descriptor, int milliseconds) {
  struct curl_waitfd extra = {descriptor, CURL_WAIT_POLLIN, 0};
  curl_multi_poll(transfers, &extra, descriptor < 0 ? 0 : 1, milliseconds, 0);
  return extra.revents != 0;
}

#endif
