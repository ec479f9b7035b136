// The interface record of a plug-in: multistate_add_plugin() adds this file to it.

#include "multistate/policy/plugin_record.h"

#ifndef MULTISTATE_PLUGIN_LIBTORCH
#define MULTISTATE_PLUGIN_LIBTORCH ""
#endif

namespace {

[[gnu::section(".note.multistate"), gnu::used]] alignas(4) constexpr auto kRecord =
    multistate::make_plugin_note(MULTISTATE_PLUGIN_RECORD(MULTISTATE_PLUGIN_LIBTORCH));

}  // namespace
