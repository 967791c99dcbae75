// Sends datagrams of 96 bytes from sessions that come and go: churn INTERFACE ADDRESS PORT RATE SECONDS ALIVE LIFE.
// ALIVE sessions are there at any time, each for LIFE seconds; their sources are in 10.128.0.0/9, which must be local.
// Prints how many datagrams were sent, and by how many sessions.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PORTS = 8, LENGTH = 96 };

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec * 1e-9;
}

int main(int count, char **words) {
  if (count != 8) return 2;
  struct sockaddr_in target = {.sin_family = AF_INET, .sin_port = htons(atoi(words[3]))};
  inet_pton(AF_INET, words[2], &target.sin_addr);
  double rate = atof(words[4]), seconds = atof(words[5]), alive = atof(words[6]), life = atof(words[7]);
  int sockets[PORTS];
  for (int index = 0; index < PORTS; index++) {
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons(20000 + index)};
    sockets[index] = socket(AF_INET, SOCK_DGRAM, 0);
    if (setsockopt(sockets[index], SOL_SOCKET, SO_BINDTODEVICE, words[1], strlen(words[1])) < 0 ||
        bind(sockets[index], (struct sockaddr *)&own, sizeof own) < 0) {
      perror(words[1]);
      return 1;
    }
  }
  char bytes[LENGTH] = {0}, control[CMSG_SPACE(sizeof(struct in_pktinfo))] = {0};
  struct iovec vector = {.iov_base = bytes, .iov_len = LENGTH};
  struct msghdr message = {
      .msg_name = &target, .msg_namelen = sizeof target, .msg_iov = &vector, .msg_iovlen = 1,
      .msg_control = control, .msg_controllen = sizeof control};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = IPPROTO_IP;
  header->cmsg_type = IP_PKTINFO;
  header->cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo));
  struct in_pktinfo *info = (struct in_pktinfo *)CMSG_DATA(header);
  uint64_t sent = 0, begun = 0, random = 88172645463325252ull;
  double start = now(), elapsed = 0;
  while ((elapsed = now() - start) < seconds) {
    if (sent > elapsed * rate) {
      usleep(200);
      continue;
    }
    begun = elapsed * alive / life;
    random ^= random << 13, random ^= random >> 7, random ^= random << 17;
    uint64_t session = begun + random % (uint64_t)alive;
    info->ipi_spec_dst.s_addr = htonl(0x0a800000u + (uint32_t)(session / PORTS) % 0x7ffff0u + 1);
    memcpy(bytes, &sent, sizeof sent);
    if (sendmsg(sockets[session % PORTS], &message, 0) > 0) sent++;
  }
  printf("%llu %llu\n", (unsigned long long)sent, (unsigned long long)(begun + (uint64_t)alive));
  return 0;
}
