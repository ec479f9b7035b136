// Says so when any of its code runs, which must not happen: it has no interface record (no
// RECORD_... is defined) or one that does not fit.

#include <cstdio>

#include "multistate/policy/plugin_record.h"

#if defined(RECORD_VERSION) || defined(RECORD_HEADERS) || defined(RECORD_ABI) || \
    defined(RECORD_LIBTORCH)
#define HAS_RECORD
#endif
#ifndef RECORD_VERSION
#define RECORD_VERSION MULTISTATE_VERSION
#endif
#ifndef RECORD_HEADERS
#define RECORD_HEADERS MULTISTATE_HEADERS
#endif
#ifndef RECORD_ABI
#define RECORD_ABI MULTISTATE_STANDARD_LIBRARY MULTISTATE_DEBUG_CONTAINERS
#endif
#ifndef RECORD_LIBTORCH
#define RECORD_LIBTORCH ""
#endif

namespace {

#ifdef HAS_RECORD
[[gnu::section(".note.multistate"), gnu::used]] alignas(4) constexpr auto kRecord =
    multistate::make_plugin_note("version " RECORD_VERSION "\nheaders " RECORD_HEADERS
                                 "\nabi " RECORD_ABI "\nlibtorch " RECORD_LIBTORCH "\n");
#endif

const int kRan = std::fputs("code of the plug-in ran\n", stderr);

}  // namespace
