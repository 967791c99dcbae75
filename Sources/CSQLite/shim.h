#ifndef STICKLER_CSQLITE_SHIM_H
#define STICKLER_CSQLITE_SHIM_H

#include <sqlite3.h>

// SQLITE_TRANSIENT is a cast of -1 to a function's address, which Swift does not import: SQLite copies what it is given.
static inline int stickler_bind_text(sqlite3_stmt *statement, int place, const char *text, sqlite3_uint64 length) {
  return sqlite3_bind_text64(statement, place, text, length, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static inline int stickler_bind_bytes(sqlite3_stmt *statement, int place, const void *bytes, sqlite3_uint64 length) {
  return sqlite3_bind_blob64(statement, place, bytes, length, SQLITE_TRANSIENT);
}

#endif
