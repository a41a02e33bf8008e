#define _DEFAULT_SOURCE
#include "memory_advice.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

void advise_huge_pages(const void *start, size_t length) {
#ifdef MADV_HUGEPAGE
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  uintptr_t first = ((uintptr_t)start + page - 1) / page * page;
  uintptr_t end = ((uintptr_t)start + length) / page * page;
  if (first < end) madvise((void *)first, end - first, MADV_HUGEPAGE);
#else
  (void)start;
  (void)length;
#endif
}

void give_back(void *start, size_t length) { madvise(start, length, MADV_DONTNEED); }
