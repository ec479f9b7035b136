#include "multistate/results/partial_samples.h"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "multistate/base/file_descriptor.h"
#include "multistate/base/file_error.h"
#include "multistate/base/json_layout.h"
#include "multistate/base/list_folder.h"
#include "multistate/base/log.h"
#include "multistate/base/output_file.h"
#include "multistate/base/sha256.h"
#include "multistate/base/strict_json.h"
#include "multistate/results/atomic_file.h"

namespace multistate {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStem = "samples.partial";
constexpr std::string_view kExtension = ".jsonl";
constexpr const char* kRecordDigest = "record_sha256";

/// A line of a file of samples; a discarded value when it is torn, changed or another cell's.
nlohmann::json parse_line(std::string_view line, const std::string& cell_id) {
  nlohmann::json parsed = parse_json(line);
  const bool ours = parsed.is_object() && parsed.value("cell_id", nlohmann::json()) == cell_id &&
                    parsed.value("sample", nlohmann::json()).is_number_integer() &&
                    parsed.contains("record");
  const bool whole =
      ours && (!parsed.contains(kRecordDigest) ||
               parsed.at(kRecordDigest) == sha256_hex(json_line(parsed.at("record"))));
  return whole ? parsed : nlohmann::json(nlohmann::json::value_t::discarded);
}

std::vector<fs::path> files_in(const fs::path& folder) {
  std::error_code error;
  auto files = partial_samples_files(folder, error);
  if (error) {
    throw FileError(folder, "list the folder (readdir)", error);
  }
  return files;
}

/// What a file holds from `begin` on; nothing when somebody has removed it. Not by a mapping: a
/// worker on another machine may remove the file meanwhile.
std::optional<std::string> read_from(const fs::path& path, int64_t begin) {
  const FileDescriptor file = open_to_read(path, O_NOFOLLOW);
  if (!file.is_open()) {
    if (errno == ENOENT) {
      return std::nullopt;
    }
    throw FileError(path, "open the file (open)");
  }
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) {
    throw FileError(path, "look at the file (fstat)");
  }
  std::string text(static_cast<size_t>(std::max<int64_t>(status.st_size - begin, 0)), '\0');
  size_t filled = 0;
  while (filled < text.size()) {
    const ssize_t count = without_interruption([&] {
      return ::pread(file.get(), text.data() + filled, text.size() - filled,
                     begin + static_cast<int64_t>(filled));
    });
    if (count < 0) {
      throw FileError(path, "read the file (pread)");
    }
    if (count == 0) {
      break;
    }
    filled += static_cast<size_t>(count);
  }
  text.resize(filled);
  return text;
}

}  // namespace

bool is_partial_samples(std::string_view name) {
  return name.size() >= kStem.size() + kExtension.size() && name.starts_with(kStem) &&
         name.ends_with(kExtension) && name[kStem.size()] == '.';
}

std::vector<fs::path> partial_samples_files(const fs::path& folder, std::error_code& error) {
  auto files = list_folder(folder, error);
  std::erase_if(files,
                [](const fs::path& file) { return !is_partial_samples(file.filename().string()); });
  if (error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory) {
    error.clear();
  }
  return files;
}

PartialSamples::PartialSamples(fs::path folder, std::string cell_id)
    : folder_(std::move(folder)), cell_id_(std::move(cell_id)) {}

std::map<int64_t, nlohmann::json> PartialSamples::read_new() {
  std::map<int64_t, nlohmann::json> records;
  for (const fs::path& file : files_in(folder_)) {
    if (file.filename() == own_) {
      continue;
    }
    if (fs::is_symlink(file) || !fs::is_regular_file(file)) {
      if (read_.emplace(file.filename().string(), 0).second) {
        log_warning(fmt::format("{}: is not a file", file.string()));
      }
      continue;
    }
    read_new_of(file, records);
  }
  return records;
}

void PartialSamples::read_new_of(const fs::path& file, std::map<int64_t, nlohmann::json>& records) {
  int64_t& read = read_[file.filename().string()];
  const std::string text = read_from(file, read).value_or("");
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = text.find('\n', begin);
    const bool has_end = end != std::string::npos;
    const auto line = std::string_view(text).substr(begin, has_end ? end - begin : end);
    nlohmann::json parsed = parse_line(line, cell_id_);
    if (!parsed.is_discarded()) {
      records.emplace(parsed.at("sample").get<int64_t>(), std::move(parsed.at("record")));
    } else if (!has_end) {
      break;
    } else if (!line.empty()) {
      log_warning(
          fmt::format("{}: the line at byte {} is torn, changed or another cell's: its sample is "
                      "run again",
                      file.string(), read));
    }
    const size_t length = line.size() + (has_end ? 1 : 0);
    read += static_cast<int64_t>(length);
    begin += length;
  }
}

void PartialSamples::append(const std::string& worker, int64_t sample,
                            const nlohmann::json& record) {
  own_ = fmt::format("{}.{}{}", kStem, worker, kExtension);
  append_line(folder_ / own_, json_line({{"cell_id", cell_id_},
                                         {"sample", sample},
                                         {"record", record},
                                         {kRecordDigest, sha256_hex(json_line(record))}}));
}

void PartialSamples::remove() const {
  for (const fs::path& file : files_in(folder_)) {
    remove_file(file);
  }
}

}  // namespace multistate
