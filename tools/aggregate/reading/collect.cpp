#include "aggregate/reading/collect.h"

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
#include "multistate/base/text.h"

#include "aggregate/reading/cell_reader.h"
#include "aggregate/reading/find_results.h"
#include "aggregate/reading/labels.h"

namespace multistate::aggregate {
namespace {

namespace fs = std::filesystem;

/// A cell to be read, then what came of it.
struct Slot {
  fs::path folder;
  const ManifestCell* planned = nullptr;  ///< None: no manifest lists it.
  std::optional<Cell> cell = std::nullopt;
  std::vector<Problem> problems = {};
};

std::vector<Slot> slots_of(const FoundSweep& sweep) {
  std::vector<Slot> slots;
  if (!sweep.manifest) {
    for (const fs::path& folder : sweep.loose_cells) {
      slots.push_back({.folder = folder});
    }
    return slots;
  }
  for (const ManifestCell& cell : sweep.manifest->cells) {
    slots.push_back({.folder = sweep.folder / cell.folder, .planned = &cell});
  }
  return slots;
}

void read_slot(Slot& slot, bool samples) {
  if (slot.planned != nullptr) {
    slot.cell = read_cell(slot.folder, *slot.planned, samples, slot.problems);
  } else {
    slot.cell = read_unplanned_cell(slot.folder, samples, slot.problems);
  }
}

/// Parsing takes most of the time, and cells know nothing of each other.
void read_all(std::vector<Slot>& slots, bool samples) {
  std::atomic<size_t> next = 0;
  std::mutex mutex;
  std::exception_ptr failure;
  const auto work = [&] {
    try {
      for (size_t i = next++; i < slots.size(); i = next++) {
        read_slot(slots[i], samples);
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

bool same_value(double a, double b) {
  return a == b || (a != a && b != b);
}

bool same_values(const Metrics& a, const Metrics& b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](const auto& left, const auto& right) {
           return left.first == right.first && same_value(left.second.value, right.second.value);
         });
}

/// Names what lies in cells/ and is no planned cell.
void note_unplanned(const FoundSweep& sweep, std::vector<Problem>& problems) {
  std::set<std::string> planned;
  for (const ManifestCell& cell : sweep.manifest->cells) {
    planned.insert(cell.folder.substr(cell.folder.rfind('/') + 1));
  }
  std::vector<fs::path> unplanned;
  std::error_code error;
  for (fs::directory_iterator entry(sweep.folder / "cells", error);
       !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (!name.starts_with(".") && planned.count(name) == 0) {
      unplanned.push_back(entry->path());
    }
  }
  std::sort(unplanned.begin(), unplanned.end());
  for (const fs::path& path : unplanned) {
    problems.push_back({path,
                        "is no cell that sweep.json lists (one of an earlier form of the "
                        "sweep file, perhaps); passed over"});
  }
}

class Builder {
 public:
  explicit Builder(bool samples) : samples_(samples) {}

  void add(const FoundSweep& found) {
    Sweep sweep;
    sweep.folder = found.folder;
    sweep.has_manifest = found.manifest.has_value();
    sweep.name = found.manifest ? found.manifest->name : found.folder.filename().string();
    collection_.sweeps.push_back(sweep);
    std::vector<Slot> slots = slots_of(found);
    read_all(slots, samples_);
    for (Slot& slot : slots) {
      std::move(slot.problems.begin(), slot.problems.end(),
                std::back_inserter(collection_.problems));
      if (slot.cell) {
        add(std::move(*slot.cell));
      }
    }
    if (found.manifest) {
      note_unplanned(found, collection_.problems);
    }
  }

  Collection& collection() { return collection_; }

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
    if (last_[entry->second] == sweep) {
      collection_.problems.push_back(
          {cell.folder,
           fmt::format("is the cell {} again; its sweep has it once", cell.id.substr(0, 8))});
      return;
    }
    last_[entry->second] = sweep;
    ++collection_.sweeps[sweep].shared;
    if (first.state != CellState::kDone && cell.state == CellState::kDone) {
      cell.sweep = first.sweep;
      first = std::move(cell);
    } else if (cell.state == CellState::kDone && !same_values(first.metrics, cell.metrics)) {
      first.warnings.push_back(
          fmt::format("{} has other values of the same cell", cell.folder.string()));
    }
  }

  bool samples_;
  Collection collection_;
  std::unordered_map<std::string, size_t> index_;  ///< By id.
  std::vector<size_t> last_;                       ///< By cell, the last sweep that has it.
};

void visit_files(const fs::path& folder, uint64_t& count, int64_t& stamp) {
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied,
                                              error);
       !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    const auto name = entry->path().filename();
    if (name == "sweep.json" || name == "result.json" || name == "error.json") {
      std::error_code ignored;
      ++count;
      stamp = std::max<int64_t>(
          stamp, fs::last_write_time(entry->path(), ignored).time_since_epoch().count());
    }
  }
}

}  // namespace

size_t Collection::count(CellState state) const {
  return static_cast<size_t>(std::count_if(
      cells.begin(), cells.end(), [state](const Cell& cell) { return cell.state == state; }));
}

Collection collect(std::span<const fs::path> folders, bool samples) {
  std::vector<Problem> problems;
  const auto found = find_results(folders, problems);
  if (found.empty()) {
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
  Builder builder(samples);
  builder.collection().problems = std::move(problems);
  for (const FoundSweep& sweep : found) {
    builder.add(sweep);
  }
  fill_common_parameters(builder.collection());
  set_labels(builder.collection());
  return std::move(builder.collection());
}

std::string fingerprint(std::span<const fs::path> folders) {
  uint64_t count = 0;
  int64_t stamp = INT64_MIN;
  for (const fs::path& folder : folders) {
    visit_files(folder, count, stamp);
  }
  return fmt::format("{} {}", count, stamp);
}

}  // namespace multistate::aggregate
