#include "experiments/cli/job_progress.hpp"

#include <cstdint>
#include <memory>
#include <string>

#include "experiments/cli/interrupt.hpp"
#include "experiments/cli/progress_bar.hpp"

namespace faasconf::experiments::cli {
namespace {

class ProgressOnConsole {
 public:
  ProgressOnConsole(const Console& console, bool quiet) : bar_(console.err, console.is_terminal && !quiet) {}

  void show(const jobs::Step& step) {
    if (step.label != label_ || step.total != total_ || step.done < done_) {
      label_ = step.label;
      total_ = step.total;
      bar_.start(label_, total_);
    }
    done_ = step.done;
    if (done_ > 0 || !step.note.empty()) bar_.advance(done_, step.note);
  }

 private:
  ProgressBar bar_;
  std::string label_;
  std::uint64_t total_ = 0;
  std::uint64_t done_ = 0;
};

}  // namespace

jobs::Progress progress_on(const Console& console, bool quiet) {
  // shared, since the callback is copied freely
  const auto shown = std::make_shared<ProgressOnConsole>(console, quiet);
  return {.on_step = [shown](const jobs::Step& step) { shown->show(step); },
          .go_on = [] { return !Interrupt::requested(); }};
}

}  // namespace faasconf::experiments::cli
