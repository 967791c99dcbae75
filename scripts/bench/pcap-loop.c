/* Reads a savefile with libpcap and does nothing with it: the floor for every program that reads through libpcap. */
#include <pcap/pcap.h>
#include <stdio.h>

static unsigned long long packets;

static void count(u_char *user, const struct pcap_pkthdr *header, const u_char *bytes)
{
    (void)user;
    (void)header;
    (void)bytes;
    packets++;
}

int main(int argc, char **argv)
{
    char error[PCAP_ERRBUF_SIZE];
    pcap_t *capture;

    if (argc != 2) {
        fprintf(stderr, "usage: pcap-loop FILE\n");
        return 3;
    }
    capture = pcap_open_offline(argv[1], error);
    if (capture == NULL || pcap_dispatch(capture, -1, count, NULL) < 0) {
        fprintf(stderr, "pcap-loop: %s\n", capture ? pcap_geterr(capture) : error);
        return 3;
    }
    pcap_close(capture);
    printf("%llu\n", packets);
    return 0;
}
