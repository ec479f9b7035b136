#include <algorithm>
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/mapped_file.h"
#include "multistate/base/text.h"
#include "multistate/checkpoint/gguf_model.h"
#include "multistate/checkpoint/gguf_shards.h"
#include "multistate/checkpoint/model_file.h"
#include "multistate/checkpoint/safetensors_model.h"

namespace multistate {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kAccepted =
    "expected a GGUF file, a safetensors file with config.json beside it, or a folder with either";
constexpr std::string_view kIndexName = "model.safetensors.index.json";

/// Mistral's own files lie beside those of Hugging Face, with the same weights in other names.
constexpr std::string_view kOriginalFormat = "consolidated";

enum class Format { kGguf, kSafetensors, kPickle, kUnknown };

/// By content. A safetensors file has no magic, but a header in JSON after a length of eight bytes.
/// PyTorch writes a zip archive, and wrote a pickle of protocol 2.
Format format_of(const fs::path& path) {
  const MappedFile file(path);
  const std::string_view text(reinterpret_cast<const char*>(file.bytes().data()),
                              std::min<size_t>(file.bytes().size(), 9));
  if (text.starts_with("GGUF")) {
    return Format::kGguf;
  }
  if (text.starts_with("PK\x03\x04") || text.starts_with("\x80\x02")) {
    return Format::kPickle;
  }
  return text.size() == 9 && text.back() == '{' ? Format::kSafetensors : Format::kUnknown;
}

/// Throws: PyTorch's own files are not read, since they may run code when they are loaded.
[[noreturn]] void refuse_pickle(const fs::path& path) {
  const std::string folder = path.has_parent_path() ? path.parent_path().string() : ".";
  if (path.filename().string().starts_with(kOriginalFormat)) {
    throw InputError(fmt::format(
        "{}: is a PyTorch checkpoint in its maker's own format, which is not supported. Use the "
        "Hugging Face files of the model (config.json, *.safetensors, tokenizer.json), or a GGUF "
        "file",
        path.string()));
  }
  throw InputError(fmt::format(
      "{}: is a PyTorch checkpoint, which can run code when it is loaded; it is not supported. "
      "Convert it to safetensors once, with transformers:\n"
      "  python3 -c \"from transformers import AutoModelForCausalLM as M, AutoTokenizer as T; "
      "M.from_pretrained('{}', dtype='auto').save_pretrained('NEW'); "
      "T.from_pretrained('{}').save_pretrained('NEW')\"\n"
      "and open the folder NEW",
      path.string(), folder, folder));
}

void expect_config(const fs::path& path, const fs::path& folder) {
  if (!fs::exists(folder / "config.json")) {
    throw InputError(
        fmt::format("{}: there is no config.json in {}", path.string(), folder.string()));
  }
}

std::unique_ptr<ModelFile> open_file(const fs::path& path) {
  const Format format = format_of(path);
  if (format == Format::kGguf) {
    return open_gguf(path);
  }
  if (format == Format::kPickle) {
    refuse_pickle(path);
  }
  if (format == Format::kUnknown) {
    throw InputError(fmt::format("{}: is not a model file; {}", path.string(), kAccepted));
  }
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  if (fs::exists(folder / kIndexName)) {
    throw InputError(
        fmt::format("{}: may be one of several shards, since there is {}; give the folder",
                    path.string(), (folder / kIndexName).string()));
  }
  expect_config(path, folder);
  return open_safetensors(path, folder, {path});
}

/// Files in `folder` with one of these extensions, sorted.
std::vector<fs::path> files_with(const fs::path& folder,
                                 std::initializer_list<std::string_view> extensions) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto extension = entry.path().extension().string();
    if (std::find(extensions.begin(), extensions.end(), extension) != extensions.end()) {
      found.push_back(entry.path());
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// GGUF files, a split one by its first shard, whether that is there or not.
std::vector<fs::path> gguf_models(const fs::path& folder) {
  std::set<fs::path> models;
  for (const fs::path& path : files_with(folder, {".gguf"})) {
    const auto shard = gguf_shard_name(path);
    const fs::path first = shard ? shard->in(folder, 1) : path;
    if (!fs::exists(first)) {
      throw InputError(fmt::format("{}: shard 1 of {} is missing: {}", path.string(), shard->count,
                                   first.string()));
    }
    models.insert(first);
  }
  return {models.begin(), models.end()};
}

/// safetensors files without those in Mistral's own format.
std::vector<fs::path> safetensors_models(const fs::path& folder) {
  auto files = files_with(folder, {".safetensors"});
  const auto own = [](const fs::path& path) {
    return path.filename().string().starts_with(kOriginalFormat);
  };
  if (!files.empty() && std::all_of(files.begin(), files.end(), own)) {
    throw InputError(
        fmt::format("{}: is in Mistral's own format, which is not supported; the Hugging Face "
                    "files of the model (model*.safetensors, config.json, tokenizer.json) are",
                    files.front().string()));
  }
  std::erase_if(files, own);
  return files;
}

/// Throws, since there is not one way to read the folder.
[[noreturn]] void refuse_folder(const fs::path& folder, const std::vector<fs::path>& candidates) {
  if (candidates.empty()) {
    const auto pickles = files_with(folder, {".bin", ".pth", ".pt"});
    const auto pickle = std::find_if(pickles.begin(), pickles.end(), [](const fs::path& path) {
      return format_of(path) == Format::kPickle;
    });
    if (pickle != pickles.end()) {
      refuse_pickle(*pickle);
    }
    throw InputError(fmt::format("{}: no model in this folder; {}", folder.string(), kAccepted));
  }
  std::vector<std::string> names;
  names.reserve(candidates.size());
  for (const auto& candidate : candidates) {
    names.push_back(candidate.filename().string());
  }
  throw InputError(fmt::format("{}: more than one model in this folder; name one of {}",
                               folder.string(), join(names)));
}

std::unique_ptr<ModelFile> open_folder(const fs::path& folder) {
  auto candidates = gguf_models(folder);
  const fs::path index = folder / kIndexName;
  if (candidates.empty() && fs::exists(index)) {
    if (fs::exists(folder / "model.safetensors")) {
      throw InputError(
          fmt::format("{}: holds both model.safetensors and {}, which lists shards; remove the one "
                      "that does not belong to the model",
                      folder.string(), kIndexName));
    }
    expect_config(folder, folder);
    return open_safetensors(folder, folder, read_shard_index(index));
  }
  const auto safetensors = safetensors_models(folder);
  candidates.insert(candidates.end(), safetensors.begin(), safetensors.end());
  if (candidates.size() != 1) {
    refuse_folder(folder, candidates);
  }
  return open_file(candidates.front());
}

}  // namespace

std::string ModelFile::warning() const {
  const DecoderSpec& spec = this->spec();
  if (!spec.windows_unstated || !spec.likely_window || spec.smallest_window()) {
    return "";
  }
  return fmt::format(
      "{}: files of this format do not say so, but by its sizes the model was trained with a "
      "sliding "
      "window of {} tokens in every layer; without model.sliding_window: {} every token sees all "
      "before it",
      source(), *spec.likely_window, *spec.likely_window);
}

std::unique_ptr<ModelFile> ModelFile::open(const fs::path& path) {
  const fs::file_status status = fs::status(path);
  if (!fs::exists(status)) {
    throw InputError(
        fmt::format("{}: there is no such file or folder; {}", path.string(), kAccepted));
  }
  return fs::is_directory(status) ? open_folder(path) : open_file(path);
}

}  // namespace multistate
