#include "aggregate/exports/archive.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/json_layout.h"
#include "multistate/base/mapped_file.h"
#include "multistate/base/output_file.h"
#include "multistate/base/sha256.h"
#include "multistate/base/text.h"
#include "multistate/results/atomic_file.h"
#include "multistate/results/manifest.h"
#include "multistate/results/packed.h"
#include "multistate/results/read_cell.h"
#include "multistate/results/sample_scores.h"

namespace multistate::aggregate {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

bool holds_text(const json& value) {
  return value.is_string() ||
         (value.is_structured() && std::any_of(value.begin(), value.end(), holds_text));
}

/// The line of a sample without what only series and totals are made of; adds what that is.
json shortened(const json& sample, std::set<std::string>& left_out) {
  static constexpr std::array kKept = {"sample", "tokens", "values", "state"};
  json kept = {{"sample", sample.at("sample")}, {"values", json::object()}};
  for (const auto& [key, value] : sample.items()) {
    if (std::find(kKept.begin(), kKept.end(), key) == kKept.end()) {
      left_out.insert(key);
    }
  }
  if (sample.contains("tokens")) {
    kept["tokens"] = sample["tokens"];
  }
  const json state = sample.value("state", json::object());
  for (const auto& [key, value] : state.items()) {
    if (key == "peak_rows") {
      kept["state"][key] = value;
    } else {
      left_out.insert("state." + key);
    }
  }
  for (const auto& [key, value] : sample.at("values").items()) {
    if (!value.is_structured() || holds_text(value)) {
      kept["values"][key] = value;
    } else {
      left_out.insert("values." + key);
    }
  }
  return kept;
}

/// The lines of samples.jsonl, shortened.
std::string shortened_lines(const fs::path& path, std::set<std::string>& left_out) {
  std::string lines;
  SampleReader reader(path, path.string() + ": ");
  for (json sample = reader.next(); !sample.is_null(); sample = reader.next()) {
    lines += json_line(shortened(sample, left_out)) + "\n";
  }
  return lines;
}

/// A line for each member: blanks and indents would be a quarter of the file.
std::string line_by_member(const json& object) {
  std::string text;
  for (const auto& [key, value] : object.items()) {
    text += (text.empty() ? "{" : ",\n") + json_line(key) + ":" + json_line(value);
  }
  return text + "}\n";
}

json packed_result(json result) {
  if (result["schema"]["version"] < kResultVersion) {
    result["schema"]["version"] = kResultVersion;
    result["series"] = packed_series(result["series"]);
    result["maps"] = packed_maps(result.value("maps", json::object()));
  }
  return result;
}

void archive_cell(const fs::path& from, const fs::path& to, Archive& archive) {
  const std::string samples = read_file(from / kSamplesFile);
  json result = packed_result(json::parse(read_file(from / kResultFile)));
  json note = result.value("archived", json());
  std::set<std::string> left_out;
  if (note.is_object()) {
    for (const json& name : note.value("left_out", json::array())) {
      left_out.insert(parameter_text(name));
    }
  } else {
    note = {{"samples_sha256", sha256_hex(samples)}};
  }
  const std::string lines = shortened_lines(from / kSamplesFile, left_out);
  note["left_out"] = left_out;
  result["archived"] = std::move(note);
  result["samples_sha256"] = sha256_hex(lines);
  const std::string text = line_by_member(result);
  write_atomically(to / kSamplesFile, lines);
  write_atomically(to / kResultFile, text);
  archive.left_out.merge(left_out);
  archive.bytes_before += samples.size() + fs::file_size(from / kResultFile);
  archive.bytes_after += lines.size() + text.size();
  ++archive.cells;
}

}  // namespace

Archive archive_sweep(const fs::path& folder, const fs::path& output) {
  const Manifest manifest = read_manifest(folder);
  if (is_there(output) && !(fs::is_directory(output) && fs::is_empty(output))) {
    throw InputError(fmt::format(
        "--output {}: is there, and is not an empty folder; name a new one", output.string()));
  }
  Archive archive;
  archive.planned = static_cast<int64_t>(manifest.cells.size());
  for (const ManifestCell& planned : manifest.cells) {
    const size_t before = archive.problems.size();
    const auto cell =
        read_cell(folder / planned.folder, &planned, /*samples=*/true, archive.problems);
    if (!cell || !cell->is_done() || archive.problems.size() > before) {
      continue;
    }
    try {
      archive_cell(folder / planned.folder, output / planned.folder, archive);
    } catch (const InputError& error) {
      archive.problems.push_back({folder / planned.folder, error.what()});
    }
  }
  for (const char* name : {kConfigFile, kManifestFile}) {
    if (is_there(folder / name)) {
      write_atomically(output / name, read_file(folder / name));
    }
  }
  return archive;
}

}  // namespace multistate::aggregate
