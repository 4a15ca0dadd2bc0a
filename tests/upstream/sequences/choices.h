// The choices of one run, in order, and the next run's: an odometer that walks a tree depth first.
//
// Not thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace gateway::sequences {

class Choices {
 public:
  /// One of `options`: what is replayed, else the first.
  std::size_t Choose(std::size_t options) {
    if (next_ == made_.size()) made_.push_back({0, options});
    return made_[next_++].index;
  }

  /// How many choices this run has made.
  [[nodiscard]] std::size_t made() const { return next_; }

  /// Whether the next choice is new in this run: nothing is left to replay.
  [[nodiscard]] bool AtFrontier() const { return AtFrontier(next_); }
  [[nodiscard]] bool AtFrontier(std::size_t made) const { return made >= made_.size(); }

  /// Turns to the run that differs in the latest choice possible; false after the last run.
  bool Next() {
    next_ = 0;
    while (!made_.empty() && made_.back().index + 1 >= made_.back().options) made_.pop_back();
    if (made_.empty()) return false;
    ++made_.back().index;
    return true;
  }

  /// The run that `indices` describe.
  static Choices Replay(const std::vector<std::size_t>& indices) {
    Choices choices;
    for (const std::size_t index : indices) choices.made_.push_back({index, index + 1});
    return choices;
  }

  /// For Replay: `3,0,12`.
  [[nodiscard]] std::string Text() const {
    std::string text;
    for (const Choice& choice : made_) {
      text += (text.empty() ? "" : ",") + std::to_string(choice.index);
    }
    return text;
  }

 private:
  struct Choice {
    std::size_t index;
    std::size_t options;
  };
  std::vector<Choice> made_;
  std::size_t next_ = 0;
};

}  // namespace gateway::sequences
