#include "multistate/bench/resident_memory.h"

#include <fstream>
#include <string>

#include <malloc.h>

namespace multistate {

bool reset_peak_resident() {
  // What earlier work has freed goes back to the system, or it would count as used.
  ::malloc_trim(0);
  std::ofstream file("/proc/self/clear_refs");
  file << "5\n";
  file.flush();
  return file.good();
}

std::optional<int64_t> peak_resident_bytes() {
  std::ifstream file("/proc/self/status");
  std::string key;
  while (file >> key) {
    int64_t kibibytes = 0;
    if (key == "VmHWM:" && file >> kibibytes) {
      return kibibytes * 1024;
    }
  }
  return std::nullopt;
}

}  // namespace multistate
