#include "floor.h"

#include <pcap/pcap.h>

static void count(unsigned char *packets, const struct pcap_pkthdr *header, const unsigned char *bytes) {
  (void)header;
  (void)bytes;
  ++*(long *)packets;
}

long floor_read(const char *path) {
  char error[PCAP_ERRBUF_SIZE];
  pcap_t *capture = pcap_open_offline(path, error);
  if (!capture) return -1;
  long packets = 0;
  while (pcap_dispatch(capture, -1, count, (unsigned char *)&packets) > 0) {
  }
  pcap_close(capture);
  return packets;
}
