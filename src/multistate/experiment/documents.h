#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "multistate/config/node.h"

namespace multistate {

/// A text that samples are cut from.
struct Document {
  std::string name;  ///< File name.
  std::string text;
};

/// The documents of a path: one text file, or all `.txt` files of a folder in order of name.
struct DocumentSet {
  std::vector<Document> documents;
  std::vector<std::string>
      ignored;  ///< Other things that lie in the folder; reported with the results.
};

/// Throws InputError when the path is neither, or a file cannot be read.
DocumentSet read_documents(const std::filesystem::path& path);

/// Throws InputError with the node's mark when `path` is not there; says where data comes from.
void check_data_path(const std::filesystem::path& path, const Node& node);

/// Digest of the texts in their order.
std::string documents_sha256(const DocumentSet& set);

}  // namespace multistate
