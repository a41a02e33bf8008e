#pragma once

#include <stddef.h>
#include <stdint.h>

// libFuzzer as a library, as its documentation has it: there is no header of its own to include.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*trial)(const uint8_t *bytes, size_t count));
