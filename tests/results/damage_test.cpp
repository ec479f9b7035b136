// Files that were changed, left over, linked or removed behind a sweep's back.

#include <fstream>
#include <vector>

#include "multistate/base/log.h"
#include "multistate/base/mapped_file.h"
#include "multistate/results/cell_folder.h"
#include "multistate/results/manifest.h"
#include "multistate/results/partial_samples.h"

#include "support/catch.h"
#include "support/input_error.h"
#include "support/result_files.h"
#include "support/temporary_folder.h"

namespace multistate::test::damage_test {

namespace fs = std::filesystem;
using nlohmann::json;

TEST_CASE("a sample whose record was changed is run again, one of an earlier program is taken") {
  const TemporaryFolder folder;
  PartialSamples cell(folder / "cell", kCellId);
  cell.append("w", 0, {{"nll", 1.25}});
  cell.append("w", 1, {{"nll", 0.1}});
  const auto path = folder.path() / "cell" / "samples.partial.w.jsonl";
  std::string lines = read_file(path);
  lines.replace(lines.find("1.25"), 4, "1.35");
  lines += R"({"cell_id": ")" + kCellId + R"(", "sample": 2, "record": {"nll": 2}})" + "\n";
  lines += std::string(200'000, '[') + "\n";
  write(path, lines);
  const auto samples = PartialSamples(folder / "cell", kCellId).read_new();
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
  const auto nobody = [](const std::string& /*process*/) { return false; };
  cell.remove_leftovers(nobody);  // There is no folder yet.
  PartialSamples(path, kCellId).append("w", 0, {{"x", 0}});
  write(path / "result.json.tmp.host.12", "{");
  write(path / "samples.jsonl.tmp.host.12", "{");
  write(path / "error.json.tmp.host.12", "{");
  write(path / "notes.tmp.txt", "mine");
  // Another worker writes it now.
  write(path / "error.json.tmp.host.12.0a0b0c0d.3", "{");
  cell.remove_leftovers([](const std::string& process) { return process == "host.12.0a0b0c0d"; });
  CHECK(files_in(path) == 3);
  cell.remove_leftovers(nobody);
  CHECK(files_in(path) == 2);
  CHECK(cell.state() == CellState::kPartial);
  // As a run leaves it that is killed after result.json has got its name.
  const std::string partial = read_file(path / "samples.partial.w.jsonl");
  cell.finish(result_for(kCellId), {{{"x", 0}}});
  write(path / "samples.partial.w.jsonl", partial);
  write(path / "error.json", R"({"schema": {"name": "multistate.error", "version": 1}})");
  cell.remove_leftovers(nobody);
  CHECK(cell.state() == CellState::kDone);
  CHECK(files_in(path) == 3);
  write(folder / "sweep.json.tmp.host.12", "{");
  write(folder / "config.resolved.json.tmp.host.12", "{");
  write_manifest(folder.path(), {"n", "c", json::object(), "", {}}, json::object());
  CHECK(files_in(folder.path()) == 3);
}

TEST_CASE("no file of a cell is followed out of the folder by a link") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "cell";
  write(folder / "outside", "mine");
  for (const char* name : {"samples.partial.w.jsonl", "log.txt"}) {
    write(path / "x", "");
    fs::create_symlink(folder / "outside", path / name);
  }
  PartialSamples samples(path, kCellId);
  CHECK_THROWS_WITH(samples.append("w", 0, {{"x", 0}}), ContainsSubstring("a symbolic link"));
  CHECK(PartialSamples(path, kCellId).read_new().empty());
  CHECK_THROWS_WITH(CellFolder(path, kCellId).log("text"), ContainsSubstring("a symbolic link"));
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
  // While others run the old plan it stays; the same cells are no other plan.
  const std::vector<std::string> others = {"process 7 on node1"};
  const std::string written = read_file(folder / "sweep.json");
  write_manifest(folder.path(), cells({"d"}), {{"other", "config"}}, others);
  CHECK_THAT(
      input_error([&] { write_manifest(folder.path(), cells({"a"}), json::object(), others); }),
      ContainsSubstring("another plan of this sweep is being run in the folder, by process 7 "
                        "on node1. Cells of theirs that this one has not: d; cells that only "
                        "this one has: a. "));
  CHECK(read_file(folder / "sweep.json") == written);
  Manifest other = cells({"d"});
  other.name = "theirs";
  CHECK_THAT(input_error([&] { write_manifest(folder.path(), other, json::object()); }),
             ContainsSubstring("lists the cells of another sweep, 'mine', and this one is "
                               "'theirs'"));
  CHECK(read_manifest(folder.path()).name == "mine");
}

TEST_CASE("a manifest is written once: the same plan leaves the files as they are") {
  const TemporaryFolder folder;
  const Manifest first = {"n", "first", {{"k", {1}}}, "", {{kCellId, "cells/x", {{"k", 1}}}}};
  write_manifest(folder.path(), first, {{"k", 1}});
  Manifest again = first;
  again.command = "again";
  write_manifest(folder.path(), again, {{"k", 1}});
  CHECK(read_manifest(folder.path()).command == "first");
  write_manifest(folder.path(), again, {{"k", 2}});
  CHECK(read_manifest(folder.path()).command == "again");
  fs::remove(folder / "config.resolved.json");
  write_manifest(folder.path(), first, {{"k", 2}});
  CHECK(fs::exists(folder / "config.resolved.json"));
}

}  // namespace multistate::test::damage_test
