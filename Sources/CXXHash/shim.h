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

#endif
