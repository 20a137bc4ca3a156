#include "experiments/results/pending.hpp"

#include <sstream>

#include <gtest/gtest.h>

namespace faasconf::experiments::results {
namespace {

// Two functions on nodes of one kind.
sim::WorkflowSpec workflow(int count, double cores, double mib) {
  sim::WorkflowSpec result;
  result.functions.resize(2);
  result.functions[0].name = "front";
  result.functions[1].name = "back";
  result.functions[1].memory_request = sim::Mebibytes{256};
  sim::NodeSpec node;
  node.count = count;
  node.cores = cores;
  node.memory = {mib};
  result.cluster.nodes = {node};
  return result;
}

// Windows at whose ends so many instances of the second function were pending; one of each was ready.
sim::Run run(const std::vector<int>& pending, double cpu_millicores = 1000) {
  sim::Run result;
  for (const int count : pending) {
    sim::Observation window;
    window.configuration.functions.assign(2, {.cpu = {cpu_millicores}, .memory = {1024}});
    window.functions.resize(2);
    window.functions[0].ready = window.functions[1].ready = 1;
    window.functions[1].pending = count;
    window.start = sim::Time(std::chrono::seconds(30 * static_cast<int>(result.windows.size())));
    result.windows.push_back(window);
  }
  return result;
}

std::string printed(const PendingInstances& pending) {
  std::ostringstream out;
  pending.print(out);
  return out.str();
}

TEST(PendingInstances, OfNoneNothingIsSaid) {
  const sim::WorkflowSpec spec = workflow(2, 8, 32768);
  PendingInstances pending(spec, {"only"});
  pending.add(0, run({0, 0}));
  EXPECT_EQ(printed(pending), "");
}

TEST(PendingInstances, LackWhatTheClusterHasTooLittleOf) {
  const sim::WorkflowSpec spec = workflow(2, 1.5, 4096);
  PendingInstances pending(spec, {"lean", "ample"});
  pending.add(0, run({0, 2}));
  pending.add(1, run({0, 0}));
  pending.add(1, run({3, 1}));
  EXPECT_EQ(printed(pending),
            "faasconf: warning: lean: the cluster had no room for all instances; pending at the end of windows:\n"
            "  back: up to 2, in 1 of 2 windows, no capacity: they lack CPU; each requests 1000m CPU and 256Mi\n"
            "  all instances together: requested 4000m CPU and 1792Mi, of 3000m CPU and 8192Mi\n"
            "faasconf: warning: ample: the cluster had no room for all instances; pending at the end of windows:\n"
            "  back: up to 3, in 2 of 4 windows, no capacity: they lack CPU; each requests 1000m CPU and 256Mi\n"
            "  all instances together: requested 5000m CPU and 2048Mi, of 3000m CPU and 8192Mi\n");
}

TEST(PendingInstances, OfTheWarmUpDoNotCount) {
  PendingInstances pending(workflow(2, 1.5, 4096), {"only"});
  sim::Run warmed_up = run({9, 2, 0});
  warmed_up.warm_up = std::chrono::seconds(30);
  pending.add(0, warmed_up);
  EXPECT_NE(printed(pending).find("  back: up to 2, in 1 of 2 windows, "), std::string::npos);
}

TEST(PendingInstances, MayBeTooLargeForEveryNode) {
  const sim::WorkflowSpec spec = workflow(9, 2, 4096);
  PendingInstances pending(spec, {"only"});
  pending.add(0, run({1}, 2500));
  EXPECT_EQ(printed(pending),
            "faasconf: warning: the cluster had no room for all instances; pending at the end of windows:\n"
            "  back: up to 1, in 1 of 1 windows, no capacity: they lack a node with more CPU; each requests 2500m CPU "
            "and 256Mi\n"
            "  all instances together: requested 7500m CPU and 1536Mi, of 18000m CPU and 36864Mi\n");
}

TEST(PendingInstances, MayFindRoomOnlyInPieces) {
  sim::WorkflowSpec spec = workflow(2, 1.8, 32768);
  spec.cluster.nodes[0].time_to_failure = sim::Exponential{1};
  PendingInstances pending(spec, {"only"});
  pending.add(0, run({1}));
  EXPECT_EQ(printed(pending),
            "faasconf: warning: the cluster had no room for all instances; pending at the end of windows:\n"
            "  back: up to 1, in 1 of 1 windows, no capacity: they lack room on one node in service; each requests "
            "1000m CPU and "
            "256Mi\n"
            "  all instances together: requested 3000m CPU and 1536Mi, of 3600m CPU and 65536Mi\n");
}

}  // namespace
}  // namespace faasconf::experiments::results
