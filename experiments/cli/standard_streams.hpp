#pragma once
// What the shell gives the program to write to.

namespace faasconf::experiments::cli {

// Before anything is opened: a stream that is closed leads nowhere, rather than into the first file that is opened, and
// a reader that is gone is an error of writing, rather than the end of the program before its files are whole.
void prepare_standard_streams();

// Whether it is a pipe that nobody reads.
bool is_broken_pipe(int descriptor);

}  // namespace faasconf::experiments::cli
