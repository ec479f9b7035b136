// Files that were changed, left over, linked or removed behind a sweep's back.

#include <fstream>
#include <vector>

#include "multistate/base/log.h"
#include "multistate/base/mapped_file.h"
#include "multistate/results/cell_folder.h"
#include "multistate/results/manifest.h"
#include "multistate/results/output_lock.h"

#include "support/catch.h"
#include "support/input_error.h"
#include "support/result_files.h"
#include "support/temporary_folder.h"

namespace multistate::test {

namespace fs = std::filesystem;
using nlohmann::json;

TEST_CASE("a sample whose record was changed is run again, one of an earlier program is taken") {
  const TemporaryFolder folder;
  CellFolder cell(folder / "cell", kCellId);
  cell.append_sample(0, {{"nll", 1.25}});
  cell.append_sample(1, {{"nll", 0.1}});
  const auto path = folder.path() / "cell" / "samples.partial.jsonl";
  std::string lines = read_file(path);
  lines.replace(lines.find("1.25"), 4, "1.35");
  lines += R"({"cell_id": ")" + kCellId + R"(", "sample": 2, "record": {"nll": 2}})" + "\n";
  lines += std::string(200'000, '[') + "\n";
  write(path, lines);
  const auto samples = cell.partial_samples();
  CHECK(samples.count(0) == 0);
  CHECK(samples.at(1) == json{{"nll", 0.1}});
  CHECK(samples.at(2) == json{{"nll", 2}});
  CHECK(samples.size() == 2);
}

TEST_CASE("a result whose samples were changed since, or are gone, is none") {
  const TemporaryFolder folder;
  CellFolder cell(folder / "cell", kCellId);
  const auto samples = folder.path() / "cell" / "samples.jsonl";
  cell.finish(result_for(kCellId), {{{"x", 0}}, {{"x", 1}}});
  // printf '{"x":0}\n{"x":1}\n' | sha256sum
  CHECK(cell.result().at("samples_sha256") ==
        "c726c488afb14b9889594d30b5350a0348a8dc73c5ab0368741daa97a1fd15e4");
  write(samples, "{\"x\":0}\n0/7 cells");  // As many bytes.
  CHECK(cell.state() == CellState::kMissing);
  CHECK(problem_with_result(folder.path() / "cell" / "result.json", kCellId) ==
        "was made of other samples than samples.jsonl holds");
  cell.finish(result_for(kCellId), {{{"x", 0}}, {{"x", 1}}});
  CHECK(cell.state() == CellState::kDone);
  CHECK(read_file(samples.string() + ".rejected-1") == "{\"x\":0}\n0/7 cells");
  fs::remove(samples);
  CHECK(cell.state() == CellState::kMissing);
  write(folder.path() / "cell" / "result.json",
        result_for(kCellId).dump());  // Of an earlier program.
  CHECK(cell.state() == CellState::kDone);
}

TEST_CASE("what killed runs left is removed, and nothing else") {
  const TemporaryFolder folder;
  CellFolder cell(folder / "cell", kCellId);
  const auto path = folder.path() / "cell";
  cell.remove_leftovers();  // There is no folder yet.
  cell.append_sample(0, {{"x", 0}});
  write(path / "result.json.tmp.host.12", "{");
  write(path / "samples.jsonl.tmp.host.12", "{");
  write(path / "error.json.tmp.host.12", "{");
  write(path / "notes.tmp.txt", "mine");
  cell.remove_leftovers();
  CHECK(files_in(path) == 2);
  CHECK(cell.state() == CellState::kPartial);
  // As a run leaves it that is killed after result.json has got its name.
  const std::string partial = read_file(path / "samples.partial.jsonl");
  cell.finish(result_for(kCellId), {{{"x", 0}}});
  write(path / "samples.partial.jsonl", partial);
  write(path / "error.json", R"({"schema": {"name": "multistate.error", "version": 1}})");
  cell.remove_leftovers();
  CHECK(cell.state() == CellState::kDone);
  CHECK(files_in(path) == 3);
  write_manifest(folder.path(), {"n", "c", json::object(), "", {}}, json::object());
  write(folder / "sweep.json.tmp.host.12", "{");
  write(folder / "config.resolved.json.tmp.host.12", "{");
  remove_manifest_leftovers(folder.path());
  CHECK(files_in(folder.path()) == 3);
}

TEST_CASE("no file of a cell is followed out of the folder by a link") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "cell";
  write(folder / "outside", "mine");
  for (const char* name : {"samples.partial.jsonl", "log.txt"}) {
    write(path / "x", "");
    fs::create_symlink(folder / "outside", path / name);
  }
  CellFolder cell(path, kCellId);
  CHECK_THROWS_WITH(cell.append_sample(0, {{"x", 0}}), ContainsSubstring("a symbolic link"));
  CHECK_THROWS_WITH(cell.log("text"), ContainsSubstring("a symbolic link"));
  fs::create_symlink(folder / "outside", folder / ".lock");
  CHECK_THROWS_WITH(OutputLock(folder.path()), ContainsSubstring("a symbolic link"));
  CHECK(read_file(folder / "outside") == "mine");
}

TEST_CASE("the manifest of another sweep is not replaced, and cells that are left out are said") {
  const TemporaryFolder folder;
  const auto cells = [](const std::vector<std::string>& ids) {
    Manifest manifest = {"mine", "command", json::object(), "", {}};
    for (const std::string& id : ids) {
      manifest.cells.push_back({id, "cells/" + id, json::object()});
    }
    return manifest;
  };
  std::string said;
  const LogSink before = set_log_sink([&](LogLevel, std::string_view message) { said += message; });
  write_manifest(folder.path(), cells({"a", "b", "c"}), json::object());
  write_manifest(folder.path(), cells({"a", "b", "c", "d"}), json::object());
  CHECK(said.empty());
  write_manifest(folder.path(), cells({"d"}), json::object());
  CHECK_THAT(said, ContainsSubstring("3 of the 4 cells that it listed are not part of the sweep"));
  set_log_sink(before);
  Manifest other = cells({"d"});
  other.name = "theirs";
  CHECK_THAT(input_error([&] { write_manifest(folder.path(), other, json::object()); }),
             ContainsSubstring("lists the cells of another sweep, 'mine', and this one is "
                               "'theirs'"));
  CHECK(read_manifest(folder.path()).name == "mine");
}

TEST_CASE("a folder that is removed while it is locked is noticed, a new one too") {
  const TemporaryFolder folder;
  const auto output = folder.path() / "out";
  const OutputLock lock(output);
  CHECK_NOTHROW(lock.check());
  fs::remove_all(output);
  const auto gone = ContainsSubstring("out: cannot go on with: the folder was removed");
  CHECK_THROWS_WITH(lock.check(), gone);
  const OutputLock other(output);
  CHECK_THROWS_WITH(lock.check(), gone);
  CHECK_NOTHROW(other.check());
}

}  // namespace multistate::test
