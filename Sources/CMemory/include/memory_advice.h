#ifndef MEMORY_ADVICE_H
#define MEMORY_ADVICE_H

#include <stddef.h>

/// Asks the kernel to back what lies in `start` to `start + length` with huge pages (madvise(2), MADV_HUGEPAGE). Advice
/// only: where there are none, nothing changes.
void advise_huge_pages(const void *start, size_t length);

#endif
