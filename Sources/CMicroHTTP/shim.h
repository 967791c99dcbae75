// libmicrohttpd's start and questions are variadic, which Swift cannot call: one plain function for each that we use. Its
// enumerations reach Swift under other names from version to version, so that none of them is left to it.
#ifndef STICKLER_CMICROHTTP_SHIM_H
#define STICKLER_CMICROHTTP_SHIM_H

#include <microhttpd.h>

struct stickler_http_settings {
  // Listens already; the library closes it.
  int socket;
  unsigned int connections;
  unsigned int threads;
  unsigned int idle_seconds;
  size_t header;
  MHD_AccessHandlerCallback asked;
  MHD_RequestCompletedCallback completed;
  MHD_NotifyConnectionCallback connected;
  void *owner;
};

static inline struct MHD_Daemon *stickler_http_start(struct stickler_http_settings settings) {
  return MHD_start_daemon(
      MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, 0, 0, settings.asked,
      settings.owner, MHD_OPTION_LISTEN_SOCKET, settings.socket, MHD_OPTION_CONNECTION_LIMIT, settings.connections,
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, settings.header, MHD_OPTION_CONNECTION_TIMEOUT, settings.idle_seconds,
      MHD_OPTION_THREAD_POOL_SIZE, settings.threads, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_COMPLETED,
      settings.completed, settings.owner, MHD_OPTION_NOTIFY_CONNECTION, settings.connected, settings.owner,
      MHD_OPTION_END);
}

static inline enum MHD_Result stickler_http_result(int is_well) { return is_well ? MHD_YES : MHD_NO; }

static inline int stickler_http_is_open(enum MHD_ConnectionNotificationCode code) {
  return code == MHD_CONNECTION_NOTIFY_STARTED;
}

static inline int stickler_http_descriptor(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info ? info->connect_fd : -1;
}

static inline const char *stickler_http_header(struct MHD_Connection *connection, const char *name) {
  return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static inline void stickler_http_query(struct MHD_Connection *connection, MHD_KeyValueIterator each, void *owner) {
  MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, each, owner);
}

#endif
