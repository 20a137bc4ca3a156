#pragma once
// All keys as a JSON schema, for editors: docs/reference/faasconf.schema.json.

#include <string>

namespace faasconf::experiments::cli {

std::string keys_schema();

}  // namespace faasconf::experiments::cli
