// Sends datagrams of 96 bytes from 256 ports at a rate, for so many seconds: send INTERFACE ADDRESS PORT RATE SECONDS.
// A rate of 0 is as fast as it goes. Prints how many were sent.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SOCKETS = 256, BATCH = 16, LENGTH = 96 };

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec * 1e-9;
}

int main(int count, char **words) {
  if (count != 6) return 2;
  struct sockaddr_in target = {.sin_family = AF_INET, .sin_port = htons(atoi(words[3]))};
  inet_pton(AF_INET, words[2], &target.sin_addr);
  double rate = atof(words[4]), seconds = atof(words[5]);
  int sockets[SOCKETS];
  for (int index = 0; index < SOCKETS; index++) {
    sockets[index] = socket(AF_INET, SOCK_DGRAM, 0);
    if (setsockopt(sockets[index], SOL_SOCKET, SO_BINDTODEVICE, words[1], strlen(words[1])) < 0 ||
        connect(sockets[index], (struct sockaddr *)&target, sizeof target) < 0) {
      perror(words[1]);
      return 1;
    }
  }
  static char bytes[BATCH][LENGTH];
  struct iovec vectors[BATCH];
  struct mmsghdr messages[BATCH];
  memset(messages, 0, sizeof messages);
  for (int index = 0; index < BATCH; index++) {
    vectors[index] = (struct iovec){.iov_base = bytes[index], .iov_len = LENGTH};
    messages[index].msg_hdr.msg_iov = &vectors[index];
    messages[index].msg_hdr.msg_iovlen = 1;
  }
  uint64_t sent = 0, number = 0;
  double start = now();
  for (unsigned turn = 0; now() - start < seconds; turn++) {
    while (rate > 0 && sent > (now() - start) * rate) usleep(200);
    for (int index = 0; index < BATCH; index++, number++) memcpy(bytes[index], &number, sizeof number);
    int done = sendmmsg(sockets[turn % SOCKETS], messages, BATCH, 0);
    if (done > 0) sent += done;
  }
  printf("%llu\n", (unsigned long long)sent);
  return 0;
}
