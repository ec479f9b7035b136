#include "checkpoint/refused_files.h"

#include <set>

#include "multistate/checkpoint/model_file.h"

#include "support/catch.h"
#include "support/input_error.h"
#include "support/temporary_folder.h"

namespace multistate::test::refused_files_test {
namespace {

std::vector<RefusedFile> all_refused() {
  std::vector<RefusedFile> all;
  for (const auto& part : {refused_gguf_files(), refused_gguf_models(), refused_gguf_shards(),
                           refused_safetensors(), refused_folders()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

void replace_all(std::string& text, const std::string& part, const std::string& other) {
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at)) {
    text.replace(at, part.size(), other);
  }
}

}  // namespace

TEST_CASE("malformed and unsupported model files are refused by name when they are opened") {
  std::set<std::string> messages;
  for (const RefusedFile& refused : all_refused()) {
    INFO(refused.title);
    const TemporaryFolder folder;
    const auto path = refused.make(folder.path());
    std::string message = input_error([&] { ModelFile::open(path); });
    replace_all(message, folder.path().string(), "@");
    CHECK(message == refused.message);
    messages.insert(refused.message);
  }
  CHECK(messages.size() >= 60);
}

}  // namespace multistate::test::refused_files_test
