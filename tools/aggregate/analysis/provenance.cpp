#include "aggregate/analysis/provenance.h"

#include <algorithm>
#include <set>

namespace multistate::aggregate {
namespace {

using Distinct = std::map<std::string, std::set<nlohmann::json>>;

nlohmann::json member(const nlohmann::json& object, const char* key) {
  return object.is_object() && object.contains(key) ? object[key] : nlohmann::json();
}

void add(Distinct& distinct, const char* name, nlohmann::json value) {
  if (!value.is_null() && !(value.is_object() && value.empty())) {
    distinct[name].insert(std::move(value));
  }
}

/// A file: the path that the parameters name, and the hash of what was read.
void add_file(Distinct& distinct, const char* name, const Cell& cell, const char* parameter,
              const char* hash) {
  const auto content = member(member(cell.context, "inputs"), hash);
  const auto path = cell.parameters.find(parameter);
  if (!content.is_null()) {
    add(distinct, name,
        {{"path", path == cell.parameters.end() ? nlohmann::json() : path->second},
         {"sha256", content}});
  }
}

void add_cell(Distinct& distinct, const Cell& cell) {
  const nlohmann::json& context = cell.context;
  add(distinct, "programs", member(context, "program"));
  auto machine = member(context, "machine");
  if (machine.is_object()) {
    machine.erase("load_average");
  }
  add(distinct, "machines", machine);
  add(distinct, "libtorch", member(context, "libtorch"));
  add(distinct, "blas", member(context, "blas"));
  add(distinct, "threads", member(context, "threads"));
  add(distinct, "commands", member(context, "command"));
  add(distinct, "slurm", member(context, "slurm"));
  add_file(distinct, "models", cell, "model.path", "model_sha256");
  add_file(distinct, "tokenizers", cell, "model.path", "tokenizer_sha256");
  add_file(distinct, "data", cell, "experiment.data", "data_sha256");
}

}  // namespace

nlohmann::json provenance_of(const Collection& collection) {
  Distinct distinct;
  nlohmann::json started;
  nlohmann::json finished;
  for (const Cell& cell : collection.cells) {
    if (cell.state != CellState::kDone) {
      continue;
    }
    add_cell(distinct, cell);
    // UTC in a fixed form: the order of texts is that of times.
    const auto first = member(cell.context, "started");
    const auto last = member(cell.context, "finished");
    started = started.is_null() || (!first.is_null() && first < started) ? first : started;
    finished = finished.is_null() || (!last.is_null() && finished < last) ? last : finished;
  }
  auto json = nlohmann::json::object();
  for (const char* name : {"programs", "machines", "libtorch", "blas", "threads", "commands",
                           "models", "tokenizers", "data", "slurm"}) {
    json[name] = distinct[name];
  }
  json["started"] = started;
  json["finished"] = finished;
  return json;
}

}  // namespace multistate::aggregate
