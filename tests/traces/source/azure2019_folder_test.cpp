#include "traces/source/azure2019_folder.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scratch_folder.hpp"
#include "tests/traces/azure_text.hpp"
#include "traces/source/trace_source.hpp"

namespace faasconf::traces {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using tests::ScratchFolder;

std::string invocations(const std::string& rest) { return "invocations_per_function_md.anon.d" + rest; }
std::string durations(const std::string& rest) { return "function_durations_percentiles.anon.d" + rest; }

// A folder with files of these names, each a day of one call of a function.
class Folder {
 public:
  explicit Folder(const std::vector<std::string>& names) {
    for (const std::string& name : names) add(name, "http");
  }
  void add(const std::string& name, const std::string& trigger) const {
    tests::write_file(folder_ / name, name.starts_with("inv") ? kHeader + "o,a,f," + trigger + cells({{1, "1"}}) + "\n"
                                                              : kDurationsHeader + "o,a,f,5,1,5,5,5,5,5,5,5,5,5\n");
  }
  const std::string& path() const { return folder_.path(); }
  std::string error() const {
    return message_of([&] { azure2019_folder(path()); });
  }

 private:
  ScratchFolder folder_;
};

TEST(Azure2019Folder, OrdersDaysByTheirNumbers) {
  const Folder folder({invocations("10.csv"), invocations("9.csv"), invocations("008.csv.gz")});
  EXPECT_THAT(azure2019_folder(folder.path()).files.invocations,
              ElementsAre(EndsWith("d008.csv.gz"), EndsWith("d9.csv"), EndsWith("d10.csv")));
}

TEST(Azure2019Folder, SaysThatItBeginsWithALaterDay) {
  const Folder folder({invocations("06.csv"), invocations("07.csv")});
  const Azure2019Folder found = azure2019_folder(folder.path());
  EXPECT_THAT(found.notes, ElementsAre(HasSubstr("begin with day 6 of the data set, which is day 1 of the trace")));
  EXPECT_THAT(open_trace(folder.path())->inspect().report.notes, ElementsAre(HasSubstr("day 6")));
}

TEST(Azure2019Folder, RefusesTwoFilesOfOneDay) {
  const Folder twin({invocations("01.csv"), invocations("01.csv.gz")});
  EXPECT_EQ(twin.error(), twin.path() + ": expected one file of day 1, got \"" + invocations("01.csv") + "\" and \"" +
                              invocations("01.csv.gz") + "\"; take one away");
  EXPECT_THAT(Folder({invocations("01.csv"), invocations("1.csv")}).error(), HasSubstr("expected one file of day 1"));
  EXPECT_THAT(Folder({invocations("01.csv"), durations("01.csv"), durations("01.csv.xz")}).error(),
              HasSubstr("expected one file of day 1"));
}

TEST(Azure2019Folder, RefusesBackupsCopiesAndParts) {
  for (const std::string rest : {"01.csv.bak", "01.csv~", "01 (1).csv", "01 - Copy.csv", "01.csv.crdownload",
                                 "01.csv.bz2", "01.txt", "01", "0.csv", "-1.csv", "01.CSV", "1x.csv", "01.csv.1"}) {
    const Folder folder({invocations("01.csv"), invocations(rest)});
    EXPECT_THAT(folder.error(), AllOf(HasSubstr("got \"" + invocations(rest) + "\""), HasSubstr("a copy or a part")))
        << rest;
  }
  const Folder named({invocations("01.csv")});
  tests::write_file(named.path() + "/Copy of " + invocations("02.csv"), "");
  EXPECT_THAT(named.error(), HasSubstr("Copy of "));
}

TEST(Azure2019Folder, PassesOverHiddenFilesAndOthers) {
  const Folder folder({invocations("01.csv")});
  for (const std::string& name : {"." + invocations("01.csv.swp"), std::string("README"), std::string("record.yaml")}) {
    tests::write_file(folder.path() + "/" + name, "x");
  }
  EXPECT_EQ(azure2019_folder(folder.path()).files.invocations.size(), 1U);
}

TEST(Azure2019Folder, RefusesADirectoryInThePlaceOfADay) {
  const Folder folder({invocations("01.csv")});
  std::filesystem::create_directory(folder.path() + "/" + invocations("02.csv"));
  EXPECT_THAT(folder.error(), HasSubstr("got \"" + invocations("02.csv") + "\""));
}

TEST(Azure2019Folder, RefusesAGapBetweenDays) {
  const Folder folder({invocations("01.csv"), invocations("03.csv")});
  EXPECT_EQ(folder.error(), folder.path() +
                                ": expected invocations of every day from 1 to 3, got none of day 2; put its file "
                                "there, or read the days before and after it as two folders");
}

TEST(Azure2019Folder, RefusesDurationsOfADayWithoutInvocations) {
  const Folder folder({invocations("02.csv"), durations("01.csv")});
  EXPECT_THAT(folder.error(), AllOf(HasSubstr(durations("01.csv")), HasSubstr("of a day with invocations, got day 1")));
}

TEST(Azure2019Folder, SaysForWhichDaysThereAreNoDurations) {
  const Folder folder({invocations("01.csv"), invocations("02.csv"), invocations("03.csv"), durations("02.csv")});
  EXPECT_THAT(azure2019_folder(folder.path()).notes,
              ElementsAre("no file of durations for days 1, 3: they are those of the other days"));
  EXPECT_THAT(azure2019_folder(Folder({invocations("01.csv")}).path()).notes, IsEmpty());
}

// others, timer, others, http: every reader keeps the last that is not others, and says so.
TEST(Azure2019Folder, KeepsTheLastTriggerThatIsNotOthersWhoeverReads) {
  const Folder folder({invocations("01.csv")});
  folder.add(invocations("01.csv"), "others");
  folder.add(invocations("02.csv"), "timer");
  folder.add(invocations("03.csv"), "http");
  folder.add(invocations("04.csv"), "others");
  const auto source = open_trace(folder.path());
  const ReadTrace read = source->read();
  EXPECT_EQ(read.trace.functions.at(0).trigger, Trigger::http);
  const InspectedTrace inspected = source->inspect();
  EXPECT_EQ(inspected.statistics.function_shares[static_cast<std::size_t>(Trigger::http)], 1);
  for (const ReadReport& report : {read.report, inspected.report}) {
    EXPECT_EQ(report.of(Fault::trigger_differs).count, 3U);
    EXPECT_THAT(report.of(Fault::trigger_differs).first,
                AllOf(HasSubstr("d02.csv:2: o,a,f: timer after others"), HasSubstr("the last that is not others")));
  }
}

TEST(Azure2019Folder, SaysOfWhichNeverCalledFunctionsItLeavesOutTheDurations) {
  const Folder folder({invocations("01.csv")});
  tests::write_file(folder.path() + "/" + durations("01.csv"),
                    kDurationsHeader + "o,a,f,5,1,5,5,5,5,5,5,5,5,5\no,a,g,9,1,9,9,9,9,9,9,9,9,9\n");
  const InspectedTrace inspected = open_trace(folder.path())->inspect();
  EXPECT_EQ(inspected.statistics.durations, 1U);
  EXPECT_EQ(inspected.report.of(Fault::unknown_function).count, 1U);
  EXPECT_EQ(open_trace(folder.path())->read().report.of(Fault::unknown_function).count, 1U);
}

}  // namespace
}  // namespace faasconf::traces
