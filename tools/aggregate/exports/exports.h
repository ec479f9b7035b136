#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "multistate/aggregate/cell.h"

namespace multistate::aggregate {

struct ExportFile {
  std::filesystem::path path;  ///< Below the folder of the export.
  std::string text;
};

/// Results files as lm-evaluation-harness writes them (schema: lm_eval/result_schema.py):
/// "<model>__<policy>__<state size>/results_<time>.json", one for each model, policy with its
/// options, state size and seed; its tasks are the experiments that were run with it. Metrics are
/// "<name>,none" with "<name>_stderr,none"; an error that is not there is "N/A", a value that JSON
/// does not have null, as is what the harness knows and a result does not (few-shot seeds, chat
/// templates, transformers). `cells` are indices, here and below; those that are not done are left
/// out.
std::vector<ExportFile> lm_eval_files(const Collection& collection,
                                      const std::vector<size_t>& cells);

/// Folders as kvpress's evaluation/evaluate.py writes them,
/// "<experiment>__<data>__<model>__<policy>__<compression ratio>", each with predictions.csv (a
/// line for each answer: id, task, answer, predicted_answer, compression_ratio), metrics.json
/// ({task: {metric: value}}) and config.yaml (the members of EvaluationConfig). A compression ratio
/// is the share of a sample's tokens that the cache does not hold when it holds the most. Runs
/// without answers in samples.jsonl are left out; throws InputError when all are, and for
/// samples.jsonl that cannot be read.
std::vector<ExportFile> kvpress_files(const Collection& collection,
                                      const std::vector<size_t>& cells);

/// Records of Every Eval Ever, schema version 0.3.0:
/// "data/multistate/<model>/<policy>/<uuid>.json", one for each run. The schema has no place for
/// metrics without a direction and for values that are not finite: those are left out. Parameters,
/// and texts of the schema's "additional_details", are texts.
std::vector<ExportFile> every_eval_ever_files(const Collection& collection,
                                              const std::vector<size_t>& cells);

/// The text of a parameter; empty when the cell has none.
std::string text_of(const Cell& cell, const std::string& key);

/// "persuasion.txt" of "data/austen/persuasion.txt".
std::string file_name_of(const std::string& path);

/// Letters, digits, ".", "-" and "="; everything else becomes "_", as lm-evaluation-harness makes
/// file names of models. Never the name of another folder ("..").
std::string sanitized(const std::string& text);

/// "2026-11-24T08:20:00Z", as results have it, in seconds of Unix time; 0 when it is no time.
int64_t unix_time(const nlohmann::json& text);

}  // namespace multistate::aggregate
