#include "sim/model/price.hpp"

namespace faasconf::sim {

namespace {

constexpr double kMillicoresPerCore = 1000;
constexpr double kMebibytesPerGibibyte = 1024;
constexpr double kNanosecondsPerSecond = 1e9;
constexpr double kSecondsPerHour = 3600;

double per_second(double sum, double length_s) { return length_s > 0 ? sum / length_s : 0; }

// Of the instances' limits, and of the platform's own work where it is paid for.
double paid_millicore_s(const Usage& usage, const PriceSpec& prices) {
  return usage.cpu_limit_millicore_s + (prices.platform_cpu ? usage.platform_s * kMillicoresPerCore : 0.0);
}

double usd_of(const Usage& usage, const PriceSpec& prices) {
  return paid_millicore_s(usage, prices) / kMillicoresPerCore * prices.usd_per_vcpu_hour / kSecondsPerHour +
         usage.memory_limit_mib_s / kMebibytesPerGibibyte * prices.usd_per_gib_hour / kSecondsPerHour;
}

}  // namespace

WindowCost cost_of(const CountedWindow& window, const WorkflowSpec& workflow) {
  const PriceSpec& prices = workflow.prices;
  WindowCost cost{.used_gib_s = window.used_mib_ns / kMebibytesPerGibibyte / kNanosecondsPerSecond,
                  .used_vcpu_s = window.used_millicore_ns / kMillicoresPerCore / kNanosecondsPerSecond};
  for (std::size_t i = 0; i < window.functions.size(); ++i) {
    if (workflow.functions[i].fixed) continue;
    const Usage& usage = window.functions[i].usage;
    cost.price += per_second(paid_millicore_s(usage, prices) * prices.price_per_millicore +
                                 usage.memory_limit_mib_s * prices.price_per_mebibyte,
                             window.length_s);
    const double usd = usd_of(usage, prices);
    cost.cost_window_usd += usd;
    cost.cost_execution_usd += per_second(usd, window.length_s) * window.functions[i].execution.seconds().value_or(0);
  }
  return cost;
}

}  // namespace faasconf::sim
