#include "experiments/prediction/observed.hpp"

#include <string>

namespace faasconf::experiments::prediction {
namespace {

template <class Row>
const results::Metric<Row>* find_target(std::span<const results::Metric<Row>> all, std::string_view name) {
  const results::Metric<Row>* const found = find_metric(all, name);
  return found != nullptr && (found->appears & results::in_targets) != 0 ? found : nullptr;
}

template <class Row>
std::vector<std::string_view> names_of(std::span<const results::Metric<Row>> all, results::Appearance where) {
  std::vector<std::string_view> names;
  for (const results::Metric<Row>& metric : appearing(all, where)) names.push_back(metric.name);
  return names;
}

std::vector<std::string_view> names_of(const results::Metrics& metrics, bool of_function, results::Appearance where) {
  return of_function ? names_of(metrics.by_function, where) : names_of(metrics.end_to_end, where);
}

}  // namespace

std::optional<Observed> find_observed(std::string_view name, const results::Metrics& metrics) {
  const Observed found{find_target(metrics.end_to_end, name), find_target(metrics.by_function, name)};
  return found == Observed{} ? std::nullopt : std::optional(found);
}

Observed observed(std::string_view name) { return find_observed(name).value(); }

std::vector<Observed> predicted(bool of_function, const results::Metrics& metrics) {
  std::vector<Observed> all;
  for (const std::string_view name : names_of(metrics, of_function, results::in_predictions)) {
    all.push_back(find_observed(name, metrics).value());
  }
  return all;
}

Observed read_observed(const config::YamlValue& value, bool of_function, const results::Metrics& metrics) {
  const Observed found =
      value.is_scalar() ? find_observed(value.node().scalar, metrics).value_or(Observed{}) : Observed{};
  if (of_function ? found.of_function != nullptr : found.end_to_end != nullptr) return found;
  value.refuse("one of " + config::join(names_of(metrics, of_function, results::in_targets)));
}

std::optional<double> observe(const sim::Observation& window, const Observed& what,
                              std::optional<std::size_t> function) {
  return function ? what.of_function->value(window.functions[*function]) : what.end_to_end->value({window});
}

}  // namespace faasconf::experiments::prediction
