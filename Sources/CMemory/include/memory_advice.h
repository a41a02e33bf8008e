#ifndef MEMORY_ADVICE_H
#define MEMORY_ADVICE_H

#include <stddef.h>

/// Asks the kernel to back what lies in `start` to `start + length` with huge pages (madvise(2), MADV_HUGEPAGE). Advice
/// only: where there are none, nothing changes.
void advise_huge_pages(const void *start, size_t length);

/// Gives the memory from `start` to `start + length`, whole pages, back to the kernel (madvise(2), MADV_DONTNEED). It stays
/// mapped, and reads as zeros (Linux) or as it was.
void give_back(void *start, size_t length);

/// Asks the processor for the cache line of the byte at `offset` from `start`, and does not wait for it.
static inline void prefetch_line(const void *start, size_t offset) {
  __builtin_prefetch((const char *)start + offset);
}

/// Asks the processor for the cache lines from `start` to `start + length`, and does not wait for them. What takes whole
/// lines begins with one.
static inline void prefetch_lines(const void *start, size_t length) {
  const char *end = (const char *)start + length;
  for (const char *line = start; line < end; line += 64) __builtin_prefetch(line);
  if (length % 64 != 0) __builtin_prefetch(end - 1);
}

#endif
