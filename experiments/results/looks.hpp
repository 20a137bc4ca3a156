#pragma once
// The ledger of final evaluations: a line for each look at loads that were held out. Who looks often enough finds a
// method that wins by luck, so tables say how often they were looked at.

#include <cstddef>
#include <string>
#include <vector>

namespace faasconf::experiments::results {

struct Look {
  std::string date;      // "2026-11-30T15:04:05Z"
  std::string identity;  // of the evaluation
  std::string workflow;
  std::vector<std::string> loads;  // each by its kind and values, so that the same load has the same text: "12 users"
};

// Appends a look to the ledger, a CSV file that is made where there is none, and counts those at one of its loads under
// its workflow, this one included. A look of the same identity is the same look: it counts once. Several processes may
// do so at once: each line is kept. A symbolic link is followed to the file that it leads to. Throws sim::Error where
// the file is no ledger or cannot be written; it is as before then.
std::size_t add_look(const std::string& path, const Look& look);

// Throws as add_look does where the file is no ledger or cannot be opened: to be asked before what is looked at is
// computed.
void check_ledger(const std::string& path);

std::string utc_now();  // as Look::date

}  // namespace faasconf::experiments::results
