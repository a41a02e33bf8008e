/* Reads every packet of a capture with libpcap and does nothing with it: the least that any tool on libpcap takes. */

#include <pcap/pcap.h>
#include <stdio.h>

static void count(unsigned char *packets, const struct pcap_pkthdr *header, const unsigned char *bytes) {
  (void)header;
  (void)bytes;
  ++*(long *)packets;
}

int main(int argc, char **argv) {
  char error[PCAP_ERRBUF_SIZE];
  pcap_t *capture = argc == 2 ? pcap_open_offline(argv[1], error) : NULL;
  if (!capture) return 1;
  long packets = 0;
  while (pcap_dispatch(capture, -1, count, (unsigned char *)&packets) > 0) {
  }
  pcap_close(capture);
  printf("%ld packets\n", packets);
  return 0;
}
