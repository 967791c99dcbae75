// xxHash renames its inlined functions by macro, which Swift cannot see: one plain name for the one we use.
#ifndef STICKLER_CXXHASH_SHIM_H
#define STICKLER_CXXHASH_SHIM_H

// The vector code only serves inputs above 240 bytes, and ours end at 128. Its headers would bring half of libc into
// this module, where it clashes with modules that see libc with other feature macros.
#pragma push_macro("__SSE2__")
#pragma push_macro("__AVX2__")
#undef __SSE2__
#undef __AVX2__
#define XXH_INLINE_ALL
#include <xxhash.h>
#pragma pop_macro("__AVX2__")
#pragma pop_macro("__SSE2__")

static inline uint64_t stickler_xxh3_64(const void *bytes, size_t count) {
  return XXH3_64bits(bytes, count);
}

// The hash of the first `to` bytes, from that of the first `from`, of which there are at least 16: one multiplication
// for each 16 bytes, as XXH3 has inside. Its own beginning and end each time took half of what fingerprints cost; in
// Swift the loads are put together byte by byte.
static inline uint64_t stickler_extend(uint64_t hash, const uint8_t *bytes, size_t from, size_t to) {
  for (size_t place = from; place < to; place += 16) {
    // The last block reaches back into what was hashed before where fewer than 16 bytes are left.
    const uint8_t *block = bytes + (place + 16 <= to ? place : to - 16);
    hash = XXH3_mul128_fold64(
        XXH_readLE64(block) ^ hash ^ 0xe7037ed1a0b428dbULL,
        XXH_readLE64(block + 8) ^ 0x8ebc6af09c88c6e3ULL);
  }
  return hash;
}

#endif
