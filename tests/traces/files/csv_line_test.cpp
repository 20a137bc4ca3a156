#include "traces/files/csv_line.hpp"

#include <gtest/gtest.h>

namespace faasconf::files {
namespace {

TEST(WithoutQuotes, TakesThemOffWholeFields) {
  EXPECT_EQ(without_quotes(R"("o","a",f,"1",2)"), "o,a,f,1,2");
  EXPECT_EQ(without_quotes("o,a,f"), "o,a,f");
  EXPECT_EQ(without_quotes(R"("","")"), ",");
  EXPECT_EQ(without_quotes(""), "");
}

TEST(WithoutQuotes, HalvesADoubledQuoteInside) { EXPECT_EQ(without_quotes(R"("a""b",c)"), R"(a"b,c)"); }

TEST(WithoutQuotes, RefusesWhatCommasWouldNoLongerPart) {
  EXPECT_EQ(without_quotes(R"("a,b",c)"), std::nullopt);
  EXPECT_EQ(without_quotes(R"("a"b,c)"), std::nullopt);
  EXPECT_EQ(without_quotes(R"(c,"a)"), std::nullopt);
}

TEST(BareCell, HasNeitherBlanksNorQuotesAroundIt) {
  EXPECT_EQ(bare_cell(" 7\t"), "7");
  EXPECT_EQ(bare_cell("\"7\"\r"), "7");
  EXPECT_EQ(bare_cell("\""), "\"");
  EXPECT_EQ(bare_cell("  "), "");
}

}  // namespace
}  // namespace faasconf::files
