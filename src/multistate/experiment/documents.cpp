#include "multistate/experiment/documents.h"

#include <algorithm>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/sha256.h"

namespace multistate {
namespace fs = std::filesystem;
namespace {

Document read_document(const fs::path& file) {
  PlainText plain = read_plain_text(file);
  return {file.filename().string(), std::move(plain.text), plain.changes};
}

}  // namespace

DocumentSet read_documents(const fs::path& path) {
  DocumentSet set;
  if (!fs::is_directory(path)) {
    set.documents.push_back(read_document(path));
    return set;
  }
  for (const auto& entry : fs::directory_iterator(path)) {
    const auto& file = entry.path();
    if (entry.is_regular_file() && file.extension() == ".txt") {
      set.documents.push_back(read_document(file));
    } else {
      set.ignored.push_back(file.filename().string());
    }
  }
  std::sort(set.ignored.begin(), set.ignored.end());
  std::sort(set.documents.begin(), set.documents.end(),
            [](const Document& a, const Document& b) { return a.name < b.name; });
  if (set.documents.empty()) {
    throw InputError(fmt::format("{}: the folder holds no .txt file", path.string()));
  }
  return set;
}

void check_data_path(const fs::path& path, const Node& node) {
  const Node* member = node.find("data");
  const Node& place = member != nullptr ? *member : node;
  if (path.empty()) {
    throw place.error("experiment.data: is missing; a text file, or a folder of .txt files");
  }
  if (!fs::exists(path)) {
    throw place.error(fmt::format(
        "experiment.data: '{}' does not exist; expected a text file or a folder of .txt "
        "files (tools/fetch_data fetches the novels that configs/ refers to)",
        path.string()));
  }
}

std::vector<std::string> document_sha256s(const DocumentSet& set) {
  std::vector<std::string> digests;
  for (const Document& document : set.documents) {
    digests.push_back(sha256_hex(document.text));
  }
  return digests;
}

std::string documents_sha256(std::span<const std::string> document_sha256s) {
  Sha256 digest;
  for (const std::string& of_document : document_sha256s) {
    digest.update(of_document);
  }
  return digest.hex();
}

}  // namespace multistate
