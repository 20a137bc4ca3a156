#pragma once
// The exact results that the simulation is held against. Rates per second, times in seconds.

#include <cmath>
#include <cstddef>
#include <functional>
#include <numeric>
#include <vector>

namespace faasconf::sim {

// Chance that all servers of M/G/c/c are busy, load a = arrival rate x mean service time.
// B(0) = 1, B(c) = a B(c - 1) / (c + a B(c - 1)). Erlang (1917).
inline double erlang_b(int servers, double load) {
  double blocking = 1;
  for (int c = 1; c <= servers; ++c) blocking = load * blocking / (c + load * blocking);
  return blocking;
}

// Chance that a request of M/M/c has to wait: C = B / (1 - (a / c) (1 - B)). Erlang (1917).
inline double erlang_c(int servers, double load) {
  const double blocking = erlang_b(servers, load);
  return blocking / (1 - load / servers * (1 - blocking));
}

struct Mmc {
  double arrival_rate_per_s = 0.5;
  double service_rate_per_s = 1;
  int servers = 1;
};

// Chance that a response of M/M/c takes longer: the service, and with chance C before it a wait that is exponential
// with rate d = c mu - lambda. d differs from mu. P(T > t) = (1 - C) exp(-mu t) + C (d exp(-mu t) - mu exp(-d t)) / (d
// - mu)
inline double mmc_response_tail(double time_s, const Mmc& queue) {
  const double service = queue.service_rate_per_s;
  const double wait = queue.servers * service - queue.arrival_rate_per_s;
  const double waits = erlang_c(queue.servers, queue.arrival_rate_per_s / service);
  return (1 - waits) * std::exp(-service * time_s) +
         waits * (wait * std::exp(-service * time_s) - service * std::exp(-wait * time_s)) / (wait - service);
}

// The time that it does not exceed with chance p, by bisection.
inline double mmc_response_quantile(double p, const Mmc& queue) {
  double low = 0;
  double high = 1;
  while (mmc_response_tail(high, queue) > 1 - p) high *= 2;
  for (int i = 0; i < 100; ++i) {
    const double middle = (low + high) / 2;
    (mmc_response_tail(middle, queue) > 1 - p ? low : high) = middle;
  }
  return high;
}

// P(n) for n = 0 .. most: P(n) / P(n - 1) = birth_rate(n - 1) / death_rate(n).
inline std::vector<double> birth_death(std::size_t most, const std::function<double(std::size_t)>& birth_rate,
                                       const std::function<double(std::size_t)>& death_rate) {
  std::vector<double> probability{1};
  for (std::size_t n = 1; n <= most; ++n) {
    probability.push_back(probability.back() * birth_rate(n - 1) / death_rate(n));
  }
  const double sum = std::accumulate(probability.begin(), probability.end(), 0.0);
  for (double& p : probability) p /= sum;
  return probability;
}

inline double mean_of(const std::vector<double>& probability) {
  double mean = 0;
  for (std::size_t n = 0; n < probability.size(); ++n) mean += static_cast<double>(n) * probability[n];
  return mean;
}

// Chance that a request of GI/M/1 has to wait: the root in (0, 1) of sigma = phi(mu (1 - sigma)), phi the
// Laplace-Stieltjes transform of the gaps. Mean wait: sigma / (mu (1 - sigma)). Kleinrock (1975), section 6.4.
inline double gi_m_1_root(const std::function<double(double)>& gap_transform, double service_rate_per_s) {
  double sigma = 0.5;
  for (int i = 0; i < 10'000; ++i) sigma = gap_transform(service_rate_per_s * (1 - sigma));
  return sigma;
}

// Stationary distribution of a finite Markov chain in continuous time; rates[i][j] from i to j, the diagonal is not
// read. Elimination without subtractions, so without cancellation: Grassmann, Taksar and Heyman (1985).
inline std::vector<double> stationary(std::vector<std::vector<double>> rates) {
  const std::size_t states = rates.size();
  for (std::size_t last = states - 1; last > 0; --last) {
    double out = 0;
    for (std::size_t j = 0; j < last; ++j) out += rates[last][j];
    for (std::size_t i = 0; i < last; ++i) {
      if (rates[i][last] == 0) continue;
      rates[i][last] /= out;
      for (std::size_t j = 0; j < last; ++j) rates[i][j] += rates[i][last] * rates[last][j];
    }
  }
  std::vector<double> probability{1};
  for (std::size_t j = 1; j < states; ++j) {
    double p = 0;
    for (std::size_t i = 0; i < j; ++i) p += probability[i] * rates[i][j];
    probability.push_back(p);
  }
  const double sum = std::accumulate(probability.begin(), probability.end(), 0.0);
  for (double& p : probability) p /= sum;
  return probability;
}

// Mass that a finite Markov chain in continuous time still has after so long when it starts with `mass`; leaving[i] is
// the rate at which it is lost from i. Uniformisation: Jensen (1953).
inline double mass_after(double time_s, std::vector<double> mass, const std::vector<std::vector<double>>& rates,
                         const std::vector<double>& leaving) {
  const std::size_t states = mass.size();
  std::vector<double> out(leaving);
  for (std::size_t i = 0; i < states; ++i) out[i] += std::accumulate(rates[i].begin(), rates[i].end(), 0.0);
  double rate = 0;
  for (const double of_state : out) rate = of_state > rate ? of_state : rate;
  const double steps = rate * time_s;
  double weight = std::exp(-steps);  // Poisson
  double left = 0;
  for (int step = 0; step < static_cast<int>(steps + 12 * std::sqrt(steps) + 30); ++step) {
    left += weight * std::accumulate(mass.begin(), mass.end(), 0.0);
    std::vector<double> next(states);
    for (std::size_t i = 0; i < states; ++i) {
      next[i] += mass[i] * (1 - out[i] / rate);
      for (std::size_t j = 0; j < states; ++j) next[j] += mass[i] * rates[i][j] / rate;
    }
    mass = std::move(next);
    weight *= steps / (step + 1);
  }
  return left;
}

struct ClosedNetwork {
  double throughput_per_s = 0;
  std::vector<double> response_s;  // by station
};
// Users who think and then visit every single-server station (FCFS exponential, or PS with any distribution) once.
// R_k(n) = D_k (1 + Q_k(n - 1)), X(n) = n / (Z + sum R), Q_k = X R_k. Reiser and Lavenberg (1980).
inline ClosedNetwork mean_value_analysis(int users, double think_time_s, const std::vector<double>& demand_s) {
  std::vector<double> queue(demand_s.size());
  ClosedNetwork network;
  for (int n = 1; n <= users; ++n) {
    network.response_s.clear();
    for (std::size_t k = 0; k < demand_s.size(); ++k) network.response_s.push_back(demand_s[k] * (1 + queue[k]));
    network.throughput_per_s = n / std::accumulate(network.response_s.begin(), network.response_s.end(), think_time_s);
    for (std::size_t k = 0; k < demand_s.size(); ++k) queue[k] = network.throughput_per_s * network.response_s[k];
  }
  return network;
}

}  // namespace faasconf::sim
