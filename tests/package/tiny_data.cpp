// tiny_data <folder>: a data folder like that of tools/fetch_data, with a tiny model of random
// weights and a made-up text under the names of the real ones.

#include <filesystem>
#include <iostream>

#include "support/tiny_model.h"
#include "support/tiny_sweep.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: tiny_data FOLDER\n";
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  std::filesystem::create_directories(folder / "models");
  std::filesystem::create_directories(folder / "austen");
  multistate::test::write_tiny_gguf({}, folder / "models" / "smollm2-135m-instruct.gguf");
  multistate::test::write_file(folder / "austen" / "persuasion.txt",
                               multistate::test::tiny_text(4000));
}
