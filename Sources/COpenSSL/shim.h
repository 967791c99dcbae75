// Much of OpenSSL's interface is macros, which Swift cannot call: one plain function for each that is needed.
#ifndef STICKLER_COPENSSL_SHIM_H
#define STICKLER_COPENSSL_SHIM_H

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

static inline void stickler_tls_settle(SSL_CTX *context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  // Nobody renegotiates, and sessions are not resumed: connections last for days.
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
}

// The host that a certificate has to be for: a name, or an address in text.
static inline int stickler_tls_expect(SSL *session, const char *host) {
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host)) return 1;
  ERR_clear_error();
  SSL_set_hostflags(session, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return SSL_set1_host(session, host) && SSL_set_tlsext_host_name(session, host);
}

// Where the bytes from and for the network wait; an empty one asks for more instead of ending the session.
static inline BIO *stickler_tls_buffer(void) {
  BIO *buffer = BIO_new(BIO_s_mem());
  if (buffer) BIO_set_mem_eof_return(buffer, -1);
  return buffer;
}

static inline size_t stickler_tls_waiting(BIO *buffer) { return BIO_ctrl_pending(buffer); }

// The `errno` that an error of OpenSSL's stands for, or 0.
static inline int stickler_tls_system_error(unsigned long code) {
  return ERR_SYSTEM_ERROR(code) ? ERR_GET_REASON(code) : 0;
}

#endif
