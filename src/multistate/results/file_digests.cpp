#include "multistate/results/file_digests.h"

#include <chrono>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/error.h"
#include "multistate/base/file_stamp.h"
#include "multistate/base/json_layout.h"
#include "multistate/base/log.h"
#include "multistate/base/mapped_file.h"
#include "multistate/base/sha256.h"
#include "multistate/base/strict_json.h"
#include "multistate/results/atomic_file.h"

namespace multistate {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kSettled = 2'000'000'000;  // Nanoseconds.

int64_t nanoseconds_since_1970() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

}  // namespace

FileDigests::FileDigests(const fs::path& folder) : path_(folder / kName) {
  std::error_code error;
  if (!fs::is_regular_file(path_, error)) {
    return;
  }
  try {
    read();
  } catch (const std::exception& problem) {
    entries_.clear();
    log_warning(fmt::format("{}: cannot be used, the files that it names are hashed again: {}",
                            path_.string(), problem.what()));
  }
}

void FileDigests::read() {
  const nlohmann::json content = parse_strict_json(read_file(path_), path_.string());
  for (const auto& [file, entry] : content.at("files").items()) {
    const std::string sha256 = entry.at("sha256");
    if (sha256.size() != sha256_hex("").size() ||
        sha256.find_first_not_of("0123456789abcdef") != std::string::npos) {
      throw InputError(fmt::format("the digest of {} has not 64 hexadecimal digits", file));
    }
    entries_[file] = {entry.at("size"), entry.at("inode"), entry.at("modified_ns"), sha256};
  }
}

void FileDigests::add(const FileDigests& others) {
  for (const auto& [file, entry] : others.entries_) {
    changed_ = entries_.emplace(file, entry).second || changed_;
  }
}

std::string FileDigests::sha256(const fs::path& file) {
  const std::string name = fs::absolute(file).lexically_normal().string();
  const FileStamp stamp(file);
  const auto known = entries_.find(name);
  if (known != entries_.end() && known->second.size == stamp.size() &&
      known->second.inode == stamp.inode() && known->second.modified == stamp.modified()) {
    return known->second.sha256;
  }
  const int64_t start = nanoseconds_since_1970();
  std::string digest = sha256_file(file);
  stamp.require_unchanged();
  if (stamp.modified() < start - kSettled) {
    entries_[name] = {stamp.size(), stamp.inode(), stamp.modified(), digest};
    changed_ = true;
  }
  return digest;
}

void FileDigests::keep() const {
  if (!changed_) {
    return;
  }
  auto files = nlohmann::json::object();
  for (const auto& [name, entry] : entries_) {
    files[name] = {{"size", entry.size},
                   {"inode", entry.inode},
                   {"modified_ns", entry.modified},
                   {"sha256", entry.sha256}};
  }
  const nlohmann::json content = {{"files", files}};
  write_atomically(path_, json_page(content));
}

}  // namespace multistate
