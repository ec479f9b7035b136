#include "multistate/experiment/text_chunks.h"

#include <fmt/format.h>

#include "multistate/checkpoint/model_file.h"
#include "multistate/experiment/data_notes.h"

#include "support/temporary_folder.h"
#include "support/tiny_model.h"
#include "support/tiny_sweep.h"
#include "support/torch.h"

namespace multistate::test::text_chunks_test {
namespace {

std::unique_ptr<Tokenizer> tiny_tokenizer(const std::filesystem::path& folder) {
  write_tiny_gguf({}, folder / "model.gguf");
  return Tokenizer::make(ModelFile::open(folder / "model.gguf")->tokenizer());
}

TextChunks chunks_of(const std::filesystem::path& data, const Tokenizer& tokenizer) {
  const TextOptions options = {.data = data.string(), .context_length = 16};
  return {options, 0, tokenizer};
}

}  // namespace

TEST_CASE("a file saved with a BOM and CR LF gives the chunks, and the identity, of one without") {
  const TemporaryFolder folder;
  const auto tokenizer = tiny_tokenizer(folder.path());
  const std::string text = "A first line.\nA second one, which goes on.\n";
  write_file(folder / "unix.txt", text);
  write_file(folder / "windows.txt",
             "\xEF\xBB\xBF"
             "A first line.\r\nA second one, which goes on.\r\n");
  const TextChunks lf = chunks_of(folder / "unix.txt", *tokenizer);
  const TextChunks crlf = chunks_of(folder / "windows.txt", *tokenizer);
  CHECK(lf.tokens(0) == tokenizer->encode(text));
  CHECK(crlf.tokens(0) == lf.tokens(0));
  CHECK(crlf.data_sha256() == lf.data_sha256());
  const auto document = crlf.data_report().at("documents").at(0);
  CHECK(document.at("removed_bom") == true);
  CHECK(document.at("crlf_line_ends") == 2);
  CHECK(data_notes(lf.data_report()).empty());
  CHECK(data_notes(crlf.data_report()) ==
        std::vector<std::string>{
            "windows.txt: read without its byte order mark; 2 line ends CR LF read as LF"});
}

TEST_CASE("what is left out of a folder of texts is said, with the reason") {
  const TemporaryFolder folder;
  const auto tokenizer = tiny_tokenizer(folder.path());
  const auto data = folder / "data";
  std::filesystem::create_directory(data);
  write_file(data / "long.txt", tiny_text(400));
  write_file(data / "short.txt", "abc");
  write_file(data / "book.md", "abc");
  write_file(data / "a.TXT", "abc");
  CHECK(data_notes(chunks_of(data, *tokenizer).data_report()) ==
        std::vector<std::string>{
            "ignored in the data folder, since they are not .txt files: a.TXT, book.md",
            fmt::format("left out, since they are too short for one chunk: short.txt ({} tokens, 0 "
                        "skipped)",
                        tokenizer->encode("abc").size())});
}

TEST_CASE("a long list of ignored files is cut, and says how many more there are") {
  std::vector<std::string> names;
  for (int i = 10; i < 22; ++i) {
    names.push_back(std::to_string(i));
  }
  CHECK(
      data_notes({{"ignored_files", names}}) ==
      std::vector<std::string>{
          "ignored in the data folder, since they are not .txt files: 10, 11, 12, 13, 14, 15, 16, "
          "17, 18, 19 and 2 more (see data in result.json)"});
  CHECK(data_notes({{"file", "rows.jsonl"}}).empty());
}

}  // namespace multistate::test::text_chunks_test
