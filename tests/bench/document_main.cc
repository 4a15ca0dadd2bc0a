// bench_document NAME: writes that document to standard output.
#include <cstdlib>
#include <iostream>

#include "tests/bench/documents.h"

int main(int argc, char** argv) {
  const auto document = gateway::NamedDocument(argc == 2 ? argv[1] : "");
  if (!document) {
    std::cerr << "usage: bench_document NAME, which is one of:";
    for (const std::string_view name : gateway::DocumentNames()) std::cerr << ' ' << name;
    std::cerr << '\n';
    return 2;
  }
  std::cout << *document << std::flush;
  return std::cout ? EXIT_SUCCESS : EXIT_FAILURE;
}
