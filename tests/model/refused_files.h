#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace multistate::test {

/// A model that cannot be opened.
struct RefusedFile {
  std::string title;
  std::string message;  ///< All of it, with the test's folder written as "@".
  /// Writes the files into the folder and returns the path to open.
  std::function<std::filesystem::path(const std::filesystem::path& folder)> make;
};

std::vector<RefusedFile> refused_gguf_files();
std::vector<RefusedFile> refused_gguf_models();
std::vector<RefusedFile> refused_gguf_shards();
std::vector<RefusedFile> refused_safetensors();
std::vector<RefusedFile> refused_folders();

}  // namespace multistate::test
