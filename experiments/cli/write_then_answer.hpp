#pragma once
// Files first, so that who reads the answer finds them, even where a pipe ends the program early.

namespace faasconf::experiments::cli {

// The answer is given even where the files could not be written; then what `write` threw goes on.
template <class Write, class Answer>
void write_then_answer(const Write& write, const Answer& answer) {
  try {
    write();
  } catch (...) {
    answer();
    throw;
  }
  answer();
}

}  // namespace faasconf::experiments::cli
