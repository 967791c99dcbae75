// What Swift's view of glibc lacks: calls behind _GNU_SOURCE, and control messages, which are macros.
//
// No header of the system is included: a second view of it, under other macros, would contradict Swift's own wherever
// both are imported. What has a layout of the kernel's is declared anew, and compared when the shim is compiled.
#ifndef STICKLER_CLINUX_H
#define STICKLER_CLINUX_H

#include <stddef.h>
#include <stdint.h>

// A struct iovec.
struct stickler_vector {
  void *base;
  size_t length;
};

// A struct mmsghdr.
struct stickler_message {
  void *name;
  uint32_t name_length;
  struct stickler_vector *vectors;
  size_t vector_count;
  void *control;
  size_t control_length;
  int flags;
  int unused;
  // What was received.
  unsigned int length;
  int unused_too;
};

// Room for one packet-information message of either family.
#define STICKLER_CONTROL_LENGTH 64

// recvmmsg without waiting. For each message, 16 bytes of `local` become the address that it was sent to, IPv4 in its
// mapped form, zeroes where the kernel did not say; and its control message becomes fit for the answer, in place.
int stickler_receive(int socket, struct stickler_message *messages, unsigned int count, uint8_t *local);

// sendmmsg without waiting.
int stickler_send(int socket, struct stickler_message *messages, unsigned int count);

// Sends one datagram from `local`, 16 bytes as above.
long stickler_send_from(int socket, int is_v6_socket, const uint8_t *local, const void *bytes, size_t count,
                        const void *address, uint32_t length);

// A connection that waits, non-blocking and closed on exec; below 0 where none does.
int stickler_accept(int socket, void *address, uint32_t *length);

#define STICKLER_READABLE 1
#define STICKLER_WRITABLE 2
#define STICKLER_CLOSED 4

struct stickler_event {
  uint64_t token;
  uint32_t flags;
};

int stickler_poller(void);
int stickler_watch(int poller, int descriptor, int is_new, uint32_t flags, uint64_t token);
// At most `count`, which is at most 64.
int stickler_wait(int poller, struct stickler_event *events, int count, int milliseconds);

// An eventfd.
int stickler_waker(void);

// Blocks SIGTERM and SIGINT for the calling thread and those that it starts, and has them come by a descriptor.
int stickler_stop_signals(void);
// The signal that came, or 0.
int stickler_take_signal(int descriptor);

// 1 where the wall clock is synchronized, 0 where it is not, below 0 where the kernel does not tell; and the estimated
// error in microseconds.
int stickler_clock_state(int64_t *error);

// The sandbox (sandbox.c). Below 0 is a failure, with its errno.

// No program that is executed from here on gets more privileges than this process.
int stickler_no_new_privileges(void);
// Leaves all groups for this one. Needs CAP_SETGID.
int stickler_become_group(uint32_t group);
// Becomes this user, and keeps the permitted capabilities for now. Needs CAP_SETUID.
int stickler_become_user(uint32_t user);
// Gives up all capabilities but those of the mask, of the calling thread.
int stickler_keep_capabilities(uint64_t kept);

// Landlock's version; a rule set with what it is to forbid unless a rule allows it; and its rules. For the calling thread.
int stickler_landlock_version(void);
int stickler_landlock_create(int version, uint64_t files, uint64_t ports, uint64_t scopes);
int stickler_landlock_allow_path(int ruleset, int path, uint64_t rights);
int stickler_landlock_allow_port(int ruleset, uint16_t port, uint64_t rights);
int stickler_landlock_enforce(int ruleset);
// A descriptor that only names the file or folder.
int stickler_open_place(const char *path);

// Refuses the system calls that a process which captures and sends never makes; for all threads.
int stickler_filter_system_calls(void);
int stickler_can_filter_system_calls(void);

#endif
