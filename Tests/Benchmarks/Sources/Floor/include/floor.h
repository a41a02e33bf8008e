#ifndef FLOOR_H
#define FLOOR_H

/* Reads every packet of a capture with libpcap and does nothing with it: the least that any tool on libpcap takes.
   Returns the number of packets, or -1 where the file cannot be read. */
long floor_read(const char *path);

#endif
