#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <nlohmann/json.hpp>

namespace multistate::test {

inline const std::string kCellId(64, 'a');

/// The least of a result.json.
inline nlohmann::json result_for(const std::string& id) {
  return {{"schema", {{"name", "multistate.result"}, {"version", 1}}},
          {"cell_id", id},
          {"status", "ok"}};
}

/// Makes the folder as well.
inline void write(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

inline size_t files_in(const std::filesystem::path& folder) {
  return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(folder),
                                           std::filesystem::directory_iterator()));
}

}  // namespace multistate::test
