#include "learner/nets/process.hpp"

#include <cstdlib>
#include <limits>
#include <string_view>

#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <malloc.h>
#include <unistd.h>

namespace faasconf::learner::nets {
namespace {

constexpr const char* kChoice = "OPENBLAS_CORETYPE";

// By OpenBLAS's names, the best first; null where it would not do better than it does.
const char* fast_kernels() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512bf16")) return "Cooperlake";
  if (__builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) return "SkylakeX";
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return "Haswell";
#endif
  return nullptr;
}

// Empty for another BLAS.
std::string_view chosen_kernels() {
  using Name = char* (*)();
  const auto name = reinterpret_cast<Name>(dlsym(RTLD_DEFAULT, "openblas_get_corename"));
  return name == nullptr ? "" : name();
}

void restart_with_fast_kernels(char** argv) {
  if (std::getenv(kChoice) != nullptr || chosen_kernels() != "Prescott") return;
  const char* const kernels = fast_kernels();
  if (kernels == nullptr) return;
  setenv(kChoice, kernels, 1);
  execv("/proc/self/exe", argv);
  unsetenv(kChoice);  // it could not be started again: slower, but all the same
}

}  // namespace

void prepare_process(char** argv) {
  restart_with_fast_kernels(argv);
  at::set_num_threads(1);
  mallopt(M_MMAP_THRESHOLD, std::numeric_limits<int>::max());
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
}

}  // namespace faasconf::learner::nets
