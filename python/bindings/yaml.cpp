// faasconf._core.read_yaml: YAML as our files are read, so that Python needs no library for it.

#include <string>

#include <pybind11/pybind11.h>

#include "experiments/config/yaml_tree.hpp"
#include "python/bindings/bindings.hpp"

namespace py = pybind11;
using namespace py::literals;

namespace faasconf::python {
namespace {

using experiments::config::YamlNode;

py::object to_python(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::nothing:
      return py::none();
    case YamlNode::Kind::scalar:
      return py::str(node.scalar);
    case YamlNode::Kind::list: {
      py::list items;
      for (const YamlNode& item : node.items) items.append(to_python(item));
      return items;
    }
    case YamlNode::Kind::map: {
      py::dict entries;
      for (const YamlNode::Entry& entry : node.entries) entries[py::str(entry.key)] = to_python(entry.value);
      return entries;
    }
  }
  return py::none();
}

}  // namespace

void bind_yaml(py::module_& module) {
  module.def(
      "read_yaml",
      [](const std::string& text, const std::string& source) {
        return to_python(experiments::config::parse_yaml(text, source));
      },
      "text"_a, "source"_a, R"(Read YAML as our files are read: maps, lists, and scalars as text.

Parameters
----------
text : str
source : str
    What the text is called in messages.

Raises
------
Error
    Where it is no YAML, or more of it than our files use: anchors, tags, repeated keys.

Examples
--------
>>> from faasconf import _core
>>> _core.read_yaml("users: [2, 5]", "example")
{'users': ['2', '5']}
)");
}

}  // namespace faasconf::python
