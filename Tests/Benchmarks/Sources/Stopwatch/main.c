/* Runs a command and writes what it took to descriptor 3: seconds of CPU time (user and system), seconds that passed,
   and the most memory that was resident, in kilobytes.

   A process of its own since Linux counts the memory of the process that starts another to the started one's peak:
   this one has next to none. */

#define _GNU_SOURCE
#include <spawn.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static double seconds(struct timeval time) { return (double)time.tv_sec + (double)time.tv_usec / 1e6; }

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
  if (argc < 2) return 64;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addclose(&actions, 3);
  pid_t process;
  double start = now();
  if (posix_spawnp(&process, argv[1], &actions, NULL, argv + 1, environ) != 0) return 127;
  close(0);
  int status;
  struct rusage usage;
  if (wait4(process, &status, 0, &usage) != process) return 71;
  dprintf(3, "%.6f %.6f %ld\n", seconds(usage.ru_utime) + seconds(usage.ru_stime), now() - start, usage.ru_maxrss);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
