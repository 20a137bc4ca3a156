#include "experiments/cli/paths.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "sim/core/error.hpp"
#include "tests/experiments/cli/in_process.hpp"

namespace faasconf::experiments::cli {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(OutputFile, TakesThePlaceOfAFileAloneAndOfNothingElse) {
  const Elsewhere elsewhere;
  write("old.csv", "a\n");
  std::filesystem::create_symlink("old.csv", "link.csv");
  ASSERT_EQ(mkfifo("pipe.csv", 0600), 0);
  EXPECT_NO_THROW(check_output_file("out", "old.csv"));
  EXPECT_NO_THROW(check_output_file("out", "new.csv"));
  EXPECT_THAT([] { check_output_file("out", "link.csv"); },
              ThrowsMessage<sim::Error>(HasSubstr("--out: expected the path of a file, got the symbolic link")));
  EXPECT_THAT([] { check_output_file("out", "pipe.csv"); },
              ThrowsMessage<sim::Error>(HasSubstr("got \"pipe.csv\", which is a device or a pipe")));
  EXPECT_THAT([] { check_output_file("out", "/dev/full"); },
              ThrowsMessage<sim::Error>(HasSubstr("which is a device or a pipe")));
}

TEST(FigureFile, EndsInWhatItIs) {
  const Elsewhere elsewhere;
  for (const char* name : {"a.png", "a.svg", "a.pdf"}) EXPECT_NO_THROW(check_figure_file("plot", name));
  EXPECT_THAT([] { check_figure_file("plot", "a.txt"); },
              ThrowsMessage<sim::Error>("--plot: expected a name that ends in .png, .svg or .pdf, got \"a.txt\""));
}

TEST(OutputFiles, AreApartFromInputsAndFromOneAnother) {
  const Elsewhere elsewhere;
  write("in.csv", "a\n");
  EXPECT_NO_THROW(check_apart({{"--out", "out.csv"}, {"--plot", ""}}, {{"--in", "in.csv"}, {"--more", ""}}));
  EXPECT_THAT(
      [] {
        check_apart({{"--out", "./in.csv"}}, {{"--in", "in.csv"}});
      },
      ThrowsMessage<sim::Error>("--out: expected a file of its own, got \"./in.csv\", which is --in as well"));
  EXPECT_THAT(
      [] {
        check_apart({{"--out", "x"}, {"--predictions", "x"}}, {});
      },
      ThrowsMessage<sim::Error>(HasSubstr("--predictions: expected a file of its own, got \"x\"")));
}

}  // namespace
}  // namespace faasconf::experiments::cli
