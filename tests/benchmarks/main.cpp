// Google Benchmark's table, and after it the ratios that the bars are about: each figure over its limit, both taken in
// this run (medians, with --benchmark_repetitions).

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#ifdef FAASCONF_WITH_TORCH
#include "learner/nets/process.hpp"
#endif

namespace faasconf::benchmarks {
namespace {

// A name, up to its argument, and what stands beside it; with an argument of its own where all compare with one.
constexpr std::array<std::pair<const char*, const char*>, 9> kLimits = {{
    {"EventQueue_Hold", "BareHeap_Hold"},
    {"Simulate_MMc", "BareLoop_MMc"},
    {"Simulate_MMc_Recorded", "BareLoop_MMc"},
    {"Simulate_SharedCpu", "BareLoop_SharedCpu"},
    {"Simulate_SharedCpu_Cfs", "BareLoop_SharedCpu"},
    {"Simulate_KeepAlive", "BareLoop_KeepAlive"},
    {"Simulate_Scale", "Simulate_Scale/1000"},
    {"Azure2019_Parse", "Read_NoParse"},
    {"Replay_Invocations", "BareLoop_Replay"},
}};

std::string limit_of(const std::string& name) {
  const auto slash = std::min(name.find('/'), name.size());
  for (const auto& [family, limit] : kLimits) {
    if (name.substr(0, slash) != family) continue;
    const std::string other = limit;
    return other.find('/') == std::string::npos ? other + name.substr(slash) : other;
  }
  return {};
}

class PairReporter final : public benchmark::BenchmarkReporter {
 public:
  explicit PairReporter(std::unique_ptr<benchmark::BenchmarkReporter> table) : table_(std::move(table)) {}

  bool ReportContext(const Context& context) override {
    table_->SetOutputStream(&GetOutputStream());
    table_->SetErrorStream(&GetErrorStream());
    return table_->ReportContext(context);
  }
  void ReportRuns(const std::vector<Run>& runs) override {
    table_->ReportRuns(runs);
    for (const Run& run : runs) {
      const bool median = run.run_type == Run::RT_Aggregate && run.aggregate_name == "median";
      if (run.error_occurred || (run.run_type != Run::RT_Iteration && !median)) continue;
      const auto rate = run.counters.find("items_per_second");
      if (rate == run.counters.end()) continue;
      const std::string name = run.run_name.function_name + (run.run_name.args.empty() ? "" : "/") + run.run_name.args;
      if (!rates_.contains(name)) order_.push_back(name);
      if (median) rates_[name].clear();  // with --benchmark_report_aggregates_only nothing else comes
      rates_[name].push_back(rate->second.value);
    }
  }
  void Finalize() override {
    table_->Finalize();
    // a machine reads the other formats
    const bool for_people = dynamic_cast<benchmark::ConsoleReporter*>(table_.get()) != nullptr;
    std::ostream& out = for_people ? GetOutputStream() : GetErrorStream();
    for (const std::string& name : order_) {
      const std::string limit = limit_of(name);
      if (!rates_.contains(limit) || limit == name) continue;
      const double rate = median(name);
      const double limit_rate = median(limit);
      std::array<char, 160> line;
      std::snprintf(line.data(), line.size(), "%-30s %7.2f M/s  = %.2f x %s (%.2f M/s)\n", name.c_str(), rate / 1e6,
                    rate / limit_rate, limit.c_str(), limit_rate / 1e6);
      out << line.data();
    }
  }

 private:
  double median(const std::string& name) {
    std::vector<double>& rates = rates_[name];
    std::sort(rates.begin(), rates.end());
    return (rates[(rates.size() - 1) / 2] + rates[rates.size() / 2]) / 2;
  }

  std::unique_ptr<benchmark::BenchmarkReporter> table_;
  std::vector<std::string> order_;
  std::map<std::string, std::vector<double>> rates_;
};

}  // namespace
}  // namespace faasconf::benchmarks

int main(int argc, char** argv) {
#ifdef FAASCONF_WITH_TORCH
  faasconf::learner::nets::prepare_process(argv);
#endif
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  faasconf::benchmarks::PairReporter reporter(
      std::unique_ptr<benchmark::BenchmarkReporter>(benchmark::CreateDefaultDisplayReporter()));
  benchmark::RunSpecifiedBenchmarks(&reporter);
  benchmark::Shutdown();
  return 0;
}
