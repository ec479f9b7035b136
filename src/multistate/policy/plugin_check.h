#pragma once

#include "multistate/base/mapped_file.h"

namespace multistate {

/// Compares the interface record of a file (plugin_record.h) with this program's, without loading
/// the file. Throws InputError that says what to do when there is none or one that does not fit. A
/// plug-in without LibTorch fits every LibTorch.
void check_plugin_record(const MappedFile& file);

}  // namespace multistate
