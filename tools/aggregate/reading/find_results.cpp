#include "aggregate/reading/find_results.h"

#include <algorithm>
#include <map>
#include <set>
#include <system_error>

#include <fmt/format.h>

#include "multistate/base/error.h"

#include "aggregate/reading/json_file.h"

namespace multistate::aggregate {
namespace {

namespace fs = std::filesystem;

constexpr const char* kManifest = "sweep.json";

bool is_cell(const fs::path& folder) {
  return is_there(folder / "result.json") || is_there(folder / "error.json") ||
         is_there(folder / "samples.partial.jsonl");
}

class Finder {
 public:
  explicit Finder(std::vector<Problem>& problems) : problems_(problems) {}

  /// A folder that the user names.
  void start(const fs::path& given) {
    std::error_code error;
    if (!fs::is_directory(given, error)) {
      throw InputError(fmt::format("{}: is not a folder", given.string()));
    }
    // Without a slash at the end, which would make the last name empty.
    fs::path folder = given.lexically_normal();
    folder = folder.has_filename() ? folder : folder.parent_path();
    const fs::path parent = folder.has_parent_path() ? folder.parent_path() : fs::path(".");
    if (folder.filename() == "cells" && is_there(parent / kManifest) && add_sweep(parent)) {
      return;
    }
    visit(folder);
  }

  std::vector<FoundSweep> take() {
    for (auto& [folder, cells] : loose_) {
      std::sort(cells.begin(), cells.end());
      sweeps_.push_back({folder, std::nullopt, std::move(cells)});
    }
    std::sort(sweeps_.begin(), sweeps_.end(), [](const FoundSweep& a, const FoundSweep& b) {
      return a.folder.string() < b.folder.string();
    });
    return std::move(sweeps_);
  }

 private:
  /// Whether `folder` is met for the first time; the user may name it twice, or one in another.
  bool is_new(const fs::path& folder) {
    std::error_code error;
    const fs::path canonical = fs::canonical(folder, error);
    return met_.insert(error ? folder : canonical).second;
  }

  /// Whether there is a manifest that can be read.
  bool add_sweep(const fs::path& folder) {
    const fs::path path = folder / kManifest;
    try {
      load_text(path);
    } catch (const InputError& error) {
      problems_.push_back({path, error.what()});
      return false;
    }
    try {
      Manifest manifest = read_manifest(folder);
      if (is_new(path)) {
        sweeps_.push_back({folder, std::move(manifest), {}});
      }
      return true;
    } catch (const InputError& error) {
      std::string what = error.what();
      const std::string prefix = path.string() + ": ";
      problems_.push_back({path, what.starts_with(prefix) ? what.substr(prefix.size()) : what});
    }
    return false;
  }

  void visit(const fs::path& folder) {
    if (!is_new(folder)) {
      return;
    }
    if (is_there(folder / kManifest) && add_sweep(folder)) {
      visit_folders_in(folder, "cells");
    } else if (is_cell(folder)) {
      const fs::path parent = folder.has_parent_path() ? folder.parent_path() : fs::path(".");
      loose_[parent.filename() == "cells" ? parent.parent_path() : parent].push_back(folder);
    } else {
      visit_folders_in(folder, "");
    }
  }

  void visit_folders_in(const fs::path& folder, const std::string& but) {
    std::vector<fs::path> folders;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator();
         entry.increment(error)) {
      std::error_code ignored;
      if (entry->is_directory(ignored) && !entry->is_symlink(ignored) &&
          entry->path().filename() != but) {
        folders.push_back(entry->path());
      }
    }
    if (error) {
      problems_.push_back({folder, "cannot be read: " + error.message()});
    }
    for (const fs::path& below : folders) {
      visit(below);
    }
  }

  std::vector<Problem>& problems_;
  std::set<fs::path> met_;
  std::vector<FoundSweep> sweeps_;
  std::map<fs::path, std::vector<fs::path>> loose_;
};

}  // namespace

std::vector<FoundSweep> find_results(std::span<const fs::path> folders,
                                     std::vector<Problem>& problems) {
  Finder finder(problems);
  for (const fs::path& folder : folders) {
    finder.start(folder);
  }
  return finder.take();
}

}  // namespace multistate::aggregate
