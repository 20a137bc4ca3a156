#include "sim/policy/policy.hpp"

#include <gtest/gtest.h>

#include "sim/policy/hpa.hpp"
#include "sim/policy/kpa.hpp"
#include "sim/policy/openfaas_alerts.hpp"
#include "sim/policy/openfaas_autoscaler.hpp"
#include "tests/sim/policy/observing.hpp"

namespace faasconf::sim {
namespace {

TEST(Policies, TheFixedOneConforms) {
  check_policy([] { return std::make_unique<FixedPolicy>(kStart); });
}

TEST(Policies, OpenFaasAlertsConform) {
  check_policy([] { return std::make_unique<OpenFaasAlerts>(kRanges); });
}

TEST(Policies, TheOpenFaasAutoscalerConforms) {
  check_policy([] { return std::make_unique<OpenFaasAutoscaler>(kRanges); });
}

TEST(Policies, TheHpaConforms) {
  check_policy([] { return std::make_unique<Hpa>(kRanges); });
}

TEST(Policies, TheKpaConforms) {
  check_policy([] { return std::make_unique<Kpa>(kRanges); });
}

}  // namespace
}  // namespace faasconf::sim
