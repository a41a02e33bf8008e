#ifndef CLABORATORY_H
#define CLABORATORY_H

#include <stdint.h>

// The few calls Swift cannot make itself: variadic ones, feature-test macros, and unions of socket addresses.
// Each returns what the call behind it returns: -1 with errno set where it failed.

// Moves the calling thread into the network namespace behind a descriptor of /run/netns (setns(2), CLONE_NEWNET).
int lab_enter_network(int namespace_fd);

// Makes a TUN device without packet information in the caller's namespace; gives its non-blocking descriptor.
int lab_open_tun(const char *name);

// Makes a non-blocking TCP socket in the caller's namespace; ipv6 is 0 or 1.
int lab_socket(int ipv6);

int lab_bind(int fd, const char *address, uint16_t port);

// accept4(2), non-blocking; *peer_port tells which client it is.
int lab_accept(int fd, uint16_t *peer_port);

int lab_connect(int fd, const char *address, uint16_t port);

// sendto(2) with MSG_FASTOPEN: the payload goes with the SYN.
int lab_send_fast_open(int fd, const char *address, uint16_t port, const void *bytes, int count);

// An eventfd(2), non-blocking: wakes a thread that polls.
int lab_open_event(void);

// Asks NETLINK_SOCK_DIAG; gives a descriptor in the caller's namespace.
int lab_open_socket_diagnosis(void);

#endif
