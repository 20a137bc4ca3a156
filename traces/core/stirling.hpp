#pragma once
// Factorials of large numbers, for the rejection of discrete distributions. std::lgamma is not thread-safe.

namespace faasconf::traces {

// ln k! less Stirling's (k + 1/2) ln(k + 1) - (k + 1) + ln(2 pi) / 2, for whole k >= 0: from a table below 10, by its
// series from 10 on, to 1e-9 and better (Hoermann, "The generation of binomial random variates", 1993, f_c).
double stirling_rest(double k);

double log_factorial(double k);  // ln k!

}  // namespace faasconf::traces
