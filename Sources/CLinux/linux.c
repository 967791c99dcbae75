#define _GNU_SOURCE
#include "CLinux.h"

#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timex.h>
#include <unistd.h>

#define SAME(ours, field) \
  _Static_assert(offsetof(struct stickler_message, ours) == offsetof(struct mmsghdr, field), #ours)
SAME(name, msg_hdr.msg_name);
SAME(name_length, msg_hdr.msg_namelen);
SAME(vectors, msg_hdr.msg_iov);
SAME(vector_count, msg_hdr.msg_iovlen);
SAME(control, msg_hdr.msg_control);
SAME(control_length, msg_hdr.msg_controllen);
SAME(flags, msg_hdr.msg_flags);
SAME(length, msg_len);
_Static_assert(sizeof(struct stickler_message) == sizeof(struct mmsghdr), "a message");
_Static_assert(sizeof(struct stickler_vector) == sizeof(struct iovec), "a vector");
_Static_assert(offsetof(struct stickler_vector, length) == offsetof(struct iovec, iov_len), "a vector");

// Reads the local address, and prepares the control message for the way back: the source stays, the interface is left
// to the route, but for link-local addresses, which mean nothing without one.
static void claim_local(struct msghdr *message, uint8_t *address) {
  memset(address, 0, 16);
  for (struct cmsghdr *control = CMSG_FIRSTHDR(message); control; control = CMSG_NXTHDR(message, control)) {
    if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO) {
      struct in6_pktinfo info;
      memcpy(&info, CMSG_DATA(control), sizeof info);
      memcpy(address, &info.ipi6_addr, 16);
      if (!IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr)) info.ipi6_ifindex = 0;
      // A group is no source: the route chooses one.
      if (IN6_IS_ADDR_MULTICAST(&info.ipi6_addr)) memset(&info.ipi6_addr, 0, 16);
      memcpy(CMSG_DATA(control), &info, sizeof info);
    } else if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO) {
      struct in_pktinfo info;
      memcpy(&info, CMSG_DATA(control), sizeof info);
      address[10] = address[11] = 0xff;
      memcpy(address + 12, &info.ipi_addr, 4);
      info.ipi_ifindex = 0;
      memcpy(CMSG_DATA(control), &info, sizeof info);
    }
  }
}

int stickler_receive(int socket, struct stickler_message *messages, unsigned int count, uint8_t *local) {
  struct mmsghdr *headers = (struct mmsghdr *)messages;
  int received = recvmmsg(socket, headers, count, MSG_DONTWAIT, NULL);
  for (int index = 0; index < received; index++) claim_local(&headers[index].msg_hdr, local + 16 * index);
  return received;
}

int stickler_send(int socket, struct stickler_message *messages, unsigned int count) {
  return sendmmsg(socket, (struct mmsghdr *)messages, count, MSG_DONTWAIT | MSG_NOSIGNAL);
}

long stickler_send_from(int socket, int is_v6_socket, const uint8_t *local, const void *bytes, size_t count,
                        const void *address, uint32_t length) {
  _Alignas(struct cmsghdr) char buffer[STICKLER_CONTROL_LENGTH] = {0};
  struct iovec vector = {.iov_base = (void *)bytes, .iov_len = count};
  struct msghdr message = {
      .msg_name = (void *)address,
      .msg_namelen = length,
      .msg_iov = &vector,
      .msg_iovlen = 1,
      .msg_control = buffer,
      .msg_controllen = sizeof buffer,
  };
  struct cmsghdr *control = CMSG_FIRSTHDR(&message);
  if (is_v6_socket) {
    struct in6_pktinfo info = {.ipi6_ifindex = 0};
    memcpy(&info.ipi6_addr, local, 16);
    control->cmsg_level = IPPROTO_IPV6;
    control->cmsg_type = IPV6_PKTINFO;
    control->cmsg_len = CMSG_LEN(sizeof info);
    memcpy(CMSG_DATA(control), &info, sizeof info);
    message.msg_controllen = CMSG_SPACE(sizeof info);
  } else {
    struct in_pktinfo info = {.ipi_ifindex = 0};
    memcpy(&info.ipi_spec_dst, local + 12, 4);
    control->cmsg_level = IPPROTO_IP;
    control->cmsg_type = IP_PKTINFO;
    control->cmsg_len = CMSG_LEN(sizeof info);
    memcpy(CMSG_DATA(control), &info, sizeof info);
    message.msg_controllen = CMSG_SPACE(sizeof info);
  }
  return sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

int stickler_accept(int socket, void *address, uint32_t *length) {
  return accept4(socket, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int stickler_poller(void) { return epoll_create1(EPOLL_CLOEXEC); }

int stickler_watch(int poller, int descriptor, int is_new, uint32_t flags, uint64_t token) {
  struct epoll_event event = {.data.u64 = token};
  if (flags & STICKLER_READABLE) event.events |= EPOLLIN;
  if (flags & STICKLER_WRITABLE) event.events |= EPOLLOUT;
  return epoll_ctl(poller, is_new ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, descriptor, &event);
}

int stickler_wait(int poller, struct stickler_event *events, int count, int milliseconds) {
  struct epoll_event found[64];
  int number = epoll_wait(poller, found, count < 64 ? count : 64, milliseconds);
  for (int index = 0; index < number; index++) {
    events[index].token = found[index].data.u64;
    events[index].flags = (found[index].events & EPOLLIN ? STICKLER_READABLE : 0) |
                          (found[index].events & EPOLLOUT ? STICKLER_WRITABLE : 0) |
                          (found[index].events & (EPOLLERR | EPOLLHUP) ? STICKLER_CLOSED : 0);
  }
  return number;
}

int stickler_waker(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

int stickler_stop_signals(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  pthread_sigmask(SIG_BLOCK, &set, NULL);
  return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

int stickler_take_signal(int descriptor) {
  struct signalfd_siginfo information;
  return read(descriptor, &information, sizeof information) == sizeof information ? (int)information.ssi_signo : 0;
}

int stickler_clock_state(int64_t *error) {
  struct timex state = {.modes = 0};
  int status = adjtimex(&state);
  if (status < 0) return -1;
  *error = state.esterror;
  return status != TIME_ERROR && !(state.status & STA_UNSYNC);
}
