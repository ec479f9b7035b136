#include "multistate/aggregate/collect.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>
#include <unordered_map>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/output_file.h"
#include "multistate/base/text.h"
#include "multistate/results/manifest.h"
#include "multistate/results/partial_samples.h"
#include "multistate/results/read_cell.h"

namespace multistate::aggregate {
namespace {

namespace fs = std::filesystem;

bool is_cell(const fs::path& folder) {
  std::error_code unreadable;  // entries_of() says so.
  return is_there(folder / kResultFile) || is_there(folder / kErrorFile) ||
         !partial_samples_files(folder, unreadable).empty();
}

/// A sweep's folder, or one that holds cells without a manifest.
struct FoundSweep {
  fs::path folder;
  std::optional<Manifest> manifest;
  std::vector<fs::path> loose_cells;  ///< Of one without a manifest; sorted.
};

/// All sweeps at or below folders, each once. Of cells only where they are is known.
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
    if (folder.filename() != "cells" || !add_sweep(parent_of(folder))) {
      visit(folder);
    }
  }

  /// By path.
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
  static fs::path parent_of(const fs::path& folder) {
    return folder.has_parent_path() ? folder.parent_path() : fs::path(".");
  }

  /// Whether `folder` is met for the first time; the user may name it twice, or one in another.
  bool is_new(const fs::path& folder) {
    std::error_code error;
    const fs::path canonical = fs::canonical(folder, error);
    return met_.insert(error ? folder : canonical).second;
  }

  /// Whether there is a manifest that can be read.
  bool add_sweep(const fs::path& folder) {
    const fs::path path = folder / kManifestFile;
    if (!is_there(path)) {
      return false;
    }
    try {
      load_text(path);
      Manifest manifest = read_manifest(folder);
      if (is_new(path)) {
        sweeps_.push_back({folder, std::move(manifest), {}});
      }
      return true;
    } catch (const InputError& error) {
      const std::string what = error.what();
      const std::string prefix = path.string() + ": ";
      problems_.push_back({path, what.starts_with(prefix) ? what.substr(prefix.size()) : what});
    }
    return false;
  }

  void visit(const fs::path& folder) {
    if (!is_new(folder)) {
      return;
    }
    const bool is_sweep = add_sweep(folder);
    if (!is_sweep && is_cell(folder)) {
      const fs::path parent = parent_of(folder);
      loose_[parent.filename() == "cells" ? parent.parent_path() : parent].push_back(folder);
      return;
    }
    for (const fs::path& below : entries_of(folder, problems_)) {
      std::error_code ignored;
      if (fs::is_directory(fs::symlink_status(below, ignored)) &&
          !(is_sweep && below.filename() == "cells")) {
        visit(below);
      }
    }
  }

  std::vector<Problem>& problems_;
  std::set<fs::path> met_;
  std::vector<FoundSweep> sweeps_;
  std::map<fs::path, std::vector<fs::path>> loose_;
};

/// A cell to be read, then what came of it.
struct Slot {
  fs::path folder;
  const ManifestCell* planned = nullptr;  ///< None: no manifest lists it.
  std::optional<StoredCell> cell = std::nullopt;
  std::vector<Problem> problems = {};
};

std::vector<Slot> slots_of(const FoundSweep& sweep) {
  std::vector<Slot> slots;
  for (const fs::path& folder : sweep.loose_cells) {
    slots.push_back({.folder = folder});
  }
  if (sweep.manifest) {
    for (const ManifestCell& cell : sweep.manifest->cells) {
      slots.push_back({.folder = sweep.folder / cell.folder, .planned = &cell});
    }
  }
  return slots;
}

/// Parsing takes most of the time, and cells are independent.
void read_all(std::vector<Slot>& slots, bool samples) {
  std::atomic<size_t> next = 0;
  std::mutex mutex;
  std::exception_ptr failure;
  const auto work = [&] {
    try {
      for (size_t i = next++; i < slots.size(); i = next++) {
        Slot& slot = slots[i];
        slot.cell = read_cell(slot.folder, slot.planned, samples, slot.problems);
      }
    } catch (...) {
      const std::lock_guard lock(mutex);
      failure = std::current_exception();
    }
  };
  constexpr size_t kCellsForAThread = 64;
  const size_t threads = std::min<size_t>(std::max(1U, std::thread::hardware_concurrency()),
                                          1 + slots.size() / kCellsForAThread);
  std::vector<std::jthread> others;
  for (size_t i = 1; i < threads; ++i) {
    others.emplace_back(work);
  }
  work();
  others.clear();  // Waits for them.
  if (failure) {
    std::rethrow_exception(failure);
  }
}

bool same_values(const Metrics& a, const Metrics& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    const double left = x.second.value;
    const double right = y.second.value;
    return x.first == y.first && (left == right || (left != left && right != right));
  });
}

/// Names entries of cells/ that are not planned cells.
void note_unplanned(const FoundSweep& sweep, std::vector<Problem>& problems) {
  if (!is_there(sweep.folder / "cells")) {
    return;
  }
  std::set<std::string> planned;
  for (const ManifestCell& cell : sweep.manifest->cells) {
    planned.insert(cell.folder.substr(cell.folder.rfind('/') + 1));
  }
  for (const fs::path& path : entries_of(sweep.folder / "cells", problems)) {
    const std::string name = path.filename().string();
    if (!name.starts_with(".") && planned.count(name) == 0) {
      problems.push_back({path, "skipped: not in the current sweep.json"});
    }
  }
}

class Builder {
 public:
  Builder(Collection& collection, bool samples) : collection_(collection), samples_(samples) {}

  void add(const FoundSweep& found) {
    collection_.sweeps.push_back(
        {.name = found.manifest ? found.manifest->name : found.folder.filename().string(),
         .folder = found.folder,
         .has_manifest = found.manifest.has_value()});
    std::vector<Slot> slots = slots_of(found);
    read_all(slots, samples_);
    for (Slot& slot : slots) {
      std::move(slot.problems.begin(), slot.problems.end(),
                std::back_inserter(collection_.problems));
      if (slot.cell) {
        add(Cell{std::move(*slot.cell)});
      }
    }
    if (found.manifest) {
      note_unplanned(found, collection_.problems);
    }
  }

 private:
  void add(Cell cell) {
    const size_t sweep = collection_.sweeps.size() - 1;
    cell.sweep = sweep;
    const auto [entry, is_new] = index_.emplace(cell.id, collection_.cells.size());
    if (is_new) {
      ++collection_.sweeps[sweep].planned;
      last_.push_back(sweep);
      collection_.cells.push_back(std::move(cell));
      return;
    }
    Cell& first = collection_.cells[entry->second];
    if (std::exchange(last_[entry->second], sweep) == sweep) {
      collection_.problems.push_back(
          {cell.folder,
           fmt::format("is a second copy of cell {} in its sweep", cell.id.substr(0, 8))});
    } else if (!first.is_done() && cell.is_done()) {
      cell.sweep = first.sweep;
      first = std::move(cell);
    } else if (cell.is_done() && !same_values(first.metrics, cell.metrics)) {
      first.warnings.push_back(
          fmt::format("{} has other values of the same cell", cell.folder.string()));
    }
  }

  Collection& collection_;
  bool samples_;
  std::unordered_map<std::string, size_t> index_;  ///< By id.
  std::vector<size_t> last_;                       ///< By cell, the last sweep that has it.
};

[[noreturn]] void refuse(std::span<const fs::path> folders, const std::vector<Problem>& problems) {
  std::vector<std::string> names;
  for (const fs::path& folder : folders) {
    names.push_back(folder.string());
  }
  std::string message =
      fmt::format("{}: holds no results: no sweep.json and no result.json at any depth",
                  names.empty() ? "no folder" : join(names));
  for (const Problem& problem : problems) {
    message += fmt::format("\n{}: {}", problem.path.string(), problem.what);
  }
  throw InputError(message);
}

}  // namespace

Collection collect(std::span<const fs::path> folders, bool samples) {
  Collection collection;
  Finder finder(collection.problems);
  for (const fs::path& folder : folders) {
    finder.start(folder);
  }
  const auto found = finder.take();
  if (found.empty()) {
    refuse(folders, collection.problems);
  }
  Builder builder(collection, samples);
  for (const FoundSweep& sweep : found) {
    builder.add(sweep);
  }
  fill_common_parameters(collection);
  set_labels(collection);
  return collection;
}

std::string fingerprint(std::span<const fs::path> folders) {
  uint64_t count = 0;
  int64_t stamp = INT64_MIN;
  std::error_code error;
  for (const fs::path& folder : folders) {
    for (fs::recursive_directory_iterator entry(
             folder, fs::directory_options::skip_permission_denied, error);
         !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
      const auto name = entry->path().filename();
      if (name == kManifestFile || name == kResultFile || name == kErrorFile) {
        std::error_code ignored;
        ++count;
        stamp = std::max<int64_t>(
            stamp, fs::last_write_time(entry->path(), ignored).time_since_epoch().count());
      }
    }
  }
  return fmt::format("{} {}", count, stamp);
}

}  // namespace multistate::aggregate
