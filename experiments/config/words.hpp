#pragma once
// The words by which files and options name a choice: one table for reading and writing.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "sim/env/reward.hpp"
#include "sim/model/scenario.hpp"
#include "sim/policy/hpa.hpp"
#include "sim/policy/kpa.hpp"
#include "sim/policy/openfaas_autoscaler.hpp"

namespace faasconf::experiments::config {

template <class Choice>
using Word = std::pair<std::string_view, Choice>;

template <class Choice>
inline constexpr auto kWords = nullptr;
template <>
inline constexpr auto kWords<sim::OnFailure> = std::to_array<Word<sim::OnFailure>>(
    {{"abort", sim::OnFailure::abort}, {"ignore", sim::OnFailure::ignore}, {"pass_on", sim::OnFailure::pass_on}});
template <>
inline constexpr auto kWords<sim::Overflow> = std::to_array<Word<sim::Overflow>>({{"reject", sim::Overflow::reject},
                                                                                  {"queue", sim::Overflow::queue},
                                                                                  {"none", sim::Overflow::none},
                                                                                  {"central_queue",
                                                                                   sim::Overflow::central_queue}});
template <>
inline constexpr auto kWords<sim::RetryOn> =
    std::to_array<Word<sim::RetryOn>>({{"failures", sim::RetryOn::failures}, {"rejections", sim::RetryOn::rejections}});
template <>
inline constexpr auto kWords<sim::OomKills> =
    std::to_array<Word<sim::OomKills>>({{"request", sim::OomKills::request}, {"instance", sim::OomKills::instance}});
template <>
inline constexpr auto kWords<sim::Readiness> = std::to_array<Word<sim::Readiness>>(
    {{"after_work", sim::Readiness::after_work}, {"before_work", sim::Readiness::before_work}});
template <>
inline constexpr auto kWords<sim::OnEnd> = std::to_array<Word<sim::OnEnd>>({{"drain", sim::OnEnd::drain},
                                                                            {"fail", sim::OnEnd::fail}});
template <>
inline constexpr auto kWords<sim::Placement> = std::to_array<Word<sim::Placement>>({{"spread", sim::Placement::spread},
                                                                                    {"pack", sim::Placement::pack}});
template <>
inline constexpr auto kWords<sim::Rollout> = std::to_array<Word<sim::Rollout>>({{"in_place", sim::Rollout::in_place},
                                                                                {"rolling", sim::Rollout::rolling}});
template <>
inline constexpr auto kWords<sim::Routing> =
    std::to_array<Word<sim::Routing>>({{"random", sim::Routing::random},
                                       {"round_robin", sim::Routing::round_robin},
                                       {"least_connection", sim::Routing::least_connection}});
template <>
inline constexpr auto kWords<sim::TurnOrder> = std::to_array<Word<sim::TurnOrder>>(
    {{"round_robin", sim::TurnOrder::round_robin}, {"random", sim::TurnOrder::random}});
template <>
inline constexpr auto kWords<sim::Attribution> =
    std::to_array<Word<sim::Attribution>>({{"completed", sim::Attribution::completed},
                                           {"started", sim::Attribution::started},
                                           {"paper", sim::Attribution::paper}});
template <>
inline constexpr auto kWords<sim::ScalingSelect> = std::to_array<Word<sim::ScalingSelect>>(
    {{"max", sim::ScalingSelect::max}, {"min", sim::ScalingSelect::min}, {"disabled", sim::ScalingSelect::disabled}});
template <>
inline constexpr auto kWords<sim::KpaMetric> =
    std::to_array<Word<sim::KpaMetric>>({{"concurrency", sim::KpaMetric::concurrency}, {"rps", sim::KpaMetric::rps}});
template <>
inline constexpr auto kWords<sim::OpenFaasScaleType> =
    std::to_array<Word<sim::OpenFaasScaleType>>({{"rps", sim::OpenFaasScaleType::rps},
                                                 {"capacity", sim::OpenFaasScaleType::capacity},
                                                 {"cpu", sim::OpenFaasScaleType::cpu},
                                                 {"queue", sim::OpenFaasScaleType::queue}});

template <class Choice>
std::string name_of(Choice choice) {
  for (const auto& [word, meaning] : kWords<Choice>) {
    if (meaning == choice) return std::string(word);
  }
  return "";
}

// Absent when no choice has this name.
template <class Choice>
std::optional<Choice> choice_named(std::string_view name) {
  for (const auto& [word, meaning] : kWords<Choice>) {
    if (word == name) return meaning;
  }
  return std::nullopt;
}

}  // namespace faasconf::experiments::config
