#include "multistate/cli/program.h"

int main(int argc, char** argv) {
  return multistate::run_program(argc, argv);
}
