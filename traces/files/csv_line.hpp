#pragma once
// Lines of CSV files as other tools write them.

#include <optional>
#include <string>
#include <string_view>

namespace faasconf::files {

// A line whose fields stand in quotes, without these. Absent where its commas would no longer part the fields, or its
// quotes enclose no whole fields: "a,b" or "a"b or "a.
std::optional<std::string> without_quotes(std::string_view line);

// The text without blanks around it: spaces, tabs, carriage returns.
std::string_view without_blanks(std::string_view text);

// A cell without blanks and quotes around it.
std::string_view bare_cell(std::string_view cell);

}  // namespace faasconf::files
