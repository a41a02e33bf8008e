#ifndef WORD_COMPARISON_H
#define WORD_COMPARISON_H

#include <stdint.h>

/// A bit for each of the eight words at `words` that is equal to `word`, from the lowest one on: a few vector instructions,
/// where a loop has one comparison after the other.
static inline uint32_t equal_words(const uint32_t *words, uint32_t word) {
  typedef uint32_t eight_words __attribute__((ext_vector_type(8), aligned(4)));
  typedef _Bool eight_bits __attribute__((ext_vector_type(8)));
  union {
    eight_bits bits;
    uint8_t byte;
  } equal = {__builtin_convertvector(*(const eight_words *)words == word, eight_bits)};
  return equal.byte;
}

#endif
