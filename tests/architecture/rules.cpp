#include "architecture/rules.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <optional>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace {

constexpr std::string_view kLibrary = "src/multistate/";
constexpr std::string_view kRoot = "multistate/";
constexpr std::string_view kArchitectures = "src/multistate/checkpoint/architectures/";
constexpr std::string_view kAggregate = "tools/aggregate/";
constexpr std::string_view kAggregateRoot = "aggregate/";

// A folder may include those before it in this list.
constexpr std::array<std::string_view, 19> kLayers = {
    "base",        "config",     "results", "text",      "scoring",   "datasets", "synthetic",
    "checkpoint",  "model",      "state",   "policy",    "aggregate", "engine",   "bench",
    "conformance", "experiment", "sweep",   "recommend", "cli"};

constexpr std::array<std::string_view, 10> kWithoutTorch = {
    "base",     "config",    "results",    "text",   "scoring",
    "datasets", "synthetic", "checkpoint", "policy", "aggregate"};

// What a file of policies/ may include of the library.
constexpr std::array<std::string_view, 3> kForPolicies = {"base", "config", "policy"};

// The folders of tools/aggregate; a folder may include those before it, main.cpp all.
constexpr std::array<std::string_view, 8> kAggregateLayers = {
    "reading", "statistics", "analysis", "tables", "page", "exports", "judge", "command"};

// What tools/aggregate may include of the library.
constexpr std::array<std::string_view, 4> kForAggregate = {"base", "config", "results",
                                                           "aggregate"};

// Each of these takes seconds and hundreds of megabytes to compile; ATen/ops/<op>.h has the same
// functions.
constexpr std::array<std::string_view, 3> kWholeTorch = {"torch/torch.h", "torch/extension.h",
                                                         "ATen/ATen.h"};

template <class List>
bool contains(const List& list, std::string_view value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

// The first folder of a path below `parent`; nothing when the path is not below it.
std::optional<std::string> folder_below(std::string_view path, std::string_view parent) {
  if (!path.starts_with(parent)) {
    return std::nullopt;
  }
  const std::string_view rest = path.substr(parent.size());
  return std::string(rest.substr(0, rest.find('/')));
}

bool is_torch(std::string_view file) {
  return file.starts_with("torch/") || file.starts_with("ATen/") || file.starts_with("c10/") ||
         file.starts_with("caffe2/");
}

// Why a file in a folder of the library may not include one in another; nothing if it may.
std::optional<std::string> against_layers(const std::string& from, const std::string& to) {
  const auto place = [](const std::string& folder) {
    return std::find(kLayers.begin(), kLayers.end(), folder) - kLayers.begin();
  };
  if (!contains(kLayers, to)) {
    return "multistate/" + to + " is not a layer";
  }
  if (place(to) > place(from)) {
    return from + " may not include " + to + ", which comes after it";
  }
  if (contains(kWithoutTorch, from) && (to == "model" || to == "state")) {
    return from + " may not include " + to + ": it needs no tensors";
  }
  return std::nullopt;
}

std::optional<std::string> against_layers_of_library(const std::string& from,
                                                     const Include& include) {
  if (!contains(kLayers, from)) {
    return from + " is not a layer";
  }
  if (is_torch(include.file) && contains(kWithoutTorch, from)) {
    return from + " may not include LibTorch: " + include.file;
  }
  const auto to = folder_below(include.file, kRoot);
  if (include.quoted && !to) {
    return "includes start with \"multistate/\": " + include.file;
  }
  return to ? against_layers(from, *to) : std::nullopt;
}

std::optional<std::string> against_policies(const Include& include) {
  if (is_torch(include.file)) {
    return "a policy may not include LibTorch: " + include.file;
  }
  const auto to = folder_below(include.file, kRoot);
  if ((to && !contains(kForPolicies, *to)) || (include.quoted && !to)) {
    return "a policy may include multistate/{base,config,policy}/ only: " + include.file;
  }
  return std::nullopt;
}

std::optional<std::string> against_experiments(const Include& include) {
  const auto to = folder_below(include.file, kRoot);
  if (to == "sweep" || to == "cli" || (include.quoted && !to)) {
    return "an experiment may not include " + include.file;
  }
  return std::nullopt;
}

// Why a folder of tools/aggregate may not include another one; `from` may be a file that lies in
// none, which comes after all.
std::optional<std::string> against_aggregate_layers(const std::string& from,
                                                    const std::string& to) {
  const auto place = [](const std::string& folder) {
    return std::find(kAggregateLayers.begin(), kAggregateLayers.end(), folder) -
           kAggregateLayers.begin();
  };
  if (!contains(kAggregateLayers, to)) {
    return "aggregate/" + to + " is not a layer";
  }
  if (place(to) > place(from)) {
    return from + " may not include " + to + ", which comes after it";
  }
  return std::nullopt;
}

std::optional<std::string> against_aggregate(const std::string& from, const Include& include) {
  if (!contains(kAggregateLayers, from) && from != "main.cpp") {
    return from + " is not a layer";
  }
  if (is_torch(include.file)) {
    return "aggregate may not include LibTorch: " + include.file;
  }
  if (const auto to = folder_below(include.file, kAggregateRoot)) {
    return against_aggregate_layers(from, *to);
  }
  const auto to = folder_below(include.file, kRoot);
  if ((to && !contains(kForAggregate, *to)) || (include.quoted && !to)) {
    return "aggregate may include multistate/{base,config,results,aggregate}/ and aggregate/ "
           "only: " +
           include.file;
  }
  return std::nullopt;
}

std::optional<std::string> against_rules(const std::string& path, const Include& include) {
  if (contains(kWholeTorch, include.file)) {
    return include.file + " is all of LibTorch; include ATen/core/Tensor.h and ATen/ops/<op>.h";
  }
  if (const auto layer = folder_below(path, kLibrary)) {
    return against_layers_of_library(*layer, include);
  }
  if (const auto layer = folder_below(path, kAggregate)) {
    return against_aggregate(*layer, include);
  }
  if (path.starts_with("policies/")) {
    return against_policies(include);
  }
  if (path.starts_with("experiments/")) {
    return against_experiments(include);
  }
  return std::nullopt;
}

std::string read(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    throw std::runtime_error("cannot read " + path.string());
  }
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

std::vector<SourceFile> read_sources(const std::filesystem::path& root,
                                     const std::vector<std::string>& folders) {
  std::vector<SourceFile> sources;
  for (const std::string& folder : folders) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
      const auto extension = entry.path().extension();
      if (entry.is_regular_file() && (extension == ".h" || extension == ".cpp")) {
        sources.push_back(
            {entry.path().lexically_relative(root).generic_string(), read(entry.path())});
      }
    }
  }
  return sources;
}

std::vector<Include> includes_of(std::string_view text) {
  static const std::regex pattern(R"re(^\s*#\s*include\s*([<"])([^>"]+)[>"])re");
  std::vector<Include> includes;
  std::istringstream stream{std::string(text)};
  std::string line;
  for (int number = 1; std::getline(stream, line); ++number) {
    std::smatch match;
    if (std::regex_search(line, match, pattern)) {
      includes.push_back({number, match[2].str(), match[1].str() == "\""});
    }
  }
  return includes;
}

std::vector<std::string> violations_of(const SourceFile& source) {
  std::vector<std::string> violations;
  for (const Include& include : includes_of(source.text)) {
    if (const auto reason = against_rules(source.path, include)) {
      violations.push_back(source.path + ":" + std::to_string(include.line) + ": " + *reason);
    }
  }
  const auto lines = std::count(source.text.begin(), source.text.end(), '\n');
  const auto most = source.path.starts_with("policies/") ? 150 : 400;
  if (lines > most) {
    violations.push_back(source.path + ":" + std::to_string(lines) + ": at most " +
                         std::to_string(most) + " lines; split the file by responsibility");
  }
  return violations;
}

std::vector<std::string> architecture_names(const std::vector<SourceFile>& sources) {
  static const std::regex kField(R"(\.(title|hugging_face|gguf) = ([^\n]*))");
  static const std::regex kText("\"([^\"]+)\"");
  std::vector<std::string> names;
  for (const SourceFile& source : sources) {
    if (!source.path.starts_with(kArchitectures)) {
      continue;
    }
    for (std::sregex_iterator field(source.text.begin(), source.text.end(), kField), end;
         field != end; ++field) {
      const std::string value = (*field)[2];
      for (std::sregex_iterator text(value.begin(), value.end(), kText); text != end; ++text) {
        names.push_back((*text)[1]);
      }
    }
  }
  return names;
}

std::vector<std::string> names_out_of_place(const SourceFile& source,
                                            const std::vector<std::string>& names) {
  std::vector<std::string> violations;
  const std::string& path = source.path;
  // Tokenizers and chat formats have some names in common with architectures.
  const bool names_tokenizers = path.starts_with("src/multistate/text/") ||
                                path == "src/multistate/checkpoint/gguf_tokenizer.cpp";
  if (path.starts_with(kArchitectures) || names_tokenizers || path.starts_with("tests/")) {
    return violations;
  }
  std::istringstream lines(source.text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    const std::string code = line.substr(0, line.find("//"));
    for (const std::string& name : names) {
      if (code.find('"' + name + '"') != std::string::npos) {
        violations.push_back(path + ":" + std::to_string(number) + ": names the architecture " +
                             name + "; only " + std::string(kArchitectures) + " may");
      }
    }
  }
  return violations;
}
