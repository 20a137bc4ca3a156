#include "experiments/results/summary_tables.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <ostream>
#include <string_view>
#include <utility>

#include "experiments/results/overview.hpp"
#include "experiments/results/readable.hpp"
#include "experiments/results/text_table.hpp"
#include "sim/stats/confidence.hpp"

namespace faasconf::experiments::results {
namespace {

sim::AsymmetricInterval scaled(const sim::AsymmetricInterval& interval, double scale) {
  return {.estimate = interval.estimate * scale, .low = interval.low * scale, .high = interval.high * scale};
}

// "98.3 ± 1.2", or "98.3 [95.1, 100.0]" where a share can be no more.
std::string estimate(const SummaryRow& row, double scale) {
  std::optional<double> mean = row.over_replications.mean();
  if (mean) *mean *= scale;
  std::optional<sim::Interval> interval = row.interval();
  if (interval) interval = sim::Interval{interval->mean * scale, interval->half_width * scale};
  const auto [low, high] = std::pair{interval ? interval->low() : 0, interval ? interval->high() : 0};
  if (row.is_share && (low < 0 || high > scale)) return format_interval(scaled(*interval_of(row), scale));
  return format_estimate(mean, interval);
}

// The second case less the first over the replications that both have.
std::string paired_difference(const SummaryRow& first, const SummaryRow& second, double scale) {
  std::vector<double> a;
  std::vector<double> b;
  for (std::size_t i = 0; i < std::min(first.values.size(), second.values.size()); ++i) {
    if (std::isnan(first.values[i]) || std::isnan(second.values[i])) continue;
    a.push_back(first.values[i] * scale);
    b.push_back(second.values[i] * scale);
  }
  if (a.empty()) return "-";
  std::optional<sim::Interval> interval = sim::paired_difference_interval(b, a);
  if (interval) interval = sim::no_narrower(*interval, (first.resolution + second.resolution) * scale);
  const double mean = interval ? interval->mean : b[0] - a[0];
  const std::string text = format_estimate(mean, interval);
  if (text.front() == '(' || mean <= 0 || text == "0") return text;
  return "+" + text;
}

// What the numbers are: "mean over 30 replications, 95 % intervals (Student t)".
std::string legend(std::uint64_t replications) {
  if (replications == 0) return "no replication";
  if (replications == 1) return "one replication: no intervals";
  return "mean over " + readable(replications) + " replications, 95 % intervals (Student t)";
}

// Said where some number rests on fewer replications than the legend says.
std::string legend_of_absences(const std::vector<const SummaryRow*>& shown) {
  const bool absences = std::any_of(shown.begin(), shown.end(), [](const SummaryRow* row) {
    const auto count = row->over_replications.count();
    return count > 0 && count < row->values.size();
  });
  return absences ? "; where one has no value, over the others" : "";
}

std::string in_brackets(std::string_view unit) { return unit.empty() ? "" : "[" + std::string(unit) + "]"; }

// The table of some topics: a row of cells, one per metric, behind the name of what is measured.
struct Measures {
  std::string title;
  Topic last;  // topics up to this one, from the table before
  std::vector<FunctionMetric> metrics{};
};

// Quantiles that come from a sketch, if there are any.
std::string legend_of_resolution(const std::vector<const SummaryRow*>& shown) {
  const bool rough = std::ranges::any_of(shown, [](const SummaryRow* row) { return row->resolution > 0; });
  if (!rough) return "";
  return "percentiles of more than 4,096 requests: off by 0.2 % at most, which their intervals contain\n";
}

// A function's metrics in three tables.
std::vector<Measures> measures_of(const Summary& summary) {
  std::vector<Measures> tables = {
      {"calls and latency", Topic::losses}, {"resources", Topic::network}, {"instances", Topic::cost}};
  for (const FunctionMetric& metric : shown_in_tables(summary.by_function())) {
    std::ranges::find_if(tables, [&](const Measures& one) {
      return metric.topic <= one.last;
    })->metrics.push_back(metric);
  }
  return tables;
}

struct MeasuredLine {
  std::string name;
  std::vector<const SummaryRow*> cells;  // none where it has no such metric
};

template <class Subject>
bool may_be_omitted(const Metric<Subject>& metric) {
  return (metric.appears & never_omitted) == 0;
}

bool is_zero(const SummaryRow* row) {
  if (row == nullptr) return true;
  const sim::RunningMoments& moments = row->over_replications;
  return moments.count() > 0 && *moments.min() == 0 && *moments.max() == 0;
}

// What a table leaves out because it is zero everywhere, named below it.
class ZeroMetrics {
 public:
  void add(const std::string& title) { titles_ += (titles_.empty() ? "" : ", ") + title; }
  void print(std::ostream& out) const {
    if (!titles_.empty()) out << wrapped("omitted, all zero: " + titles_) << '\n';
  }

 private:
  std::string titles_;
};

void print_measures(std::ostream& out, const Measures& measures, const std::vector<MeasuredLine>& lines) {
  TextTable table{{{measures.title}, {""}}, {}};
  for (const MeasuredLine& line : lines) table.rows.push_back({line.name});
  ZeroMetrics zero;
  for (std::size_t m = 0; m < measures.metrics.size(); ++m) {
    const FunctionMetric& metric = measures.metrics[m];
    const std::string title(metric.title);
    const bool all_zero = std::ranges::all_of(lines, [m](const MeasuredLine& line) { return is_zero(line.cells[m]); });
    if (all_zero && may_be_omitted(metric)) {
      zero.add(title);
      continue;
    }
    table.header[0].push_back(title);
    table.header[1].push_back(in_brackets(metric.shown.unit));
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const SummaryRow* const cell = lines[i].cells[m];
      table.rows[i].push_back(cell != nullptr ? estimate(*cell, metric.shown.scale) : "-");
    }
  }
  table.print(out);
  zero.print(out);
}

// Names in this order, for two cases that of their difference; above them what they know, unless that is the same.
std::vector<std::vector<std::string>> end_to_end_header(const std::vector<std::string>& cases,
                                                        std::span<const sim::LoadKnowledge> knowledge,
                                                        const std::vector<std::size_t>& order) {
  std::vector<std::string> groups = {"knowledge of the load"};
  std::vector<std::string> names = {"end to end"};
  for (const std::size_t i : order) {
    groups.push_back(sim::name_of(knowledge[i]));
    names.push_back(cases[i]);
  }
  if (cases.size() == 2) {
    groups.emplace_back();
    names.push_back(cases[1] + " - " + cases[0]);
  }
  if (sim::alike(knowledge)) return {std::move(names)};
  return {std::move(groups), std::move(names)};
}

// How a metric is shown of so many hours: in a comparison totals are per hour.
struct ShownOver {
  std::string title;
  double scale;
};
ShownOver shown_over(const EndToEndMetric& metric, std::optional<double> hours) {
  const bool per_hour = hours && metric.kind == MetricKind::total;
  std::string unit(metric.shown.unit);
  if (per_hour) unit += unit.empty() ? "per hour" : "/h";
  const std::string title(metric.title);
  return {.title = unit.empty() ? title : title + " " + in_brackets(unit),
          .scale = metric.shown.scale / (per_hour ? *hours : 1)};
}

std::optional<double> hours_of(const CountedSpan& counted) {
  constexpr double kSecondsPerHour = 3600;
  if (counted.length <= sim::Duration::zero()) return std::nullopt;
  return sim::to_seconds(counted.length) / kSecondsPerHour;
}

// What the numbers of all cases are of: "counted: 83 min of every case, after a warm-up of 2 min; totals per hour".
std::string legend_of_span(const CountedSpan& counted) {
  if (!hours_of(counted)) return "";
  const std::string warm_up = counted.warm_up > sim::Duration::zero()
                                  ? "after a warm-up of " + readable(counted.warm_up)
                                  : std::string("from the start, no warm-up left out");
  return "counted: " + readable(counted.length) + " of every case, " + warm_up + "; totals per hour\n";
}

// A line per metric, a column per case, for two cases their difference.
void print_end_to_end(std::ostream& out, const Summary& summary, std::span<const sim::LoadKnowledge> known) {
  const std::vector<std::string>& cases = summary.case_names();
  std::vector<sim::LoadKnowledge> knowledge(known.begin(), known.end());
  knowledge.resize(cases.size());
  const std::vector<std::size_t> order = sim::grouped(knowledge);
  const std::optional<double> hours = cases.size() > 1 ? hours_of(summary.counted()) : std::nullopt;
  TextTable table{end_to_end_header(cases, knowledge, order), {}};
  ZeroMetrics zero;
  for (const EndToEndMetric& metric : shown_in_tables(summary.end_to_end())) {
    std::vector<const SummaryRow*> cells;
    for (std::size_t i = 0; i < cases.size(); ++i) cells.push_back(&summary.row(i, "", std::string(metric.name)));
    if (std::ranges::all_of(cells, is_zero) && may_be_omitted(metric)) {
      zero.add(std::string(metric.title));
      continue;
    }
    const ShownOver shown = shown_over(metric, hours);
    std::vector<std::string> line = {shown.title};
    for (const std::size_t i : order) line.push_back(estimate(*cells[i], shown.scale));
    if (cells.size() == 2) line.push_back(paired_difference(*cells[0], *cells[1], shown.scale));
    table.rows.push_back(std::move(line));
  }
  table.print(out);
  zero.print(out);
}

// --- what is seen first

constexpr double kHoursPerMonth = 730;

// From the cost of the span to that of a month; absent where there is none.
std::optional<double> months_in_span(const Summary& summary) {
  const std::optional<double> hours = hours_of(summary.counted());
  return hours ? std::optional(kHoursPerMonth / *hours) : std::nullopt;
}

bool is_priced_in_usd(const Summary& summary) {
  for (std::size_t i = 0; i < summary.case_names().size(); ++i) {
    if (!is_zero(&summary.row(i, "", "cost_window_usd"))) return months_in_span(summary).has_value();
  }
  return false;
}

// A metric of the overview, by the name that the summary has for it.
struct Chosen {
  std::string title;
  std::string unit;
  std::string metric;
  double scale = 1;
};

std::vector<Chosen> chosen_of(const Summary& summary, bool promised) {
  std::vector<Chosen> chosen;
  if (is_priced_in_usd(summary)) {
    chosen.push_back({"price per month", "USD", "cost_window_usd", *months_in_span(summary)});
  } else {
    chosen.push_back({"price (the paper's)", "", "price"});
  }
  if (promised) chosen.push_back({"periods kept", "%", "periods_kept", 100});
  chosen.push_back({"served in time", "%", "served_share", 100});
  chosen.push_back({"latency p95", "s", "latency_p95_s"});
  chosen.push_back({"latency mean", "s", "latency_mean_s"});
  chosen.push_back({"success ratio", "%", "success_ratio", 100});
  chosen.push_back({"replicas, mean", "", "replicas"});
  return chosen;
}

OverviewFigure figure_of(const Summary& summary, const Chosen& chosen, const std::vector<std::size_t>& order) {
  OverviewFigure figure{.title = chosen.title, .unit = chosen.unit};
  for (const std::size_t i : order) {
    const SummaryRow& row = summary.row(i, "", chosen.metric);
    const std::optional<double> mean = row.over_replications.mean();
    figure.cells.push_back(estimate(row, chosen.scale));
    figure.brief.push_back(format_estimate(mean ? std::optional(*mean * chosen.scale) : std::nullopt, std::nullopt));
  }
  if (order.size() != 2) return figure;
  const auto row = [&](std::size_t i) -> const SummaryRow& { return summary.row(i, "", chosen.metric); };
  figure.cells.push_back(paired_difference(row(0), row(1), chosen.scale));
  figure.brief.push_back(figure.cells.back());
  return figure;
}

// A word per case, and none for the difference of two.
OverviewFigure words_of(const std::string& title, std::vector<std::string> words) {
  if (words.size() == 2) words.emplace_back();
  return {.title = title, .cells = std::move(words)};
}

// The function that has most of a loss, at which it begins; empty where none has.
std::string most_of(const Summary& summary, std::size_t case_index, const std::string& metric) {
  double all = 0;
  double most = 0;
  std::string who;
  for (const std::string& function : summary.function_names()) {
    const double count = summary.row(case_index, function, metric).over_replications.mean().value_or(0);
    all += count;
    if (count > most) who = function;
    most = std::max(most, count);
  }
  return 2 * most > all ? who : "";
}

std::string percentage(double share) { return format_estimate(std::round(1000 * share) / 10, std::nullopt) + " %"; }

// The names of cases with one verdict; of those that keep the promise the cheapest first, each with its price.
std::string names_with(Verdict verdict, const Summary& summary, const Outcomes& outcomes) {
  std::vector<std::size_t> those;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (outcomes[i] && verdict_on(*outcomes[i]) == verdict) those.push_back(i);
  }
  const auto price = [&](std::size_t i) { return price_per_month(summary, i).value_or(0); };
  std::ranges::stable_sort(those, {}, price);
  std::string text;
  for (const std::size_t i : those) {
    text += (text.empty() ? "" : ", ") + summary.case_names()[i];
    if (const auto usd = price_per_month(summary, i)) {
      text += " (" + format_estimate(std::round(*usd), std::nullopt) + " USD per month)";
    }
  }
  return text;
}

}  // namespace

std::optional<double> price_per_month(const Summary& summary, std::size_t case_index) {
  const std::optional<double> cost = summary.row(case_index, "", "cost_window_usd").over_replications.mean();
  if (!cost || !is_priced_in_usd(summary)) return std::nullopt;
  return *cost * *months_in_span(summary);
}

std::string finding(const Summary& summary, const Outcomes& outcomes) {
  std::string text;
  for (const Verdict verdict : {Verdict::kept, Verdict::undecided, Verdict::broken, Verdict::unjudged}) {
    const std::string names = names_with(verdict, summary, outcomes);
    if (names.empty()) continue;
    text += (text.empty() ? "promise " : "; ") + std::string(name_of(verdict)) +
            (verdict == Verdict::kept || verdict == Verdict::broken ? " by " : ": ") + names;
  }
  return text;
}

std::string losses(const Summary& summary, std::size_t case_index) {
  const auto mean = [&](const char* metric) {
    return summary.row(case_index, "", metric).over_replications.mean().value_or(0);
  };
  const double arrivals = mean("arrivals");
  const std::optional<double> served = summary.row(case_index, "", "served_share").over_replications.mean();
  if (arrivals <= 0 || !served || *served >= 1) return "";
  double late = 1 - *served;
  std::string text;
  for (const auto& [metric, name] : {std::pair{"rejections", "rejected"}, std::pair{"oom_kills", "killed for memory"},
                                     std::pair{"timeouts", "timed out"}, std::pair{"failures", "failed"}}) {
    const double share = mean(metric) / arrivals;
    late -= share;
    if (share < 0.0005) continue;
    // failures of a call are those of its callers as well
    const std::string who = std::string_view(metric) == "failures" ? "" : most_of(summary, case_index, metric);
    text += ", " + percentage(share) + " " + name + (who.empty() ? "" : " (most by " + who + ")");
  }
  if (late >= 0.0005) text += ", " + percentage(late) + " too late";
  return percentage(1 - *served) + " of the requests not served in time" + (text.empty() ? "" : ": " + text.substr(2));
}

void print_overview(std::ostream& out, const Summary& summary, const Outcomes& outcomes,
                    std::span<const sim::LoadKnowledge> known, const Paint& paint) {
  std::vector<sim::LoadKnowledge> knowledge(known.begin(), known.end());
  knowledge.resize(summary.case_names().size());
  const std::vector<std::size_t> order = sim::grouped(knowledge);
  Overview overview{.title = "case", .cases = {}};
  std::vector<std::string> verdicts;
  std::vector<std::string> forecasts;
  for (const std::size_t i : order) {
    overview.cases.push_back(summary.case_names()[i]);
    forecasts.emplace_back(sim::name_of(knowledge[i]));
    if (!outcomes[i]) continue;
    const Verdict verdict = verdict_on(*outcomes[i]);
    verdicts.push_back(paint.verdict(verdict, std::string(name_of(verdict))));
  }
  if (order.size() == 2) overview.cases.push_back(summary.case_names()[1] + " - " + summary.case_names()[0]);
  if (!verdicts.empty()) overview.figures.push_back(words_of("promise", verdicts));
  if (!sim::alike(knowledge)) overview.figures.push_back(words_of("forecast", forecasts));
  for (const Chosen& chosen : chosen_of(summary, !verdicts.empty())) {
    overview.figures.push_back(figure_of(summary, chosen, order));
  }
  print_overview(out, overview);
}

void print_case_table(std::ostream& out, const Summary& summary, std::size_t case_index) {
  std::vector<const SummaryRow*> shown;
  const auto line = [&](const std::string& name, const std::string& function, const Measures& measures) {
    MeasuredLine result{name, {}};
    for (const FunctionMetric& metric : measures.metrics) {
      const bool has_it = !function.empty() || find_metric(std::span(summary.end_to_end()), metric.name) != nullptr;
      result.cells.push_back(has_it ? &summary.row(case_index, function, std::string(metric.name)) : nullptr);
      if (has_it) shown.push_back(result.cells.back());
    }
    return result;
  };
  const std::vector<Measures> tables = measures_of(summary);
  std::vector<std::vector<MeasuredLine>> lines(tables.size());
  for (std::size_t i = 0; i < tables.size(); ++i) {
    for (const std::string& function : summary.function_names())
      lines[i].push_back(line(function, function, tables[i]));
  }
  lines.front().push_back(line("end to end", "", tables.front()));

  out << legend(summary.replications(case_index)) << legend_of_absences(shown) << "\n" << legend_of_resolution(shown);
  for (std::size_t i = 0; i < tables.size(); ++i) {
    out << '\n';
    print_measures(out, tables[i], lines[i]);
  }
}

void print_comparison_table(std::ostream& out, const Summary& summary, std::span<const sim::LoadKnowledge> knowledge) {
  const std::vector<std::string>& cases = summary.case_names();
  std::vector<std::uint64_t> counts;
  std::vector<const SummaryRow*> shown;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    counts.push_back(summary.replications(i));
    for (const EndToEndMetric& metric : summary.end_to_end()) {
      shown.push_back(&summary.row(i, "", std::string(metric.name)));
    }
  }

  // one legend for all cases that have the same number of replications
  const bool alike = std::adjacent_find(counts.begin(), counts.end(), std::not_equal_to<>()) == counts.end();
  if (alike && !counts.empty()) out << legend(counts[0]);
  for (std::size_t i = 0; !alike && i < cases.size(); ++i) {
    out << (i == 0 ? "" : "\n") << cases[i] << ": " << legend(counts[i]);
  }
  out << legend_of_absences(shown) << '\n' << legend_of_resolution(shown);
  if (cases.size() == 2) out << "difference: replications in pairs, since both cases meet the same random streams\n";
  out << (cases.size() > 1 ? legend_of_span(summary.counted()) : "") << '\n';
  print_end_to_end(out, summary, knowledge);
}

}  // namespace faasconf::experiments::results
