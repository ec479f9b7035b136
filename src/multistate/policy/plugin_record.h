#pragma once

// What a plug-in and the program have to agree on. multistate_add_plugin() compiles it into every
// plug-in, as an ELF note; the program reads that note before it loads the file, and compares it
// with its own.

#include <cstddef>
#include <cstdint>
#include <string>  // the standard library's macros

#include "multistate/policy/plugin_headers.h"

#define MULTISTATE_TEXT_OF(x) #x
#define MULTISTATE_TEXT(x) MULTISTATE_TEXT_OF(x)

// What decides how objects of the standard library lie in memory and what functions are called in a
// library. Compilers that follow the Itanium C++ ABI, as GCC and Clang do on Linux, agree on the
// rest for all that the headers of a plug-in use.
#if defined(__GLIBCXX__)
#define MULTISTATE_STANDARD_LIBRARY \
  "libstdc++ _GLIBCXX_USE_CXX11_ABI=" MULTISTATE_TEXT(_GLIBCXX_USE_CXX11_ABI)
#elif defined(_LIBCPP_VERSION)
#define MULTISTATE_STANDARD_LIBRARY "libc++ " MULTISTATE_TEXT(_LIBCPP_ABI_VERSION)
#else
#error "multistate knows libstdc++ and libc++"
#endif
#if defined(_GLIBCXX_DEBUG)
#define MULTISTATE_DEBUG_CONTAINERS " _GLIBCXX_DEBUG"
#else
#define MULTISTATE_DEBUG_CONTAINERS ""
#endif

/// Lines "<key> <value>\n". `libtorch` is the version of LibTorch that the object was compiled
/// with,
/// "" for none.
#define MULTISTATE_PLUGIN_RECORD(libtorch)                       \
  "version " MULTISTATE_VERSION                                  \
  "\n"                                                           \
  "headers " MULTISTATE_HEADERS                                  \
  "\n"                                                           \
  "abi " MULTISTATE_STANDARD_LIBRARY MULTISTATE_DEBUG_CONTAINERS \
  "\n"                                                           \
  "libtorch " libtorch "\n"

namespace multistate {

// Bytes of an ELF file, laid out by the compiler.
// NOLINTBEGIN(modernize-avoid-c-arrays)

/// The note's owner.
inline constexpr char kPluginRecordOwner[] = "multistate";

/// An ELF note with the record as its content; goes into a section whose name starts with ".note.".
/// An aggregate: with a constructor GCC would put it among what can be written.
template <size_t N>
struct PluginNote {
  uint32_t owner_size;
  uint32_t content_size;
  uint32_t type;
  char owner[(sizeof kPluginRecordOwner + 3) / 4 * 4];
  char content[N];
};

template <size_t N>
constexpr PluginNote<N> make_plugin_note(const char (&record)[N]) {
  PluginNote<N> note = {sizeof kPluginRecordOwner, N, 1, {}, {}};
  for (size_t i = 0; i < sizeof kPluginRecordOwner; ++i) {
    note.owner[i] = kPluginRecordOwner[i];
  }
  for (size_t i = 0; i < N; ++i) {
    note.content[i] = record[i];
  }
  return note;
}

// NOLINTEND(modernize-avoid-c-arrays)

}  // namespace multistate
