#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "multistate/config/node.h"
#include "multistate/text/plain_text.h"

namespace multistate {

/// A text that samples are cut from.
struct Document {
  std::string name;  ///< File name.
  std::string text;  ///< As plain_text() has it.
  TextChanges changes = {};
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

/// Digest of each text.
std::vector<std::string> document_sha256s(const DocumentSet& set);

/// Digest of the texts in their order, from the digest of each. Texts are as they are evaluated: a
/// file with a BOM or CR LF is, in the identity of a result, the same data as one without.
std::string documents_sha256(std::span<const std::string> document_sha256s);

}  // namespace multistate
