#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "support/gguf_writer.h"

namespace multistate::test {

/// The end of the message for a file of no known kind.
constexpr const char* kExpectedModel =
    "; expected a GGUF file, a safetensors file with config.json beside it, or a folder with "
    "either";

/// A model that cannot be opened.
struct RefusedFile {
  std::string title;
  std::string message;  ///< All of it, with the test's folder written as "@".
  /// Writes the files into the folder and returns the path to open.
  std::function<std::filesystem::path(const std::filesystem::path& folder)> make;
};

/// The tiny model as a GGUF file, spoiled.
RefusedFile spoiled_gguf(const std::string& title, const std::string& message,
                         const std::function<void(GgufWriter&)>& spoil);

std::vector<RefusedFile> refused_gguf_files();
std::vector<RefusedFile> refused_gguf_models();
std::vector<RefusedFile> refused_gguf_shards();
std::vector<RefusedFile> refused_safetensors();
std::vector<RefusedFile> refused_folders();

}  // namespace multistate::test
