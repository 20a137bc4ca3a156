#include <iostream>

#include "experiments/version.hpp"
#include "sim/core/time.hpp"

int main() {
  using std::chrono::milliseconds;
  const auto duration = std::chrono::duration_cast<milliseconds>(faasconf::sim::from_seconds(1.5));
  std::cout << "faasconf " << faasconf::experiments::version() << ": " << duration.count() << " ms\n";
}
