#include <ostream>

#include "experiments/cli/command.hpp"
#include "experiments/config/draw.hpp"
#include "experiments/config/experiment_file.hpp"

namespace faasconf::experiments::cli {

namespace {

int run_workflow_draw(const Arguments& arguments, const Console& console) {
  const config::Experiment experiment = config::read_experiment(arguments.text("FILE"));
  const auto draw = arguments.text("format") == "dot" ? config::draw_dot : config::draw_text;
  console.out << draw(experiment.scenario.workflow);
  return kDone;
}

}  // namespace

Command workflow_draw_command() {
  using enum Parameter::Kind;
  return {
      .name = "workflow draw",
      .summary = "draw a workflow's graph, as text or for Graphviz",
      .parameters =
          {
              {.name = "FILE",
               .kind = positional,
               .description = "a workflow or experiment file, or the name of a workflow that ships: parallel"},
              {.name = "format",
               .value_name = "FORMAT",
               .description = "text, or dot for Graphviz: faasconf workflow draw FILE --format dot | dot -Tpng",
               .default_value = "text",
               .choices = {"text", "dot"}},
          },
      .example = "faasconf workflow draw parallel",
      .run = run_workflow_draw,
  };
}

}  // namespace faasconf::experiments::cli
