#pragma once

/// Compiles a function several times, for wider vector instructions too, and picks one at start:
/// the program is built for every x86-64 machine. Elsewhere the function is compiled once. Whatever
/// such a function calls has to be inlined into it; mark that MULTISTATE_INLINE.
#if defined(__x86_64__) && defined(__GNUC__) && __GNUC__ >= 12 && !defined(__clang__)
#define MULTISTATE_VECTORIZE \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#define MULTISTATE_INLINE __attribute__((always_inline)) inline
#else
#define MULTISTATE_VECTORIZE
#define MULTISTATE_INLINE inline
#endif

/// Before a loop with constant bounds over an array of sums: unless GCC unrolls it at once, the
/// sums stay in memory.
#if defined(__clang__)
#define MULTISTATE_UNROLL _Pragma("unroll")
#else
#define MULTISTATE_UNROLL _Pragma("GCC unroll 8")
#endif
