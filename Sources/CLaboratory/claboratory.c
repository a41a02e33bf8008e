#define _GNU_SOURCE
#include "claboratory.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sched.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

int lab_enter_network(int namespace_fd) { return setns(namespace_fd, CLONE_NEWNET); }

int lab_open_tun(const char *name) {
  int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return -1;
  struct ifreq request = {0};
  strncpy(request.ifr_name, name, IFNAMSIZ - 1);
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  if (ioctl(fd, TUNSETIFF, &request) == 0) return fd;
  int problem = errno;
  close(fd);
  errno = problem;
  return -1;
}

int lab_socket(int ipv6) {
  return socket(ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
}

static socklen_t fill(struct sockaddr_storage *storage, const char *address, uint16_t port) {
  memset(storage, 0, sizeof *storage);
  struct sockaddr_in *v4 = (struct sockaddr_in *)storage;
  if (inet_pton(AF_INET, address, &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    return sizeof *v4;
  }
  struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)storage;
  if (inet_pton(AF_INET6, address, &v6->sin6_addr) != 1) return 0;
  v6->sin6_family = AF_INET6;
  v6->sin6_port = htons(port);
  return sizeof *v6;
}

int lab_bind(int fd, const char *address, uint16_t port) {
  struct sockaddr_storage storage;
  socklen_t length = fill(&storage, address, port);
  return bind(fd, (struct sockaddr *)&storage, length);
}

int lab_connect(int fd, const char *address, uint16_t port) {
  struct sockaddr_storage storage;
  socklen_t length = fill(&storage, address, port);
  return connect(fd, (struct sockaddr *)&storage, length);
}

int lab_accept(int fd, uint16_t *peer_port) {
  struct sockaddr_storage storage = {0};
  socklen_t length = sizeof storage;
  int accepted = accept4(fd, (struct sockaddr *)&storage, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
  // The port stands at the same place in both kinds of address.
  *peer_port = ntohs(((struct sockaddr_in *)&storage)->sin_port);
  return accepted;
}

int lab_send_fast_open(int fd, const char *address, uint16_t port, const void *bytes, int count) {
  struct sockaddr_storage storage;
  socklen_t length = fill(&storage, address, port);
  int flags = MSG_FASTOPEN | MSG_NOSIGNAL;
  return (int)sendto(fd, bytes, (size_t)count, flags, (struct sockaddr *)&storage, length);
}

int lab_open_event(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

int lab_open_socket_diagnosis(void) { return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG); }
